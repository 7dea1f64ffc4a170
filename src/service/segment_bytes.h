// The media of segments that are named and not sent, for one worker thread.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "core/result.h"
#include "event/segment_message.h"
#include "fetch/fetcher.h"
#include "service/metrics.h"

namespace staydown::service {

// Init segments are kept, the latest 256 of them: each serves its stream for hours. Not
// thread-safe.
class SegmentBytes {
 public:
  SegmentBytes(fetch::FetchRules rules, Metrics& metrics)
      : fetcher_(std::move(rules)), metrics_(metrics) {}

  // Fills in what `message` names: bytes and init segment. The errors are the fetcher's.
  Result<void> fill_in(event::SegmentMessage& message);

 private:
  using Init = std::pair<std::string, std::shared_ptr<const Bytes>>;
  Result<Bytes> fetch(const std::string& uri);

  fetch::Fetcher fetcher_;
  Metrics& metrics_;
  std::list<Init> inits_;  // the latest first
};

}  // namespace staydown::service
