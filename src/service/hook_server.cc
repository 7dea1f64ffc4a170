#include "service/hook_server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <thread>
#include <utility>

#include "service/hook_request.h"
#include "service/log.h"

namespace staydown::service {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 10;

int status_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kMalformed:
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kDenied:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    default:
      return 503;
  }
}

std::string token_of(const httplib::Request& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const auto header = request.get_header_value("Authorization");
  if (header.starts_with(kBearer)) return header.substr(kBearer.size());
  return request.get_param_value("token");
}

}  // namespace

class HookServer::Impl {
 public:
  explicit Impl(HookOptions options) : options_(std::move(options)) {
    // The library's default lets two processes share a port silently.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_.new_task_queue = [] { return new httplib::ThreadPool(2); };
    server_.set_payload_max_length(kMostBytes);
    server_.set_read_timeout(5);
    server_.set_write_timeout(5);
    server_.set_keep_alive_timeout(2);
    using Parse = Result<RecordedFile> (*)(std::string_view);
    for (const auto& [path, parse] : {std::pair<const char*, Parse>{"/hooks/srs", parse_srs},
                                      {"/hooks/nginx-rtmp", parse_nginx_rtmp},
                                      {"/hooks/file", parse_form_file}}) {
      server_.Post(path, [this, parse = parse](const httplib::Request& request,
                                               httplib::Response& response) {
        answer(request, response, parse);
      });
    }
  }

  ~Impl() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Result<void> start() {
    const auto& [host, port] = options_.address;
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
  void answer(const httplib::Request& request, httplib::Response& response,
              Result<RecordedFile> (*parse)(std::string_view)) {
    const auto taken = [&]() -> Result<void> {
      if (!same_token(token_of(request), options_.token)) {
        return fail(ErrorCode::kDenied, "another token");
      }
      auto file = parse(request.body);
      if (!file) return tl::unexpected(std::move(file.error()));
      return options_.take(*std::move(file));
    }();
    response.status = taken ? 200 : status_of(taken.error());
    response.set_content(taken ? "0" : taken.error().message + "\n", "text/plain; charset=utf-8");
    if (taken) return;
    log(LogLevel::kWarning, "hook_refused",
        {{"path", request.path},
         {"from", request.remote_addr},
         {"status", response.status},
         {"message", taken.error().message}});
  }

  HookOptions options_;
  httplib::Server server_;
  int port_ = -1;
  std::thread thread_;
};

HookServer::HookServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HookServer::~HookServer() = default;

Result<std::unique_ptr<HookServer>> HookServer::start(HookOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (auto started = impl->start(); !started) return tl::unexpected(std::move(started.error()));
  return std::unique_ptr<HookServer>(new HookServer(std::move(impl)));
}

int HookServer::port() const { return impl_->port(); }

}  // namespace staydown::service
