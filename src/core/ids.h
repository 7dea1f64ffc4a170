// Names of things, as types that cannot be mixed up.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace staydown {

template <typename Tag>
struct Id {
  Id() = default;
  explicit Id(std::string text) : value(std::move(text)) {}

  std::string value;
  bool empty() const { return value.empty(); }
  auto operator<=>(const Id&) const = default;  // NOLINT(modernize-use-nullptr): its own 0
};

using StreamId = Id<struct StreamTag>;        // one broadcast
using AccountId = Id<struct AccountTag>;      // its uploader; empty when unknown
using ReferenceId = Id<struct ReferenceTag>;  // a known video that must stay down

}  // namespace staydown

template <typename Tag>
struct std::hash<staydown::Id<Tag>> {
  std::size_t operator()(const staydown::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
