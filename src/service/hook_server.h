// Where media servers say that a part of a broadcast is complete.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "service/http_server.h"
#include "service/recorded_files.h"

namespace staydown::service {

struct HookOptions {
  HttpAddress address;
  std::string token;                               // that every request must carry; not empty
  std::function<Result<void>(RecordedFile)> take;  // called from the server's threads
};

// POST /hooks/srs, /hooks/nginx-rtmp and /hooks/file, with the token as `Authorization: Bearer
// TOKEN` or `?token=TOKEN`; at most 64 KiB. Answers 200 with body 0 (what SRS wants to hear), 403
// for another token or a file outside the roots, 400 for what cannot be understood, 503 where too
// many files wait. Serves until it is destroyed.
class HookServer {
 public:
  // kBusy: the port is taken.
  static Result<std::unique_ptr<HookServer>> start(HookOptions options);
  ~HookServer();

  int port() const;

 private:
  class Impl;
  explicit HookServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::service
