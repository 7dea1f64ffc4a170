// What describes one view of one sampled frame, and how far apart two such descriptions are.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "core/embedding.h"
#include "core/time.h"

namespace staydown {

// One rendering of a sampled frame that gets its own descriptor.
enum class View : std::uint8_t {
  kFull,             // the frame as it is
  kMirrored,         // flipped left to right
  kTrimmed,          // bars and borders removed
  kTrimmedMirrored,  //
  kInner,            // a picture that is shown inside the frame
  kInnerMirrored,    //
  kCentre,           // the middle of the picture, where logos and banners rarely are
  kCentreMirrored,
  kPart,  // a region of the full frame, as the learned model divides it
};
std::string_view name_of(View view);

constexpr bool mirrored(View view) {
  return view == View::kMirrored || view == View::kTrimmedMirrored ||
         view == View::kInnerMirrored || view == View::kCentreMirrored;
}

// Whether two views can show the same picture: the middle of one is the middle of the other only.
constexpr bool comparable(View a, View b) {
  const auto centre = [](View v) { return v == View::kCentre || v == View::kCentreMirrored; };
  return centre(a) == centre(b);
}

// 256-bit PDQ hash (Davis et al., Facebook 2019): bit k is bit k % 64 of words[k / 64]. The
// published hexadecimal form is that 256-bit number, words[3] first.
struct PdqHash {
  std::array<std::uint64_t, 4> words{};
  auto operator<=>(const PdqHash&) const = default;
};

// Hamming distance, 0-256. Unrelated frames are near 128.
inline int distance(const PdqHash& a, const PdqHash& b) {
  int bits = 0;
  for (std::size_t i = 0; i < a.words.size(); ++i) bits += std::popcount(a.words[i] ^ b.words[i]);
  return bits;
}

// 1 - cosine, 0-2, give or take a thousandth: sizes must agree.
float distance(const Embedding& a, const Embedding& b);

enum class DescriptorKind : std::uint8_t { kPdq, kEmbedding };
using DescriptorValue = std::variant<PdqHash, Embedding>;
inline DescriptorKind kind_of(const DescriptorValue& value) {
  return static_cast<DescriptorKind>(value.index());
}

// Distance of two values of the same kind, on that kind's scale.
float distance(const DescriptorValue& a, const DescriptorValue& b);

struct Descriptor {
  MediaTime time{};  // of the sampled frame
  View view = View::kFull;
  std::uint8_t region = 0;  // of kPart: which, as the model counts them from 1 on
  // 0-100, PDQ's measure of how much the frame says; embeddings carry their frame's.
  int quality = 0;
  // Embeddings: what every distance from it is increased by, since it is near to much that has
  // nothing to do with it (descriptor/score_norm.h). References have none.
  float commonness = 0;
  DescriptorValue value;
};

// How far a query is from something stored, on the scale of their kind.
inline float distance(const Descriptor& query, const DescriptorValue& stored) {
  return distance(query.value, stored) + query.commonness;
}

}  // namespace staydown
