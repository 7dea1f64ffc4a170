// What a cluster asks a process: /metrics, /healthz, /readyz.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "service/http_listener.h"

namespace staydown::service {

// One page: what it says, and whether all is well (200, else 503).
struct HttpAnswer {
  bool ok = true;
  std::string text;
};

struct HttpPages {
  std::function<std::string()> metrics;
  std::function<HttpAnswer()> health, ready;  // called from the server's threads
};

// Serves from threads of its own until it is destroyed. Only GET, a payload is refused.
class HttpServer {
 public:
  // kBusy: the port is taken.
  static Result<std::unique_ptr<HttpServer>> start(const HttpAddress& address, HttpPages pages);

  int port() const { return listener_->port(); }

 private:
  explicit HttpServer(std::unique_ptr<HttpListener> listener) : listener_(std::move(listener)) {}
  std::unique_ptr<HttpListener> listener_;
};

}  // namespace staydown::service
