#include "media/ts_tables.h"

#include <algorithm>
#include <optional>
#include <set>

namespace staydown::media {
namespace {

constexpr std::size_t kPacket = 188;
constexpr unsigned kPatPid = 0;

unsigned sixteen_bits(ByteSpan bytes, std::size_t at) {
  return static_cast<unsigned>(bytes[at]) << 8U | bytes[at + 1];
}

struct Packet {
  explicit Packet(ByteSpan all) : bytes(all) {}
  ByteSpan bytes;
  bool in_sync() const { return bytes[0] == 0x47; }
  unsigned pid() const { return sixteen_bits(bytes, 1) & 0x1FFFU; }
  bool starts_section() const { return (bytes[1] & 0x40U) != 0; }

  // From the table id on, when a section starts here.
  ByteSpan section() const {
    std::size_t at = 4;
    const unsigned fields = bytes[3] >> 4U & 3U;
    if ((fields & 2U) != 0) at += 1U + bytes[4];
    if ((fields & 1U) == 0 || at >= kPacket) return {};
    at += 1U + bytes[at];
    return at < kPacket ? bytes.subspan(at) : ByteSpan();
  }
};

// Program map PIDs of the PAT section; of its first packet, which holds 42 programs.
std::set<unsigned> map_pids(ByteSpan section) {
  std::set<unsigned> pids;
  if (section.size() < 8 || section[0] != 0) return pids;
  constexpr std::size_t kChecksum = 4;
  const std::size_t end =
      std::min<std::size_t>(section.size(), 3 + (sixteen_bits(section, 1) & 0xFFFU));
  for (std::size_t at = 8; at + 4 + kChecksum <= end; at += 4) {
    if (sixteen_bits(section, at) != 0) pids.insert(sixteen_bits(section, at + 2) & 0x1FFFU);
  }
  return pids;
}

}  // namespace

ByteSpan TsTables::missing_from(ByteSpan segment) {
  Bytes tables;
  std::set<unsigned> awaited;         // map PIDs of which no section has begun
  std::optional<std::size_t> needed;  // bytes that the section that has begun still lacks
  std::set<unsigned> maps;
  bool has_pat = false;
  for (std::size_t at = 0; at + kPacket <= segment.size(); at += kPacket) {
    const Packet packet(segment.subspan(at, kPacket));
    if (!packet.in_sync()) break;
    const bool is_map = maps.contains(packet.pid());
    if (packet.pid() != kPatPid && !is_map) continue;
    const ByteSpan section = packet.starts_section() ? packet.section() : ByteSpan();
    if (packet.pid() == kPatPid && !has_pat && !section.empty()) {
      has_pat = true;
      maps = awaited = map_pids(section);
    } else if (is_map && section.size() >= 3) {
      awaited.erase(packet.pid());
      const std::size_t length = 3 + (sixteen_bits(section, 1) & 0xFFFU);
      needed = length > section.size() ? length - section.size() : 0;
    } else if (is_map && needed.value_or(0) > 0) {
      needed = *needed > kPacket - 4 ? *needed - (kPacket - 4) : 0;
    } else {
      continue;
    }
    tables.insert(tables.end(), packet.bytes.begin(), packet.bytes.end());
    if (has_pat && !maps.empty() && awaited.empty() && needed.value_or(0) == 0) {
      packets_ = std::move(tables);
      return {};
    }
  }
  return packets_;
}

}  // namespace staydown::media
