// Values as compact bytes and back, by one list of fields for both directions.
//
//   struct Interval { template <typename Self, typename Archive>
//                     static void fields(Self& self, Archive& archive) { archive(self.begin,
//                     self.end); } };
//
// A type that cannot have `fields` gets a free function `fields(self, archive)` beside it. Integers
// are LEB128 (signed ones in zigzag), floating-point numbers their bits, little-endian. Nothing
// says what a byte is: writer and reader must be of the same version, which their user notes.
#pragma once

#include <bit>
#include <chrono>
#include <concepts>
#include <cstring>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/descriptor.h"
#include "core/ids.h"
#include "core/match.h"
#include "core/segment.h"

namespace staydown {

// What of a reference outlives it: all but its descriptors.
struct ReferenceHeader {
  ReferenceInfo info;
  std::uint64_t generation = 0;
  MediaTime duration{};
};

namespace archive_detail {

template <typename T>
inline constexpr bool is_range = false;
template <typename T>
inline constexpr bool is_range<std::vector<T>> = true;
template <typename T>
inline constexpr bool is_range<std::deque<T>> = true;

template <typename T>
inline constexpr bool is_id = false;
template <typename Tag>
inline constexpr bool is_id<Id<Tag>> = true;

template <typename T>
inline constexpr bool is_duration = false;
template <typename Rep, typename Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

template <typename T, typename Archive>
concept HasFields = requires(T& value, Archive& archive) {
  std::remove_const_t<T>::fields(value, archive);
};

static_assert(std::endian::native == std::endian::little);

}  // namespace archive_detail

template <typename Self, typename Archive>
void fields(Self& self,
            Archive& archive) requires std::same_as<std::remove_const_t<Self>, Interval> {
  archive(self.begin, self.end);
}

template <typename Self, typename Archive>
void fields(Self& self,
            Archive& archive) requires std::same_as<std::remove_const_t<Self>, PdqHash> {
  for (auto& word : self.words) archive.bits(word);
}

template <typename Self, typename Archive>
void fields(Self& self,
            Archive& archive) requires std::same_as<std::remove_const_t<Self>, Descriptor> {
  archive(self.time, self.view, self.region, self.quality, self.value);
}

template <typename Self, typename Archive>
void fields(Self& self,
            Archive& archive) requires std::same_as<std::remove_const_t<Self>, Evidence> {
  archive(self.query, self.reference, self.query_view, self.reference_view, self.kind,
          self.distance, self.log_ratio);
}

template <typename Self, typename Archive>
void fields(Self& self, Archive& archive) requires std::same_as<std::remove_const_t<Self>, Match> {
  archive(self.reference, self.query, self.interval, self.speed, self.score, self.strength,
          self.ended, self.frames, self.evidence, self.segments);
}

template <typename Self, typename Archive>
void fields(Self& self,
            Archive& archive) requires std::same_as<std::remove_const_t<Self>, Verdict> {
  archive(self.kind, self.rule, self.would_be, self.would_be_rule);
}

template <typename Self, typename Archive>
void fields(Self& self,
            Archive& archive) requires std::same_as<std::remove_const_t<Self>, ReferenceHeader> {
  archive(self.info.id, self.info.label, self.info.grounds, self.info.max_verdict,
          self.info.confirmed, self.info.notice, self.generation, self.duration);
}

// Not thread-safe.
class ArchiveWriter {
 public:
  template <typename... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }

  template <typename T>
  void bits(const T& value) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof value);
  }

  // The references that what was written names, each once: to be written before it.
  const std::vector<ReferenceTimelinePtr>& references() const { return references_; }
  const Bytes& bytes() const { return bytes_; }

 private:
  template <typename T>
  void put(const T& value) {
    using archive_detail::HasFields, archive_detail::is_duration, archive_detail::is_id,
        archive_detail::is_range;
    if constexpr (std::same_as<T, bool>) {
      bytes_.push_back(value ? 1 : 0);
    } else if constexpr (std::is_enum_v<T>) {
      put(static_cast<std::uint64_t>(value));
    } else if constexpr (std::unsigned_integral<T>) {
      auto left = static_cast<std::uint64_t>(value);
      for (; left >= 0x80; left >>= 7) bytes_.push_back(static_cast<std::uint8_t>(left | 0x80));
      bytes_.push_back(static_cast<std::uint8_t>(left));
    } else if constexpr (std::signed_integral<T>) {
      const auto wide = static_cast<std::int64_t>(value);
      put((static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63));
    } else if constexpr (std::floating_point<T> || std::same_as<T, Sha256>) {
      bits(value);
    } else if constexpr (is_duration<T>) {
      put(static_cast<std::int64_t>(value.count()));
    } else if constexpr (std::same_as<T, WallTime>) {
      put(value.time_since_epoch());
    } else if constexpr (std::same_as<T, std::string> || std::same_as<T, Bytes>) {
      put(value.size());
      bytes_.insert(bytes_.end(), value.begin(), value.end());
    } else if constexpr (is_id<T>) {
      put(value.value);
    } else if constexpr (std::same_as<T, Embedding>) {
      put(value.size());
      for (const Half half : value.halves()) bits(half);
    } else if constexpr (std::same_as<T, DescriptorValue>) {
      put(static_cast<std::uint64_t>(value.index()));
      std::visit([&](const auto& one) { put(one); }, value);
    } else if constexpr (std::same_as<T, ReferenceTimelinePtr>) {
      put(number_of(value));
    } else if constexpr (is_range<T>) {
      put(value.size());
      for (const auto& one : value) put(one);
    } else if constexpr (requires { value.has_value(); }) {
      put(value.has_value());
      if (value) put(*value);
    } else if constexpr (HasFields<const T, ArchiveWriter>) {
      T::fields(value, *this);
    } else {
      fields(value, *this);
    }
  }

  std::size_t number_of(const ReferenceTimelinePtr& reference) {
    for (std::size_t i = 0; i < references_.size(); ++i) {
      if (references_[i] == reference) return i;
    }
    references_.push_back(reference);
    return references_.size() - 1;
  }

  Bytes bytes_;
  std::vector<ReferenceTimelinePtr> references_;
};

