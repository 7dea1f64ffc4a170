// Gets the bytes that a URI names, within rules: URIs come with segments and are not trusted.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/segment.h"

namespace staydown::fetch {

struct FetchRules {
  std::vector<std::filesystem::path> roots;  // file: below one of these, links resolved
  std::vector<std::string> hosts;            // http(s): "cdn.example.org", "*.example.org"
  bool private_addresses = false;            // loopback, private, link-local, carrier NAT ...
  std::size_t max_bytes = 64U << 20;
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds timeout{10'000};  // of the whole transfer
};

// Knows file:, http: and https:. Redirects are not followed, proxies and .netrc not used. The
// address that a name resolves to is checked when the connection is made. kDenied: the rules forbid
// the URI; kTooLarge, kNotFound. Retriable are time-outs, refused connections, and status 408, 425,
// 429 and 5xx. Messages leave out queries, which may hold tokens.
//
// Not thread-safe: one per thread; connections are kept for the next URI.
class Fetcher {
 public:
  explicit Fetcher(FetchRules rules);
  ~Fetcher();
  Fetcher(Fetcher&&) noexcept;
  Fetcher& operator=(Fetcher&&) noexcept;

  Result<Bytes> fetch(const std::string& uri);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::fetch
