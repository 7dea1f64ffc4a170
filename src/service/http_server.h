// What a cluster asks a process: /metrics, /healthz, /readyz.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/result.h"

namespace staydown::service {

struct HttpAddress {
  std::string host = "127.0.0.1";
  int port = 9464;  // 0: any that is free
};

// "host:port", "[host]:port", ":port" (all interfaces) or "port" (this machine only).
Result<HttpAddress> parse_address(const std::string& text);

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
  ~HttpServer();

  int port() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::service