// Bytes that end early or say what cannot be make `failed` true; values are then unspecified but
// valid. Not thread-safe.
class ArchiveReader {
 public:
  // `references`: those that the writer collected, in its order; none is null.
  ArchiveReader(std::span<const std::uint8_t> bytes, std::vector<ReferenceTimelinePtr> references)
      : left_(bytes), references_(std::move(references)) {}

  template <typename... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }

  template <typename T>
  void bits(T& value) {
    if (left_.size() < sizeof value) return fail();
    std::memcpy(&value, left_.data(), sizeof value);
    left_ = left_.subspan(sizeof value);
  }

  bool failed() const { return failed_; }
  bool done() const { return left_.empty(); }
  std::span<const std::uint8_t> left() const { return left_; }

 private:
  void fail() {
    failed_ = true;
    left_ = {};
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (left_.empty()) break;
      const std::uint8_t byte = left_.front();
      left_ = left_.subspan(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }

  // How many follow, none of which takes less than a byte.
  std::size_t count() {
    const auto many = number();
    if (many > left_.size()) {
      fail();
      return 0;
    }
    return static_cast<std::size_t>(many);
  }

  template <typename T>
  void get(T& value) {
    using archive_detail::HasFields, archive_detail::is_duration, archive_detail::is_id,
        archive_detail::is_range;
    if constexpr (std::same_as<T, bool>) {
      value = number() != 0;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(number());
    } else if constexpr (std::unsigned_integral<T>) {
      const auto wide = number();
      if (!std::in_range<T>(wide)) return fail();
      value = static_cast<T>(wide);
    } else if constexpr (std::signed_integral<T>) {
      const auto folded = number();
      const auto wide = static_cast<std::int64_t>((folded >> 1) ^ (~(folded & 1) + 1));
      if (!std::in_range<T>(wide)) return fail();
      value = static_cast<T>(wide);
    } else if constexpr (std::floating_point<T> || std::same_as<T, Sha256>) {
      bits(value);
    } else if constexpr (is_duration<T>) {
      std::int64_t ticks = 0;
      get(ticks);
      value = T(ticks);
    } else if constexpr (std::same_as<T, WallTime>) {
      MediaTime since{};
      get(since);
      value = WallTime(since);
    } else if constexpr (std::same_as<T, std::string> || std::same_as<T, Bytes>) {
      const auto size = count();
      value.assign(left_.begin(), left_.begin() + static_cast<std::ptrdiff_t>(size));
      left_ = left_.subspan(size);
    } else if constexpr (is_id<T>) {
      get(value.value);
    } else if constexpr (std::same_as<T, Embedding>) {
      const auto size = count();
      const std::shared_ptr<Half[]> halves = std::make_shared<Half[]>(size);
      for (std::size_t i = 0; i < size; ++i) bits(halves[static_cast<std::ptrdiff_t>(i)]);
      value = Embedding({halves, halves.get()}, size);
    } else if constexpr (std::same_as<T, DescriptorValue>) {
      if (number() == static_cast<std::uint64_t>(DescriptorKind::kPdq)) {
        get(value.template emplace<PdqHash>());
      } else {
        get(value.template emplace<Embedding>());
      }
    } else if constexpr (std::same_as<T, ReferenceTimelinePtr>) {
      const auto which = number();
      if (which >= references_.size()) {
        static const auto kNone = std::make_shared<const ReferenceTimeline>();
        value = kNone;
        return fail();
      }
      value = references_[static_cast<std::size_t>(which)];
    } else if constexpr (is_range<T>) {
      value.clear();
      for (auto left = count(); left > 0 && !failed_; --left) {
        value.push_back(make<typename T::value_type>());
        get(value.back());
      }
    } else if constexpr (requires { value.has_value(); }) {
      bool there = false;
      get(there);
      value.reset();
      if (there) get(value.emplace(make<typename T::value_type>()));
    } else if constexpr (HasFields<T, ArchiveReader>) {
      T::fields(value, *this);
    } else {
      fields(value, *this);
    }
  }

  // A value to be filled in; `blank` where a type has no default.
  template <typename T>
  static T make() {
    if constexpr (std::default_initializable<T>) {
      return T{};
    } else {
      return T::blank();
    }
  }

  std::span<const std::uint8_t> left_;
  std::vector<ReferenceTimelinePtr> references_;
  bool failed_ = false;
};

}  // namespace staydown
