// HTTP requests as values: what both /metrics and the hooks of media servers are served with.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
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

struct HttpRequest {
  std::string path, from;     // `from`: the caller's address
  std::string authorization;  // the header; empty without one
  std::string token;          // the query's parameter `token`; empty without one
  std::string body;
  bool too_large = false;  // the body has more bytes than allowed; then `body` is a part of it
};

struct HttpReply {
  int status = 200;
  std::string text;
  const char* type = "text/plain; charset=utf-8";
};

using HttpHandler = std::function<HttpReply(const HttpRequest&)>;  // called from several threads

struct HttpRoutes {
  std::map<std::string, HttpHandler> get, post;  // by path
  std::size_t most_bytes = 0;                    // of a request's body
};

// Serves from threads of its own until it is destroyed; 404 for what has no route. Shares its port
// with nobody. A request may take 5 s for each read and write.
class HttpListener {
 public:
  // kBusy: the port is taken, or the address is not this machine's.
  static Result<std::unique_ptr<HttpListener>> start(const HttpAddress& address, HttpRoutes routes);
  ~HttpListener();

  int port() const;

 private:
  class Impl;
  explicit HttpListener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::service
