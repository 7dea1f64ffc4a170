// What a partition holds, and where.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "core/message.h"
#include "core/time.h"

namespace staydown::kafka {

struct Record {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  WallTime appended{};  // the record's timestamp: creation or append, as the topic is set
  Message message;
};

// Where to go on in a partition, and what was noted there.
struct Position {
  std::int32_t partition = 0;
  std::int64_t offset = -1;  // the next to be read; -1: nothing was committed
  std::string note;          // commit metadata
  auto operator<=>(const Position&) const = default;
};

}  // namespace staydown::kafka
