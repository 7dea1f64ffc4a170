// A bank in a folder of its own, and references to put into it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "reference/reference_bank.h"
#include "support/test_folder.h"

namespace staydown::reference {

inline constexpr WallTime kNoon{std::chrono::microseconds(1'700'000'000'000'000)};

inline Change by(const std::string& actor, const std::string& detail = {}) {
  return {.actor = actor, .at = kNoon, .detail = detail};
}

inline PdqHash hash_of(std::uint64_t seed) {
  PdqHash hash;
  for (auto& word : hash.words) {  // splitmix64: any well-spread bits will do
    seed += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    word = z ^ (z >> 31);
  }
  return hash;
}

inline ReferenceEntry pdq_entry(MediaTime time, std::uint64_t seed) {
  return {.time = time,
          .end = time + std::chrono::milliseconds(500),
          .view = View::kFull,
          .quality = 100,
          .generic = false,
          .value = hash_of(seed)};
}

// `count` entries, half a second each.
inline NewGeneration reference_of(const std::string& id, int count = 4,
                                  std::uint64_t replaces = 0) {
  NewGeneration reference;
  reference.info = {.id = ReferenceId(id),
                    .label = id + ", from the helmet",
                    .grounds = "notice 17",
                    .max_verdict = VerdictKind::kTakedown,
                    .confirmed = false};
  reference.duration = std::chrono::milliseconds(500) * count;
  for (int i = 0; i < count; ++i) {
    reference.entries.push_back(
        pdq_entry(std::chrono::milliseconds(500) * i,
                  std::hash<std::string>{}(id) + replaces * 7919 + static_cast<std::uint64_t>(i)));
  }
  reference.replaces = replaces;
  return reference;
}

class BankTest : public testing::Test {
 protected:
  std::string path(const std::string& name = "bank.db") const { return folder_ / name; }

  ReferenceBank open(BankAccess access = BankAccess::kCreate) const {
    auto bank = ReferenceBank::open(path(), {.access = access});
    if (!bank) throw std::runtime_error(bank.error().message);
    return std::move(*bank);
  }

 private:
  const support::TestFolder folder_;
};

}  // namespace staydown::reference

namespace staydown {

inline bool operator==(const ReferenceEntry& a, const ReferenceEntry& b) {
  return a.time == b.time && a.end == b.end && a.view == b.view && a.quality == b.quality &&
         a.generic == b.generic && a.value == b.value;
}

inline void PrintTo(const ReferenceEntry& entry, std::ostream* out) {
  *out << to_string(Interval{entry.time, entry.end}) << " " << name_of(entry.view) << " q"
       << int{entry.quality} << (entry.generic ? " generic" : "");
}

template <typename Tag>
void PrintTo(const Id<Tag>& id, std::ostream* out) {
  *out << id.value;
}

inline void PrintTo(const Error& error, std::ostream* out) {
  *out << name_of(error.code) << ": " << error.message;
}

// An Error of a code whose message holds a text.
MATCHER_P2(IsError, code, text, "") {
  return arg.code == code && arg.message.find(text) != std::string::npos;
}

}  // namespace staydown
