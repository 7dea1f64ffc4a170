#include "kafka/metadata.h"

#include <fmt/format.h>

#include "kafka/asking.h"

namespace staydown::kafka {
namespace {

using TopicPtr = std::unique_ptr<rd_kafka_topic_t, Deleter<rd_kafka_topic_destroy>>;
using MetadataPtr = std::unique_ptr<const rd_kafka_metadata_t, Deleter<rd_kafka_metadata_destroy>>;

// Of one topic, or of no topic but the brokers.
Result<MetadataPtr> ask_for_metadata(rd_kafka_t& client, rd_kafka_topic_t* topic,
                                     std::chrono::milliseconds patience,
                                     const std::stop_token& stop, const std::string& doing) {
  const rd_kafka_metadata_t* found = nullptr;
  const auto code = ask_for(patience, stop, [&](int slice) {
    return rd_kafka_metadata(&client, 0, topic, &found, slice);
  });
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return tl::unexpected(error_of(code, doing));
  return MetadataPtr(found);
}

}  // namespace

Result<int> count_partitions(rd_kafka_t& client, const std::string& topic,
                             std::chrono::milliseconds patience, const std::stop_token& stop) {
  const auto doing = fmt::format("topic {}: cannot look it up", topic);
  const TopicPtr handle(rd_kafka_topic_new(&client, topic.c_str(), nullptr));
  if (!handle) return tl::unexpected(error_of(rd_kafka_last_error(), doing));
  const auto metadata = ask_for_metadata(client, handle.get(), patience, stop, doing);
  if (!metadata) return tl::unexpected(metadata.error());
  if ((*metadata)->topic_cnt != 1) return fail(ErrorCode::kNotFound, doing + ": it does not exist");
  const auto& one = (*metadata)->topics[0];
  if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) return tl::unexpected(error_of(one.err, doing));
  if (one.partition_cnt == 0) return fail(ErrorCode::kNotFound, doing + ": it does not exist");
  return one.partition_cnt;
}

Result<int> count_brokers(rd_kafka_t& client, std::chrono::milliseconds patience,
                          const std::stop_token& stop) {
  return ask_for_metadata(client, nullptr, patience, stop, "cannot look up the brokers")
      .map([](const MetadataPtr& metadata) { return metadata->broker_cnt; });
}

}  // namespace staydown::kafka
