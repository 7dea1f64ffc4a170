#include "service/http_server.h"

#include <utility>

namespace staydown::service {
namespace {

HttpHandler page(std::function<HttpAnswer()> look) {
  return [look = std::move(look)](const HttpRequest&) {
    const auto answer = look();
    return HttpReply{.status = answer.ok ? 200 : 503, .text = answer.text + '\n'};
  };
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpAddress& address, HttpPages pages) {
  HttpRoutes routes;
  routes.get["/metrics"] = [metrics = std::move(pages.metrics)](const HttpRequest&) {
    return HttpReply{.text = metrics(), .type = "text/plain; version=0.0.4; charset=utf-8"};
  };
  routes.get["/healthz"] = page(std::move(pages.health));
  routes.get["/readyz"] = page(std::move(pages.ready));
  auto listener = HttpListener::start(address, std::move(routes));
  if (!listener) return tl::unexpected(std::move(listener.error()));
  return std::unique_ptr<HttpServer>(new HttpServer(*std::move(listener)));
}

}  // namespace staydown::service
