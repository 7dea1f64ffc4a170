#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "event/takedown_event.h"

namespace staydown::event {
namespace {

using Uuid = std::array<std::uint8_t, 16>;

// 0cf9295b-4283-5597-a75e-a246c95ab938: UUIDv5 of "takedown.staydown.live" in the DNS namespace of
// RFC 4122, appendix C.
constexpr Uuid kNamespace = {0x0c, 0xf9, 0x29, 0x5b, 0x42, 0x83, 0x55, 0x97,
                             0xa7, 0x5e, 0xa2, 0x46, 0xc9, 0x5a, 0xb9, 0x38};

// "<length>:<bytes>,": no two lists of texts have the same netstrings (D. J. Bernstein, 1997).
std::string netstring(std::string_view text) { return fmt::format("{}:{},", text.size(), text); }

Uuid uuid_v5(const Uuid& space, std::string_view name) {
  std::string input(space.begin(), space.end());
  input += name;
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest.data());
  Uuid uuid{};
  std::copy_n(digest.begin(), uuid.size(), uuid.begin());
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0FU) | 0x50U);  // version 5
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3FU) | 0x80U);  // variant of RFC 4122
  return uuid;
}

std::string to_text(const Uuid& uuid) {
  std::string text;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", uuid[i]);
  }
  return text;
}

}  // namespace

std::string event_id(const StreamId& stream, const ReferenceId& reference,
                     std::uint32_t case_number, CaseStepKind step) {
  return to_text(uuid_v5(kNamespace, netstring(stream.value) + netstring(reference.value) +
                                         netstring(std::to_string(case_number)) +
                                         netstring(name_of(step))));
}

}  // namespace staydown::event
