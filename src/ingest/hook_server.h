// Where media servers say that a part of a broadcast is complete.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "ingest/recorded_files.h"
#include "service/http_listener.h"
#include "service/metrics.h"

namespace staydown::ingest {

struct HookOptions {
  service::HttpAddress address;
  std::string token;                               // that every request must carry; not empty
  std::function<Result<void>(RecordedFile)> take;  // called from the server's threads
  service::Metrics* metrics = nullptr;             // counts the requests
};

// POST /hooks/srs, /hooks/nginx-rtmp and /hooks/file, with the token as `Authorization: Bearer
// TOKEN` or `?token=TOKEN`; at most 64 KiB. Answers 200 with body 0 (what SRS wants to hear), 403
// for another token or a file outside the roots, 400 for what cannot be understood, 413 for too
// much, 503 where too many files wait. Logs what it refuses. Serves until it is destroyed.
class HookServer {
 public:
  // kBusy: the port is taken; kInvalidArgument: the token is empty.
  static Result<std::unique_ptr<HookServer>> start(const HookOptions& options);

  int port() const { return listener_->port(); }

 private:
  explicit HookServer(std::unique_ptr<service::HttpListener> listener)
      : listener_(std::move(listener)) {}
  std::unique_ptr<service::HttpListener> listener_;
};

}  // namespace staydown::ingest
