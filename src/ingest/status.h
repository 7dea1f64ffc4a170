// What a process of ingest says about itself.
#pragma once

#include "ingest/ingest_health.h"
#include "ingest/ledger.h"
#include "service/metrics.h"
#include "service/version.h"

namespace staydown::ingest {

// Shared by all its threads, each part of which is thread-safe.
struct Status {
  service::Metrics metrics{service::kVersion, "none", service::Role::kIngest};
  IngestHealth health{metrics};
  Ledger ledger{metrics};
};

}  // namespace staydown::ingest
