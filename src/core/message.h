// A record of a message log, whatever brings it: key, headers and value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/segment.h"

namespace staydown {

// Order is kept; a name may come twice.
struct Header {
  std::string name, value;
  bool operator==(const Header&) const = default;
};
using Headers = std::vector<Header>;

// The last header of that name, as with maps; nullptr without one.
const std::string* find_header(const Headers& headers, std::string_view name);

struct Message {
  std::string key;
  Headers headers;
  std::optional<Bytes> value;  // nullopt: a tombstone
  bool operator==(const Message&) const = default;
};

}  // namespace staydown
