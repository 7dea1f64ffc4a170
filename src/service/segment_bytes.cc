#include "service/segment_bytes.h"

#include <algorithm>

namespace staydown::service {
namespace {

constexpr std::size_t kMaxInits = 256;

}  // namespace

Result<void> SegmentBytes::fill_in(event::SegmentMessage& message) {
  if (!message.init_ref.empty()) {
    auto known = std::ranges::find(inits_, message.init_ref, &Init::first);
    if (known != inits_.end()) {
      inits_.splice(inits_.begin(), inits_, known);
      metrics_.add(Count::kFetches, "cached");
    } else {
      auto init = fetch(message.init_ref);
      if (!init) return tl::unexpected(std::move(init.error()));
      inits_.emplace_front(message.init_ref, std::make_shared<const Bytes>(*std::move(init)));
      if (inits_.size() > kMaxInits) inits_.pop_back();
    }
    message.segment.init = inits_.front().second;
  }
  if (message.data_ref.empty()) return {};
  auto bytes = fetch(message.data_ref);
  if (!bytes) return tl::unexpected(std::move(bytes.error()));
  message.segment.bytes = *std::move(bytes);
  return {};
}

Result<Bytes> SegmentBytes::fetch(const std::string& uri) {
  auto bytes = fetcher_.fetch(uri);
  metrics_.add(Count::kFetches, bytes                     ? "fetched"
                                : bytes.error().retriable ? "retried"
                                                          : "refused");
  return bytes;
}

}  // namespace staydown::service
