// Looks through the dead-letter topic and puts segments back.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "core/ids.h"
#include "core/result.h"
#include "event/dead_letter.h"
#include "kafka/client.h"
#include "kafka/record.h"
#include "service/config.h"

namespace staydown::service {

// All that is set must hold.
struct DeadLetterFilter {
  std::set<std::string> reasons;  // one of these; empty: any
  std::optional<std::string> stream;
  std::optional<WallTime> since;                            // decided then or later
  std::optional<std::pair<std::int32_t, std::int64_t>> at;  // partition and offset in the topic

  bool takes(const kafka::Record& record, const event::DeadLetter& letter) const;
};

// Gives every letter that is in the topic now, partition by partition.
Result<void> read_dead_letters(
    const kafka::ClientOptions& client, const TopicNames& topics, const DeadLetterFilter& filter,
    const std::function<Result<void>(kafka::Record, const event::DeadLetter&)>& take);

struct Replayed {
  std::size_t segments = 0;
  std::size_t gone = 0;  // the value was omitted and is no longer at its origin
};

// Puts the letters back into the segment topic, marked with the replay header; a value that was too
// large for a letter is read at its origin. They stay in the dead-letter topic too.
Result<Replayed> replay_dead_letters(const kafka::ClientOptions& client, const TopicNames& topics,
                                     const DeadLetterFilter& filter);

}  // namespace staydown::service
