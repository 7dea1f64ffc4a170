// Records that could not be used, with what is needed to understand and to repeat them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/message.h"
#include "core/time.h"

namespace staydown::event {

struct DeadLetter {
  std::string reason;   // name of an ErrorCode, or "unclean_end"
  std::string message;  // for people
  std::string topic;    // where the record was read
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  WallTime time{};             // of the decision
  bool value_omitted = false;  // too large for the topic: it is still at its origin, while that lasts
  bool operator==(const DeadLetter&) const = default;
};

// The record unchanged, with the letter as headers after its own.
Message to_message(Message original, const DeadLetter& letter);

// nullopt: not a dead letter.
std::optional<DeadLetter> parse_dead_letter(const Message& message);

// What was dead-lettered, without the letter: to put it back.
Message original_of(Message message);

}  // namespace staydown::event
