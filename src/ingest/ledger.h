// What became of the media: counted for /metrics and the exit code; what is lost is logged by name.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "core/ids.h"
#include "core/result.h"
#include "core/time.h"
#include "service/metrics.h"

namespace staydown::ingest {

// Thread-safe. `metrics` must outlive it.
class Ledger {
 public:
  explicit Ledger(service::Metrics& metrics) : metrics_(metrics) {}

  // The brokers have a segment of so many bytes, so long after it was whole.
  void published(std::size_t bytes, MediaTime took);
  // A segment, or a whole file (then `file` names it), is not on the cluster and will not be.
  void lost(const StreamId& stream, const Error& error, const std::string& file = {});

  struct Totals {
    std::size_t published = 0, lost = 0;  // segments; segments and files
    bool operator==(const Totals&) const = default;
  };
  Totals totals() const { return {published_, lost_}; }

 private:
  service::Metrics& metrics_;
  std::atomic<std::size_t> published_ = 0, lost_ = 0;
};

}  // namespace staydown::ingest
