// Hash lists as platforms share them, read and written.
//
// Text, one frame a line: `frame,quality,hash,timestamp` (vPDQ; seconds, "%.3f"). JSON: an array of
// strings `"hash,quality,timestamp"` (timestamps may be rounded to `1.23e+02`). Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/descriptor.h"
#include "core/reference.h"
#include "core/result.h"

namespace staydown::reference {

enum class HashListFormat : std::uint8_t { kVpdq, kJson };

// What is wrong with one line of text (or one element of JSON), counted from 1.
struct BadLine {
  std::size_t number = 0;
  std::string reason;
  bool operator==(const BadLine&) const = default;
};

struct HashList {
  HashListFormat format = HashListFormat::kVpdq;
  std::vector<Descriptor> descriptors;  // View::kFull, times distinct and rising
  std::vector<BadLine> bad;             // left out of the descriptors
};

// The format is recognised by its first character. Blank lines are passed over. Lines that share a
// (rounded) timestamp are spread evenly until the next one. kMalformed: not a list at all, none of
// it is usable, or all its timestamps are the same.
Result<HashList> parse_hash_list(std::string_view text);

// The PDQ hashes of full frames, in order of time; `frame` counts the lines. Text ends each line
// with a newline.
std::string format_hash_list(std::span<const ReferenceEntry> entries, HashListFormat format);

}  // namespace staydown::reference
