// `staydown ingest`: streams and files onto the cluster.
#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/result.h"
#include "service/config.h"

namespace staydown::ingest {

struct IngestOptions {
  struct Input {
    std::string input;  // path, "-" or URL
    StreamId stream;
  };
  service::KafkaConfig kafka;
  std::vector<Input> inputs;
  AccountId account;
  bool realtime = false;
  std::chrono::seconds reconnect{60};
  std::filesystem::path spool;  // empty: what the topic does not take is lost
  std::chrono::hours spool_kept{0};
  std::string hooks, hook_token;  // address, and where the token is; empty: none
  std::vector<std::filesystem::path> roots;
  std::filesystem::path watch;  // empty: none
  std::string listen;           // address of /metrics, /healthz and /readyz; empty: none
};

// Until all inputs have ended (never, with hooks or a watched folder) or `stop`: then nothing more
// is taken, and what was taken is published for as long as that takes, at most 6 s. kIo if part of
// the media was lost; the log says what and why. Other errors come before anything was taken, and
// say what is wrong with the options.
Result<void> run_ingest(const IngestOptions& options, const std::stop_token& stop);

}  // namespace staydown::ingest
