#include "service/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "embedding/model_files.h"
#include "embedding/openvino_embedder.h"

namespace staydown::service {
namespace {

constexpr const char* kShipped = "shipped";
constexpr const char* kNone = "none";

Result<matching::Calibration> calibration_at(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return fail(ErrorCode::kIo,
                path +
                    ": cannot read the calibration; check matching.calibration, or remove the "
                    "key for the one that ships");
  }
  return matching::Calibration::parse(text.str(), path);
}

// Beside an installed program, or in the source tree of one that was not installed.
Result<std::filesystem::path> shipped_manifest() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::array places = {
      program.parent_path().parent_path() / "share/staydown/models/manifest.json",
      std::filesystem::path(STAYDOWN_SOURCE_MODELS) / "manifest.json"};
  for (const auto& place : places) {
    if (std::filesystem::exists(place, error)) return place;
  }
  return fail(ErrorCode::kNotFound,
              fmt::format("model.manifest: {} is not there; install Staydown with its models, name "
                          "a manifest, or set it to none for hashes only",
                          places.front().string()));
}

Result<void> add_learned(const Config& config, int threads, Models& models) {
  auto path = config.model.manifest == kShipped
                  ? shipped_manifest()
                  : Result<std::filesystem::path>(config.model.manifest);
  if (!path) return tl::unexpected(path.error());
  auto embedder = embedding::OpenVinoEmbedder::open(
      *path, {.threads = threads,
              .precision = embedding::precision_of(config.model.precision),
              .cache = config.model.cache});
  if (!embedder) return tl::unexpected(embedder.error());
  const embedding::ModelManifest& manifest = (*embedder)->manifest();
  auto background = embedding::read_background(manifest);
  if (!background) return tl::unexpected(background.error());
  models.embedding = manifest.descriptor((*embedder)->precision());
  models.precision = embedding::name_of((*embedder)->precision());
  models.learned = {.embedder = *embedder,
                    .norm = std::make_shared<const descriptor::ScoreNorm>(
                        *std::move(background), manifest.output.dimensions)};
  if (!config.calibration_path.empty()) return {};
  const auto text = embedding::read_calibration(manifest);
  if (!text) return tl::unexpected(text.error());
  if (text->empty()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: names no calibration; make one with bench/calibrate and name it "
                            "there, or in matching.calibration",
                            path->string()));
  }
  auto calibration = matching::Calibration::parse(*text, manifest.calibration->path.string());
  if (!calibration) return tl::unexpected(calibration.error());
  models.calibration = std::make_shared<const matching::Calibration>(*std::move(calibration));
  return {};
}

// Mixed precision gives what f32 gives, to what its manifest vouches for, and so a calibration of
// either holds for both; bf16 need not.
bool holds_for(const std::string& measured, const Models& models) {
  const auto near_exact = [&](const std::string& descriptors) {
    return std::ranges::any_of(
        std::array{embedding::Precision::kF32, embedding::Precision::kMixed}, [&](auto precision) {
          return descriptors ==
                 fmt::format("{}/{}", models.learned.embedder->model(), name_of(precision));
        });
  };
  return measured == models.embedding || (near_exact(measured) && near_exact(models.embedding));
}

}  // namespace

std::string Models::name() const {
  return learned.embedder ? pdq + "+" + learned.embedder->model() : pdq;
}

reference::BankOptions Models::bank(reference::BankAccess access) const {
  return {.access = access, .pdq_model = pdq, .embedding_model = embedding};
}

Models hashes_only() {
  Models models;
  models.calibration =
      std::make_shared<const matching::Calibration>(matching::Calibration::embedded());
  return models;
}

Result<Models> open_models(const Config& config, int threads) {
  Models models = hashes_only();
  if (!config.calibration_path.empty()) {
    auto calibration = calibration_at(config.calibration_path);
    if (!calibration) return tl::unexpected(calibration.error());
    models.calibration = std::make_shared<const matching::Calibration>(*std::move(calibration));
  }
  if (config.model.manifest != kNone) {
    if (auto added = add_learned(config, threads, models); !added) {
      return tl::unexpected(added.error());
    }
  }
  const std::string& measured = models.calibration->model();
  if (!measured.empty() && !models.embedding.empty() && !holds_for(measured, models)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("calibration {}: is of {}, and frames are described by {}; take the "
                            "calibration of that model and precision",
                            models.calibration->version(), measured, models.embedding));
  }
  return models;
}

}  // namespace staydown::service
