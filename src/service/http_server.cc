#include "service/http_server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <charconv>
#include <thread>
#include <utility>

namespace staydown::service {

Result<HttpAddress> parse_address(const std::string& text) {
  HttpAddress address;
  const auto colon = text.rfind(':');
  const auto port = colon == std::string::npos ? text : text.substr(colon + 1);
  const auto* end = port.data() + port.size();
  const auto read = std::from_chars(port.data(), end, address.port);
  if (port.empty() || read.ec != std::errc() || read.ptr != end || address.port < 0 ||
      address.port > 65'535) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: not an address; give host:port, :port or port", text));
  }
  if (colon != std::string::npos) {
    address.host = text.substr(0, colon);
    if (address.host.starts_with('[') && address.host.ends_with(']')) {
      address.host = address.host.substr(1, address.host.size() - 2);
    }
    if (address.host.empty()) address.host = "0.0.0.0";
  }
  return address;
}

class HttpServer::Impl {
 public:
  explicit Impl(HttpPages pages) : pages_(std::move(pages)) {
    // The library's default lets two processes share a port silently.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_.new_task_queue = [] { return new httplib::ThreadPool(2); };
    server_.set_payload_max_length(0);
    server_.set_read_timeout(5);
    server_.set_write_timeout(5);
    server_.set_keep_alive_max_count(100);
    server_.set_keep_alive_timeout(2);
    server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(pages_.metrics(), "text/plain; version=0.0.4; charset=utf-8");
    });
    const auto answer_with = [](const std::function<HttpAnswer()>& page) {
      return [&page](const httplib::Request&, httplib::Response& response) {
        const auto answer = page();
        response.status = answer.ok ? 200 : 503;
        response.set_content(answer.text + '\n', "text/plain; charset=utf-8");
      };
    };
    server_.Get("/healthz", answer_with(pages_.health));
    server_.Get("/readyz", answer_with(pages_.ready));
  }

  ~Impl() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Result<void> start(const HttpAddress& address) {
    port_ = address.port == 0 ? server_.bind_to_any_port(address.host)
            : server_.bind_to_port(address.host, address.port) ? address.port
                                                               : -1;
    if (port_ < 0) {
      return fail(ErrorCode::kBusy,
                  fmt::format("{}:{}: cannot listen: the port is taken or the address is not this "
                              "machine's",
                              address.host, address.port));
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
    return {};
  }

  int port() const { return port_; }

 private:
  HttpPages pages_;
  httplib::Server server_;
  int port_ = -1;
  std::thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpAddress& address, HttpPages pages) {
  auto impl = std::make_unique<Impl>(std::move(pages));
  if (auto started = impl->start(address); !started) {
    return tl::unexpected(std::move(started.error()));
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const { return impl_->port(); }

}  // namespace staydown::service
