#include "ingest/hook_server.h"

#include <string_view>
#include <utility>

#include "ingest/hook_request.h"
#include "service/log.h"

namespace staydown::ingest {
namespace {

using service::HttpReply;
using service::HttpRequest;

constexpr std::size_t kMostBytes = std::size_t{64} << 10;

using Parse = Result<RecordedFile> (*)(std::string_view);

struct Refusal {
  int status;
  std::string_view outcome;  // as the metric calls it
};

Refusal refusal_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kMalformed:
    case ErrorCode::kInvalidArgument:
      return {400, "malformed"};
    case ErrorCode::kDenied:
      return {403, "denied"};
    case ErrorCode::kNotFound:
      return {404, "not_found"};
    case ErrorCode::kTooLarge:
      return {413, "too_large"};
    default:
      return {503, "busy"};
  }
}

std::string_view token_of(const HttpRequest& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view header = request.authorization;
  return header.starts_with(kBearer) ? header.substr(kBearer.size()) : request.token;
}

Result<void> take(const HookOptions& options, Parse parse, const HttpRequest& request) {
  if (!same_token(token_of(request), options.token)) {
    return fail(ErrorCode::kDenied, "another token");
  }
  if (request.too_large) return fail(ErrorCode::kTooLarge, "the request is over 64 KiB");
  auto file = parse(request.body);
  if (!file) return tl::unexpected(std::move(file.error()));
  return options.take(*std::move(file));
}

service::HttpHandler answer_with(const HookOptions& options, Parse parse) {
  return [options, parse](const HttpRequest& request) {
    const auto taken = take(options, parse, request);
    const auto [status, outcome] = taken ? Refusal{200, "taken"} : refusal_of(taken.error());
    options.metrics->add(service::Count::kIngestHooks, outcome);
    if (taken) return HttpReply{.text = "0"};
    service::log(service::LogLevel::kWarning, "hook_refused",
                 {{"path", request.path},
                  {"from", request.from},
                  {"status", status},
                  {"message", taken.error().message}});
    return HttpReply{.status = status, .text = taken.error().message + "\n"};
  };
}

}  // namespace

Result<std::unique_ptr<HookServer>> HookServer::start(const HookOptions& options) {
  if (options.token.empty()) {
    return fail(ErrorCode::kInvalidArgument, "--hook-token: the token is empty");
  }
  service::HttpRoutes routes{.get = {}, .post = {}, .most_bytes = kMostBytes};
  routes.post["/hooks/srs"] = answer_with(options, parse_srs);
  routes.post["/hooks/nginx-rtmp"] = answer_with(options, parse_nginx_rtmp);
  routes.post["/hooks/file"] = answer_with(options, parse_form_file);
  auto listener = service::HttpListener::start(options.address, std::move(routes));
  if (!listener) return tl::unexpected(std::move(listener.error()));
  return std::unique_ptr<HookServer>(new HookServer(*std::move(listener)));
}

}  // namespace staydown::ingest
