#include "embedding/model_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "embedding/file_bytes.h"

namespace staydown::embedding {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;
constexpr int kLargestSide = 2048;
constexpr int kMostDimensions = 4096;

// A value of the manifest and where it stands. What it refuses is thrown as std::invalid_argument.
class Field {
 public:
  Field(const Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  bool has(const char* key) const { return json_.is_object() && json_.contains(key); }
  Field operator[](const char* key) const {
    auto path = path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
    if (!has(key)) throw std::invalid_argument(path + " is missing");
    return {json_.at(key), std::move(path)};
  }
  std::vector<Field> elements() const {
    if (!json_.is_array()) refuse("wants a list");
    std::vector<Field> all;
    for (std::size_t i = 0; i < json_.size(); ++i) {
      all.emplace_back(json_[i], fmt::format("{}[{}]", path_, i));
    }
    return all;
  }

  std::string text() const {
    if (!json_.is_string() || json_.get_ref<const std::string&>().empty()) refuse("wants a text");
    return json_.get<std::string>();
  }
  std::string one_of(std::initializer_list<const char*> known) const {
    auto found = text();
    if (std::find(known.begin(), known.end(), found) == known.end()) {
      refuse(fmt::format("wants \"{}\"", fmt::join(known, "\" or \"")));
    }
    return found;
  }
  int within(int least, int most) const {
    if (!json_.is_number_integer() || json_ < least || json_ > most) {
      refuse(fmt::format("wants {} to {}", least, most));
    }
    return json_.get<int>();
  }
  float number() const {
    if (!json_.is_number()) refuse("wants a number");
    return json_.get<float>();
  }
  bool truth() const {
    if (!json_.is_boolean()) refuse("wants true or false");
    return json_.get<bool>();
  }
  [[noreturn]] void refuse(const std::string& why) const {
    throw std::invalid_argument(fmt::format("{} is {}; it {}", path_, json_.dump(), why));
  }

 private:
  const Json& json_;
  std::string path_;
};

std::array<float, 3> colours(const Field& field) {
  const auto elements = field.elements();
  if (elements.size() != 3) field.refuse("wants three numbers");
  return {elements[0].number(), elements[1].number(), elements[2].number()};
}

ModelInput input_of(const Field& field) {
  ModelInput input;
  input.name = field["name"].text();
  input.width = field["width"].within(1, kLargestSide);
  input.height = field["height"].within(1, kLargestSide);
  input.layout = field["layout"].one_of({"NHWC", "NCHW"});
  input.type = field["type"].one_of({"u8", "f32"});
  input.colour = field["colour"].one_of({"RGB", "BGR"});
  field["batch"].one_of({"any"});
  if (field.has("mean") || field.has("std")) {
    if (input.type != "f32") field["type"].refuse("must be \"f32\" for a mean and std");
    input.mean = colours(field["mean"]);
    input.std = colours(field["std"]);
    if (std::any_of(input.std.begin(), input.std.end(), [](float v) { return !(v > 0); })) {
      field["std"].refuse("wants numbers above 0");
    }
  }
  return input;
}

Region region_of(const Field& field) {
  const Region region{field["x0"].number(), field["y0"].number(), field["x1"].number(),
                      field["y1"].number()};
  if (!(0 <= region.x0 && region.x0 < region.x1 && region.x1 <= 1 && 0 <= region.y0 &&
        region.y0 < region.y1 && region.y1 <= 1)) {
    field.refuse("must lie within 0 to 1 and not be empty");
  }
  return region;
}

std::vector<Region> regions_of(const Field& field) {
  std::vector<Region> regions;
  for (const Field& region : field.elements()) regions.push_back(region_of(region));
  if (regions.empty() || regions.front() != Region{}) {
    field.refuse("must begin with the whole frame");
  }
  return regions;
}

ModelOutput output_of(const Field& field, std::size_t regions) {
  ModelOutput output;
  output.name = field["name"].text();
  field["type"].one_of({"f32"});
  output.layout = field["layout"].one_of({"NRD", "ND"});
  if (output.layout == "ND" && regions != 1) field["layout"].refuse("has room for one region only");
  output.dimensions = static_cast<std::size_t>(field["dims"].within(1, kMostDimensions));
  output.normalised = field["normalised"].truth();
  return output;
}

std::filesystem::path beside(const Field& field, const std::filesystem::path& folder) {
  const std::filesystem::path file = field.text();
  if (file != file.filename()) field.refuse("must name a file beside the manifest");
  return folder / file;
}

std::optional<ModelFile> file_of(const Field& field, const char* key,
                                 const std::filesystem::path& folder) {
  if (!field.has(key)) return std::nullopt;
  const Field file = field[key];
  return ModelFile{beside(file["file"], folder), file["sha256"].text()};
}

ModelManifest parse(const std::string& text, const std::filesystem::path& folder) {
  const Json json = Json::parse(text);
  const Field field(json, "");
  if (field.has("format")) field["format"].within(kFormat, kFormat);
  ModelManifest manifest;
  manifest.name = field["name"].text();
  manifest.version = field["version"].text();
  manifest.file = beside(field["file"], folder);
  manifest.sha256 = field["sha256"].text();
  manifest.digest = digest_of(text);
  manifest.input = input_of(field["input"]);
  manifest.regions = regions_of(field["regions"]);
  manifest.output = output_of(field["output"], manifest.regions.size());
  manifest.precision = *precision_of(field["precision"].one_of({"f32", "bf16", "mixed"}));
  if (manifest.precision == Precision::kMixed || field.has("f32_until")) {
    manifest.f32_until = field["f32_until"].text();
  }
  manifest.background = file_of(field, "background", folder);
  manifest.calibration = file_of(field, "calibration", folder);
  return manifest;
}

}  // namespace

std::string_view name_of(Precision precision) {
  switch (precision) {
    case Precision::kF32:
      return "f32";
    case Precision::kBf16:
      return "bf16";
    case Precision::kMixed:
      return "mixed";
  }
  return "";
}

std::optional<Precision> precision_of(std::string_view name) {
  for (const Precision precision : {Precision::kF32, Precision::kBf16, Precision::kMixed}) {
    if (name == name_of(precision)) return precision;
  }
  return std::nullopt;
}

Result<ModelManifest> read_manifest(const std::filesystem::path& path) {
  const auto text = read_file("model manifest", path);
  if (!text) return tl::unexpected(text.error());
  try {
    return parse(*text, path.parent_path());
  } catch (const std::exception& error) {
    return fail(ErrorCode::kMalformed,
                fmt::format("model manifest {}: {}", path.string(), error.what()));
  }
}

}  // namespace staydown::embedding
