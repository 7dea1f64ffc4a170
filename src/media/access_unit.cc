#include "media/access_unit.h"

#include <algorithm>
#include <array>
#include <optional>

namespace staydown::media {
namespace {

// Next NAL unit, from its header on.
class NalUnits {
 public:
  NalUnits(ByteSpan packet, int length_size) : rest_(packet), length_size_(length_size) {
    if (length_size_ == 0) skip_start_code();
  }

  // With start codes, the unit reaches to the end of the packet: only its beginning is looked at.
  std::optional<ByteSpan> next() {
    if (length_size_ == 0) {
      if (rest_.empty()) return std::nullopt;
      const ByteSpan unit = rest_;
      skip_start_code();
      return unit;
    }
    const auto header = static_cast<std::size_t>(length_size_);
    if (rest_.size() <= header) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < header; ++i) length = length << 8U | rest_[i];
    rest_ = rest_.subspan(header);
    length = std::min(length, rest_.size());
    const ByteSpan unit = rest_.first(length);
    rest_ = rest_.subspan(length);
    return unit;
  }

 private:
  void skip_start_code() {
    constexpr std::array<std::uint8_t, 3> kStartCode = {0, 0, 1};
    const auto found =
        std::search(rest_.begin(), rest_.end(), kStartCode.begin(), kStartCode.end());
    rest_ =
        found == rest_.end()
            ? ByteSpan()
            : rest_.subspan(static_cast<std::size_t>(found - rest_.begin()) + kStartCode.size());
  }

  ByteSpan rest_;
  int length_size_;
};

// Exp-Golomb codes (H.264, 9.1) of the first bytes of a slice header, where emulation prevention
// cannot occur before the slice type: 0x000003 needs a first_mb_in_slice of 2^16 or more.
class Bits {
 public:
  explicit Bits(ByteSpan bytes) : bytes_(bytes) {}
  std::optional<unsigned> code() {
    unsigned zeros = 0;
    while (zeros < 32 && bit() == 0U) ++zeros;
    if (zeros >= 32) return std::nullopt;
    unsigned value = 1;
    for (unsigned i = 0; i < zeros; ++i) value = value << 1U | bit();
    return value - 1;
  }

 private:
  unsigned bit() {
    const std::size_t byte = position_ / 8;
    if (byte >= bytes_.size()) return 0;
    return bytes_[byte] >> (7 - position_++ % 8) & 1U;
  }

  ByteSpan bytes_;
  std::size_t position_ = 0;
};

bool is_intra_slice(ByteSpan unit) {
  Bits bits(unit.subspan(1));
  bits.code();  // first_mb_in_slice
  const auto type = bits.code();
  return type && (*type % 5 == 2 || *type % 5 == 4);  // I, SI (table 7-6)
}

bool has_recovery_point(ByteSpan sei) {
  constexpr unsigned kRecoveryPoint = 6, kStop = 0x80;
  const auto value = [&](std::size_t& at) {
    unsigned sum = 0;
    while (at < sei.size() && sei[at] == 0xFF) sum += sei[at++];
    return at < sei.size() ? sum + sei[at++] : sum;
  };
  for (std::size_t at = 1; at + 2 < sei.size() && sei[at] != kStop;) {
    if (value(at) == kRecoveryPoint) return true;
    at += value(at);
  }
  return false;
}

FrameKind kind_of_h264(ByteSpan packet, int length_size, bool marked_as_key) {
  constexpr unsigned kSlice = 1, kPartitionA = 2, kIdr = 5, kSei = 6;
  NalUnits units(packet, length_size);
  bool recovery = marked_as_key, reference = true, sliced = false, intra = true;
  while (const auto unit = units.next()) {
    if (unit->empty()) continue;
    const unsigned type = (*unit)[0] & 0x1FU;
    if (type == kIdr) return FrameKind::kKey;
    if (type == kSei && has_recovery_point(*unit)) recovery = true;
    if (type != kSlice && type != kPartitionA) continue;
    sliced = true;
    reference = ((*unit)[0] & 0x60U) != 0;
    intra = intra && is_intra_slice(*unit);
    if (!recovery || !intra) break;
  }
  if (sliced && recovery) return intra ? FrameKind::kKey : FrameKind::kRecoveryPoint;
  return reference ? FrameKind::kReference : FrameKind::kDisposable;
}

FrameKind kind_of_hevc(ByteSpan packet, int length_size) {
  constexpr unsigned kFirstIrap = 16, kLastIrap = 23, kFirstNonSlice = 32;
  NalUnits units(packet, length_size);
  while (const auto unit = units.next()) {
    if (unit->empty()) continue;
    const unsigned type = (*unit)[0] >> 1U & 0x3FU;
    if (type >= kFirstNonSlice) continue;
    if (type >= kFirstIrap && type <= kLastIrap) return FrameKind::kKey;
    return type < kFirstIrap && type % 2 == 0 ? FrameKind::kDisposable : FrameKind::kReference;
  }
  return FrameKind::kReference;
}

// avcC (ISO/IEC 14496-15, 5.3.3.1.2) and hvcC (8.3.3.1.2) begin with a version of 1.
int length_size_of(const AVCodecParameters& parameters) {
  const ByteSpan extradata(parameters.extradata,
                           static_cast<std::size_t>(std::max(parameters.extradata_size, 0)));
  if (extradata.empty() || extradata[0] != 1) return 0;
  const std::size_t at = parameters.codec_id == AV_CODEC_ID_H264 ? 4 : 21;
  return at < extradata.size() ? (extradata[at] & 3) + 1 : 0;
}

}  // namespace

AccessUnits::AccessUnits(const AVCodecParameters& parameters)
    : codec_(parameters.codec_id), length_size_(length_size_of(parameters)) {}

FrameKind AccessUnits::kind_of(ByteSpan packet, bool marked_as_key) const {
  switch (codec_) {
    case AV_CODEC_ID_H264:
      return kind_of_h264(packet, length_size_, marked_as_key);
    case AV_CODEC_ID_HEVC:
      return kind_of_hevc(packet, length_size_);
    default:
      return marked_as_key ? FrameKind::kKey : FrameKind::kReference;
  }
}

}  // namespace staydown::media
