#include "service/http_listener.h"

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

// What is read of a body above its limit, and dropped: a connection that is closed with bytes
// unread is reset, and the sender may never see why.
constexpr std::size_t kReadOn = std::size_t{1} << 20;

class HttpListener::Impl {
 public:
  explicit Impl(HttpRoutes routes) : routes_(std::move(routes)) {
    // The library's default lets two processes share a port silently.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_.new_task_queue = [] { return new httplib::ThreadPool(2); };
    server_.set_payload_max_length(routes_.most_bytes);
    server_.set_read_timeout(5);
    server_.set_write_timeout(5);
    server_.set_keep_alive_max_count(100);
    server_.set_keep_alive_timeout(2);
    for (const auto& [path, handler] : routes_.get) {
      server_.Get(
          path, [&handler = handler](const httplib::Request& request, httplib::Response& response) {
            answer(handler(request_of(request)), response);
          });
    }
    for (const auto& [path, handler] : routes_.post) {
      server_.Post(path, [this, &handler = handler](const httplib::Request& request,
                                                    httplib::Response& response,
                                                    const httplib::ContentReader& content) {
        auto read = request_of(request);
        read_body(request, content, read);
        answer(handler(read), response);
      });
    }
  }

  ~Impl() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Result<void> start(const HttpAddress& address) {
    const auto& [host, port] = address;
    port_ = port == 0                          ? server_.bind_to_any_port(host)
            : server_.bind_to_port(host, port) ? port
                                               : -1;
    if (port_ < 0) {
      return fail(ErrorCode::kBusy,
                  fmt::format("{}:{}: cannot listen: the port is taken or the address is not this "
                              "machine's",
                              host, port));
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
    return {};
  }

  int port() const { return port_; }

 private:
  static HttpRequest request_of(const httplib::Request& request) {
    return {.path = request.path,
            .from = request.remote_addr,
            .authorization = request.get_header_value("Authorization"),
            .token = request.get_param_value("token"),
            .body = {}};
  }

  // By hand: the library has a limit of its own for forms (8 KiB), and none for chunked bodies.
  // What comes in parts (multipart/form-data) is left unread.
  void read_body(const httplib::Request& request, const httplib::ContentReader& content,
                 HttpRequest& read) const {
    if (request.is_multipart_form_data()) return;
    std::size_t seen = 0;
    const auto whole = content([&](const char* data, std::size_t size) {
      seen += size;
      read.too_large = seen > routes_.most_bytes;
      if (!read.too_large) read.body.append(data, size);
      return seen <= routes_.most_bytes + kReadOn;
    });
    const auto length = request.get_header_value<std::uint64_t>("Content-Length");
    read.too_large = read.too_large || (!whole && length > routes_.most_bytes);
  }

  static void answer(const HttpReply& reply, httplib::Response& response) {
    response.status = reply.status;
    response.set_content(reply.text, reply.type);
  }

  const HttpRoutes routes_;
  httplib::Server server_;
  int port_ = -1;
  std::thread thread_;
};

HttpListener::HttpListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpListener::~HttpListener() = default;

Result<std::unique_ptr<HttpListener>> HttpListener::start(const HttpAddress& address,
                                                          HttpRoutes routes) {
  auto impl = std::make_unique<Impl>(std::move(routes));
  if (auto started = impl->start(address); !started) {
    return tl::unexpected(std::move(started.error()));
  }
  return std::unique_ptr<HttpListener>(new HttpListener(std::move(impl)));
}

int HttpListener::port() const { return impl_->port(); }

}  // namespace staydown::service
