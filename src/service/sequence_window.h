// Which segments of a stream were seen, by their numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace staydown::service {

enum class Arrival : std::uint8_t {
  kInOrder,    // the next, or the first ever
  kAfterGap,   // `missing` before it have not come (yet)
  kLate,       // one of those that were missing
  kDuplicate,  // seen before
  kNewEpoch,   // far from the last: the sequence was restarted
};
std::string_view name_of(Arrival arrival);

// Remembers the latest number and which of the 63 before it came. A value; not thread-safe.
class SequenceWindow {
 public:
  static constexpr std::int64_t kSize = 64;
  // A wider gap is a restart: ingest counts on from its clock.
  static constexpr std::int64_t kWidestGap = 100'000;

  struct Step {
    Arrival arrival = Arrival::kInOrder;
    std::int64_t missing = 0;  // by how many numbers a gap is wide
    bool operator==(const Step&) const = default;
  };

  Step take(std::int64_t number);
  std::optional<std::int64_t> last() const { return last_; }

  template <typename Self, typename Archive>
  static void fields(Self& self, Archive& archive) {
    archive(self.last_, self.seen_);
  }

 private:
  std::optional<std::int64_t> last_;
  std::uint64_t seen_ = 0;  // bit k: the number last_ - k
};

}  // namespace staydown::service
