// How to use a learned descriptor: the manifest that stands beside its ONNX file
// (models/README.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace staydown::embedding {

// What a model is meant to compute in. Vectors of one precision are compared with vectors of the
// same. Mixed: f32 up to a tensor that the manifest names, bf16 from there on. Its manifest vouches
// for vectors so near to those of f32 that a processor without bf16, which runs all of it in f32,
// says the same.
enum class Precision : std::uint8_t { kF32, kBf16, kMixed };
std::string_view name_of(Precision precision);  // "f32", "bf16", "mixed"
std::optional<Precision> precision_of(std::string_view name);

// A part of the frame that gets a vector of its own, in fractions of its width and height.
struct Region {
  float x0 = 0, y0 = 0, x1 = 1, y1 = 1;
  bool operator==(const Region&) const = default;
};

// The tensor that the model's graph wants. It is always fed RGB bytes, row by row; what differs
// from that is converted as the model is compiled.
struct ModelInput {
  std::string name;
  int width = 0, height = 0;
  std::string layout;  // "NHWC" or "NCHW"
  std::string type;    // "u8" or "f32"
  std::string colour;  // "RGB" or "BGR"
  // f32 only: the graph gets (byte - mean) / std, both in steps of a byte and in the order of
  // `colour`.
  std::array<float, 3> mean{0, 0, 0}, std{1, 1, 1};
};

struct ModelOutput {
  std::string name;
  std::string layout;  // "NRD": image, region, number; or "ND" where there is one region
  std::size_t dimensions = 0;
  bool normalised = false;  // whether the graph gives vectors of length 1
};

// A file beside the manifest.
struct ModelFile {
  std::filesystem::path path;
  std::string sha256;  // 64 lower-case digits
};

struct ModelManifest {
  std::string name, version;
  std::filesystem::path file;  // of the model, beside the manifest
  std::string sha256;          // of that file, 64 lower-case digits
  std::string digest;          // SHA-256 of the manifest itself
  ModelInput input;
  ModelOutput output;
  std::vector<Region> regions;  // at least one; the first is the whole frame
  Precision precision{};        // that the model is meant to be run in
  std::string f32_until;        // for kMixed: the last tensor in f32; empty: not to be run so
  // Pictures that have nothing to do with any reference, for score normalisation: half floats, as
  // many as dimensions for each.
  std::optional<ModelFile> background;
  // What its distances mean (matching/calibration.h); without one it cannot be matched.
  std::optional<ModelFile> calibration;

  std::string model() const { return name + "/" + version; }
  // What its vectors are called where they are stored: only those of one name are compared.
  std::string descriptor(Precision of) const { return model() + "/" + std::string(name_of(of)); }
};

// Errors: kIo or kNotFound when the file cannot be read, kMalformed when it says something that
// this version does not know.
Result<ModelManifest> read_manifest(const std::filesystem::path& path);

}  // namespace staydown::embedding
