#include "media/container.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace staydown::media {
namespace {

constexpr std::size_t kTsPacket = 188;
constexpr std::uint8_t kTsSync = 0x47;

std::uint32_t big_endian(ByteSpan bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at]) << 24U |
         static_cast<std::uint32_t>(bytes[at + 1]) << 16U |
         static_cast<std::uint32_t>(bytes[at + 2]) << 8U | bytes[at + 3];
}

bool starts_with(ByteSpan bytes, std::initializer_list<std::uint8_t> magic) {
  return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

std::string_view box_type(ByteSpan bytes, std::size_t at) {
  return {reinterpret_cast<const char*>(bytes.data()) + at + 4, 4};
}

// Boxes that an MP4 file, fragment or init segment may begin with (ISO/IEC 14496-12, 8.1 and 8.8).
bool is_first_box(std::string_view type) {
  constexpr std::array<std::string_view, 12> kTypes = {"ftyp", "styp", "moov", "moof",
                                                       "sidx", "emsg", "prft", "free",
                                                       "skip", "mdat", "wide", "uuid"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

// Sync bytes at the distance of packets (188; 192 with time stamps, 204 with parity), from any
// place in the first packet on.
bool is_transport_stream(ByteSpan bytes) {
  for (const std::size_t packet : {kTsPacket, std::size_t{192}, std::size_t{204}}) {
    for (std::size_t at = 0; at < packet && at < bytes.size(); ++at) {
      constexpr std::size_t kWanted = 4;
      std::size_t found = 0;
      while (found < kWanted && at + found * packet < bytes.size() &&
             bytes[at + found * packet] == kTsSync) {
        ++found;
      }
      const bool ends = at + found * packet >= bytes.size();
      if (found == kWanted || (at == 0 && found > 0 && ends)) return true;
    }
  }
  return false;
}

// Calls `visit(type, position)` for top-level boxes until it returns false or the boxes end.
template <typename Visit>
void for_each_box(ByteSpan bytes, Visit visit) {
  for (std::size_t at = 0; at + 8 <= bytes.size();) {
    if (!visit(box_type(bytes, at), at)) return;
    std::uint64_t size = big_endian(bytes, at);
    if (size == 1 && at + 16 <= bytes.size()) {
      size =
          static_cast<std::uint64_t>(big_endian(bytes, at + 8)) << 32U | big_endian(bytes, at + 12);
    }
    if (size < 8 || size > bytes.size() - at) return;
    at += static_cast<std::size_t>(size);
  }
}

}  // namespace

std::optional<Container> container_of(ByteSpan bytes) {
  if (bytes.size() >= 8 && is_first_box(box_type(bytes, 0))) return Container::kMp4;
  if (starts_with(bytes, {0x1A, 0x45, 0xDF, 0xA3})) return Container::kMatroska;  // EBML
  if (starts_with(bytes, {0x1F, 0x43, 0xB6, 0x75})) return Container::kMatroska;  // Cluster
  if (starts_with(bytes, {'F', 'L', 'V'})) return Container::kFlv;
  if (is_transport_stream(bytes)) return Container::kMpegTs;
  return std::nullopt;
}

const char* demuxer_of(Container container) {
  switch (container) {
    case Container::kMpegTs:
      return "mpegts";
    case Container::kMp4:
      return "mov";
    case Container::kMatroska:
      return "matroska";
    case Container::kFlv:
      return "flv";
  }
  return "";
}

Completeness completeness_of(Container container, ByteSpan bytes) {
  if (container == Container::kMatroska && !starts_with(bytes, {0x1A, 0x45, 0xDF, 0xA3})) {
    return Completeness::kNeedsInit;
  }
  if (container != Container::kMp4) return Completeness::kWhole;
  auto result = Completeness::kNeedsInit;
  for_each_box(bytes, [&](std::string_view type, std::size_t) {
    if (type == "moov") result = Completeness::kWhole;
    return type != "moov";
  });
  return result;
}

ByteSpan init_part_of_mp4(ByteSpan bytes) {
  bool has_moov = false;
  ByteSpan init;
  for_each_box(bytes, [&](std::string_view type, std::size_t at) {
    has_moov = has_moov || type == "moov";
    if (type != "moof") return true;
    if (has_moov) init = bytes.first(at);
    return false;
  });
  return init;
}

std::string first_bytes(ByteSpan bytes) {
  std::string hex, text;
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
    hex += fmt::format("{}{:02x}", hex.empty() ? "" : " ", byte);
    text += std::isprint(byte) != 0 && byte != '"' ? static_cast<char>(byte) : '.';
  }
  return fmt::format("{} (\"{}\")", hex, text);
}

}  // namespace staydown::media
