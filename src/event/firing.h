// Of a published takedown event, what the other workers of a group need to know.
#pragma once

#include <optional>

#include "core/ids.h"
#include "core/message.h"
#include "core/time.h"

namespace staydown::event {

struct Firing {
  ReferenceId reference;
  StreamId stream;
  WallTime at{};
  bool takedown = false;  // it fired: the breaker counts it
  bool breaker = false;   // it would have fired, and the breaker was open
  bool operator==(const Firing&) const = default;
};

// nullopt for anything that is not an event of a case that was opened or raised.
std::optional<Firing> parse_firing(const Message& message);

}  // namespace staydown::event
