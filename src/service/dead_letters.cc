#include "service/dead_letters.h"

#include <chrono>
#include <utility>

#include "event/segment_message.h"
#include "kafka/log_reader.h"
#include "kafka/producer.h"
#include "kafka/topics.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;

// The record at its origin; nullopt if it is gone.
Result<std::optional<Message>> read_origin(kafka::LogReader& reader,
                                           const event::DeadLetter& letter) {
  auto started = reader.start(letter.topic, {{letter.partition, letter.offset, {}}});
  if (!started) return tl::unexpected(std::move(started.error()));
  auto record = reader.next(kPatience);
  if (!record) return tl::unexpected(std::move(record.error()));
  if (!*record || (*record)->offset != letter.offset) return std::nullopt;
  return std::move((*record)->message);
}

}  // namespace

bool DeadLetterFilter::takes(const kafka::Record& record, const event::DeadLetter& letter) const {
  return (reasons.empty() || reasons.contains(letter.reason)) &&
         (!stream || record.message.key == *stream) && (!since || letter.time >= *since) &&
         (!at || *at == std::pair(record.partition, record.offset));
}

Result<void> read_dead_letters(
    const kafka::ClientOptions& client, const TopicNames& names, const DeadLetterFilter& filter,
    const std::function<Result<void>(kafka::Record, const event::DeadLetter&)>& take) {
  auto topics = kafka::Topics::connect(client);
  if (!topics) return tl::unexpected(std::move(topics.error()));
  const auto partitions = (*topics)->partitions(names.dead_letters, kPatience);
  if (!partitions) return tl::unexpected(partitions.error());
  auto reader = kafka::LogReader::connect(client);
  if (!reader) return tl::unexpected(std::move(reader.error()));
  Result<void> taken;
  for (int partition = 0; partition < *partitions && taken; ++partition) {
    auto started = (*reader)->start(names.dead_letters, {{partition, -1, {}}});
    if (!started) return started;
    auto read = (*reader)->read_to_end(
        [&](kafka::Record record) {
          const auto letter = event::parse_dead_letter(record.message);
          if (!taken || !letter || !filter.takes(record, *letter)) return;
          taken = take(std::move(record), *letter);
        },
        kPatience);
    if (!read) return read;
  }
  return taken;
}

Result<Replayed> replay_dead_letters(const kafka::ClientOptions& client, const TopicNames& names,
                                     const DeadLetterFilter& filter) {
  auto producer = kafka::Producer::connect(client);
  if (!producer) return tl::unexpected(std::move(producer.error()));
  auto origins = kafka::LogReader::connect(client);
  if (!origins) return tl::unexpected(std::move(origins.error()));
  Replayed replayed;
  const auto put_back = [&](kafka::Record record, const event::DeadLetter& letter) -> Result<void> {
    Message message = event::original_of(std::move(record.message));
    if (letter.value_omitted) {
      auto origin = read_origin(**origins, letter);
      if (!origin) return tl::unexpected(std::move(origin.error()));
      if (!*origin) {
        ++replayed.gone;
        return {};
      }
      message = **std::move(origin);
    }
    if (find_header(message.headers, event::kReplayHeader) == nullptr) {
      message.headers.push_back({event::kReplayHeader, "1"});
    }
    ++replayed.segments;
    return (*producer)->send({.topic = names.segments, .message = std::move(message)});
  };
  if (auto read = read_dead_letters(client, names, filter, put_back); !read) {
    return tl::unexpected(std::move(read.error()));
  }
  if (auto sent = (*producer)->flush(kPatience); !sent) {
    return tl::unexpected(std::move(sent.error()));
  }
  return replayed;
}

}  // namespace staydown::service
