#include "fetch/fetcher.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/deleter.h"
#include "fetch/address.h"
#include "fetch/local_file.h"

namespace staydown::fetch {
namespace {

using CurlPtr = std::unique_ptr<CURL, Deleter<curl_easy_cleanup>>;
using UrlPtr = std::unique_ptr<CURLU, Deleter<curl_url_cleanup>>;
using TextPtr = std::unique_ptr<char, Deleter<curl_free>>;

struct Uri {
  std::string scheme, host, path;
  bool credentials = false;
  std::string shown;  // without query and credentials
};

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
  return TextPtr(text).get();
}

Result<Uri> parse(const std::string& text) {
  const UrlPtr url(curl_url());
  const auto code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (code != CURLUE_OK || text.find('\0') != std::string::npos) {
    return fail(ErrorCode::kMalformed,
                fmt::format("\"{}\" is not a URI", text.substr(0, text.find_first_of("?#@"))));
  }
  Uri uri{part(url.get(), CURLUPART_SCHEME),
          part(url.get(), CURLUPART_HOST),
          part(url.get(), CURLUPART_PATH, CURLU_URLDECODE),
          !part(url.get(), CURLUPART_USER).empty() || !part(url.get(), CURLUPART_PASSWORD).empty(),
          {}};
  std::transform(uri.host.begin(), uri.host.end(), uri.host.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  uri.shown = fmt::format("{}://{}{}", uri.scheme, uri.host, uri.path);
  return uri;
}

bool matches(const std::string& rule, const std::string& host) {
  if (!rule.starts_with("*.")) return rule == host;
  return host.size() > rule.size() - 1 && host.ends_with(rule.substr(1));
}

// What the callbacks of one transfer share.
struct Transfer {
  std::size_t max_bytes = 0;
  bool private_addresses = false;
  bool refused_address = false, too_large = false;
  Bytes bytes;
};

std::size_t on_bytes(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const auto length = size * count;
  if (length > transfer.max_bytes - transfer.bytes.size()) {
    transfer.too_large = true;
    return 0;
  }
  transfer.bytes.insert(transfer.bytes.end(), data, data + length);
  return length;
}

curl_socket_t on_socket(void* user, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (!transfer.private_addresses && !is_public(address->addr)) {
    transfer.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool is_retriable(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SSL_CONNECT_ERROR:
      return true;
    default:
      return false;
  }
}

}  // namespace

class Fetcher::Impl {
 public:
  explicit Impl(FetchRules rules) : rules_(std::move(rules)) {
    static const auto kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)kReady;
    curl_.reset(curl_easy_init());
  }

  Result<Bytes> fetch(const std::string& text) {
    auto uri = parse(text);
    if (!uri) return tl::unexpected(std::move(uri.error()));
    if (uri->scheme == "file") return fetch_file(*uri);
    if (uri->scheme == "http" || uri->scheme == "https") return fetch_http(*uri, text);
    return fail(ErrorCode::kDenied,
                fmt::format("{}: only file:, http: and https: are fetched", uri->shown));
  }

 private:
  Result<Bytes> fetch_file(const Uri& uri) const {
    if (!uri.host.empty() && uri.host != "localhost") {
      return fail(ErrorCode::kDenied, uri.shown + ": a file: URI names no host");
    }
    if (uri.path.find('\0') != std::string::npos) {
      return fail(ErrorCode::kMalformed, "the URI's path holds a zero byte");
    }
    return read_below(rules_.roots, uri.path, rules_.max_bytes);
  }

  Result<Bytes> fetch_http(const Uri& uri, const std::string& text) {
    const bool allowed =
        std::any_of(rules_.hosts.begin(), rules_.hosts.end(),
                    [&](const std::string& rule) { return matches(rule, uri.host); });
    if (!allowed) {
      return fail(ErrorCode::kDenied, fmt::format("{}: its host is not in fetch.hosts", uri.shown));
    }
    if (uri.credentials) return fail(ErrorCode::kDenied, uri.shown + ": credentials in a URI");

    Transfer transfer;
    transfer.max_bytes = rules_.max_bytes;
    transfer.private_addresses = rules_.private_addresses;
    CURL* curl = curl_.get();
    curl_easy_reset(curl);  // keeps connections
    const auto milliseconds = [](auto time) { return static_cast<long>(time.count()); };
    curl_easy_setopt(curl, CURLOPT_URL, text.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(rules_.connect_timeout));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, milliseconds(rules_.timeout));
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(rules_.max_bytes));
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    const auto code = curl_easy_perform(curl);
    if (transfer.refused_address) {
      return fail(ErrorCode::kDenied,
                  fmt::format("{}: its address is not public; fetch.private_addresses allows such",
                              uri.shown));
    }
    if (transfer.too_large || code == CURLE_FILESIZE_EXCEEDED) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{}: more than {} bytes", uri.shown, rules_.max_bytes));
    }
    if (code != CURLE_OK) {
      return fail(ErrorCode::kUnavailable,
                  fmt::format("{}: {}", uri.shown, curl_easy_strerror(code)), is_retriable(code));
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200) return std::move(transfer.bytes);
    const bool later = status == 408 || status == 425 || status == 429 || status >= 500;
    return fail(status == 404 || status == 410 ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
                fmt::format("{}: HTTP status {}", uri.shown, status), later);
  }

  const FetchRules rules_;
  CurlPtr curl_;
};

Fetcher::Fetcher(FetchRules rules) : impl_(std::make_unique<Impl>(std::move(rules))) {}
Fetcher::~Fetcher() = default;
Fetcher::Fetcher(Fetcher&&) noexcept = default;
Fetcher& Fetcher::operator=(Fetcher&&) noexcept = default;

Result<Bytes> Fetcher::fetch(const std::string& uri) { return impl_->fetch(uri); }

}  // namespace staydown::fetch
