// Puts segments into the segment topic: what ingest does with them.
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "core/result.h"
#include "core/segment.h"
#include "kafka/client.h"

namespace staydown::service {

struct PublisherOptions {
  std::string topic;
  std::string source;           // ce_source: who ingested it
  std::filesystem::path spool;  // for segments that the topic does not take; empty: they are lost
};

// Inline where the topic takes the size; else the media goes to a file of its own below `spool`,
// written whole or not at all, and the record names it. Not thread-safe: one per input.
class SegmentPublisher {
 public:
  static Result<std::unique_ptr<SegmentPublisher>> connect(const kafka::ClientOptions& client,
                                                           PublisherOptions options);
  ~SegmentPublisher();

  // Returns once the cluster has it. Waits for brokers that are away until `stop`, and then for 5 s
  // (kUnavailable). kTooLarge: over the topic's limit, and there is no spool.
  Result<void> publish(Segment segment, const std::stop_token& stop);

 private:
  class Impl;
  explicit SegmentPublisher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::service
