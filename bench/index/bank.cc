#include "bank.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>

#include "descriptor/pdq.h"

namespace staydown::bench {
namespace {

// Positions of bits, each as often as edits flip it.
std::vector<std::uint8_t> flipped_bits(const std::vector<std::vector<PdqHash>>& frames) {
  std::vector<std::uint8_t> bits;
  for (const auto& frame : frames) {
    for (std::size_t edit = 1; edit < frame.size(); ++edit) {
      for (std::size_t bit = 0; bit < 256; ++bit) {
        const auto flipped = frame[0].words[bit / 64] ^ frame[edit].words[bit / 64];
        if ((flipped >> (bit % 64) & 1U) != 0) bits.push_back(static_cast<std::uint8_t>(bit));
      }
    }
  }
  return bits;
}

PdqHash perturbed(PdqHash hash, int bits, const std::vector<std::uint8_t>& flipped,
                  std::mt19937_64& random) {
  PdqHash flips;
  for (int i = 0; i < bits; ++i) {
    const std::uint8_t bit = flipped[random() % flipped.size()];
    flips.words[bit / 64] |= 1ULL << (bit % 64);
  }
  for (std::size_t i = 0; i < 4; ++i) hash.words[i] ^= flips.words[i];
  return hash;
}

}  // namespace

std::vector<std::vector<PdqHash>> read_frames(const std::vector<std::string>& paths) {
  std::vector<std::vector<PdqHash>> frames;
  for (const auto& path : paths) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read");
    for (std::string line; std::getline(file, line);) {
      std::istringstream fields(line);
      int quality = 0;
      fields >> quality;
      std::vector<PdqHash> frame;
      for (std::string hex; fields >> hex;) {
        frame.push_back(descriptor::pdq_from_hex(hex).value());
      }
      if (quality >= 50) frames.push_back(std::move(frame));
    }
  }
  return frames;
}

Bank make_bank(const std::vector<std::vector<PdqHash>>& frames, std::size_t entries,
               Distractors distractors, std::size_t queries, std::size_t static_scene) {
  std::mt19937_64 random(42);
  const auto any = [&](std::size_t size) { return random() % size; };
  const auto flipped = flipped_bits(frames);
  Bank bank;
  for (const auto& frame : frames) bank.rows.push_back(frame[0]);
  bank.rows.resize(std::min(bank.rows.size(), entries));
  for (std::size_t i = 0; i < static_scene; ++i) {
    bank.rows.push_back(perturbed(frames[0][0], static_cast<int>(any(11)), flipped, random));
  }
  while (bank.rows.size() < entries) {
    const auto& frame = frames[any(frames.size())];
    const int bits = distractors == Distractors::kSpread
                         ? static_cast<int>(32 + any(97))
                         : distance(frame[0], frame[1 + any(frame.size() - 1)]);
    bank.rows.push_back(perturbed(frame[0], bits, flipped, random));
  }
  if (static_scene > 0) bank.queries.push_back(frames[0][0]);
  std::vector<int> distances;
  while (bank.queries.size() < queries) {
    const auto& frame = frames[any(std::min(frames.size(), entries))];
    const PdqHash& edited = frame[1 + any(frame.size() - 1)];
    const int bits = distance(frame[0], edited);
    if (bits > 64) continue;
    bank.queries.push_back(edited);
    distances.push_back(bits);
  }
  std::sort(distances.begin(), distances.end());
  if (!distances.empty()) bank.median_edit = distances[distances.size() / 2];
  return bank;
}

}  // namespace staydown::bench
