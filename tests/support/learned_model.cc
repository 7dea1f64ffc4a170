#include "support/learned_model.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "core/embedding.h"
#include "core/sha256.h"
#include "support/test_calibration.h"

namespace staydown::support {
namespace {

using Json = nlohmann::json;

void write(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

Json named(const std::filesystem::path& file, std::string_view bytes) {
  const std::span data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  return {{"file", file.filename().string()}, {"sha256", to_hex(sha256(data))}};
}

}  // namespace

std::string write_learned_model(const std::filesystem::path& folder, const std::string& model) {
  const std::filesystem::path source = STAYDOWN_TEST_MODELS;
  std::filesystem::copy_file(source / "mean-colour.onnx", folder / "mean-colour.onnx");

  std::array<Half, 3> grey{};
  to_halves(std::array{0.57735F, 0.57735F, 0.57735F}, grey);
  const std::string_view background(reinterpret_cast<const char*>(grey.data()), sizeof(grey));
  write(folder / "background.f16", background);

  Json calibration = Json::parse(testing::kTestCalibration);
  calibration["version"] = "both";
  calibration["model"] = model;
  Json& curve = calibration["curves"]["embedding"] = calibration["curves"]["pdq"];
  curve["unchanged"] = 0.001;
  curve["points"] = {{0, 8}, {0.9, 8}, {1, -3}};
  curve["movement"] = {{{"up_to", 2}, {"one_view", {{-1, -3}, {1, 3}}}}};
  const std::string text = calibration.dump();
  write(folder / "calibration.json", text);

  Json manifest;
  std::ifstream(source / "mean-colour.json") >> manifest;
  manifest["background"] = named("background.f16", background);
  manifest["calibration"] = named("calibration.json", text);
  write(folder / "manifest.json", manifest.dump(1));
  return folder / "manifest.json";
}

}  // namespace staydown::support
