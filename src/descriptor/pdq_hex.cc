#include <charconv>

#include "descriptor/pdq.h"

namespace staydown::descriptor {
namespace {

constexpr std::size_t kWordDigits = 16;

}  // namespace

std::string to_hex(const PdqHash& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(hash.words.size() * kWordDigits);
  for (auto word = hash.words.rbegin(); word != hash.words.rend(); ++word) {
    for (int shift = 60; shift >= 0; shift -= 4) hex += kDigits[(*word >> shift) & 0xF];
  }
  return hex;
}

std::optional<PdqHash> pdq_from_hex(std::string_view hex) {
  PdqHash hash;
  if (hex.size() != hash.words.size() * kWordDigits) return std::nullopt;
  for (auto word = hash.words.rbegin(); word != hash.words.rend(); ++word) {
    const char* end = hex.data() + kWordDigits;
    const auto parsed = std::from_chars(hex.data(), end, *word, 16);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    hex.remove_prefix(kWordDigits);
  }
  return hash;
}

}  // namespace staydown::descriptor
