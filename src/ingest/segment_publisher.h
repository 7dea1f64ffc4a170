// Puts segments into the segment topic: what ingest does with them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/result.h"
#include "ingest/segment_sink.h"
#include "ingest/status.h"
#include "kafka/client.h"

namespace staydown::ingest {

struct PublisherOptions {
  std::string topic;
  std::string source;           // ce_source: who ingested it
  std::filesystem::path spool;  // for segments that the topic does not take; empty: they are lost
};

// Inline where the topic takes the size; else the media goes to a file of its own below `spool`,
// and the record names it. One for each thread that publishes.
class SegmentPublisher final : public SegmentSink {
 public:
  // `part` is what /healthz and /readyz call it. `status` must outlive it.
  static Result<std::unique_ptr<SegmentSink>> connect(const kafka::ClientOptions& client,
                                                      PublisherOptions options,
                                                      const std::string& part, Status& status);
  ~SegmentPublisher() override;

  // kTooLarge: over the topic's limit, and there is no spool. kIo: the spool cannot be written.
  Result<void> publish(Segment segment, const std::stop_token& give_up) override;

 private:
  class Impl;
  explicit SegmentPublisher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::ingest
