#include "embedding/openvino_embedder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <openvino/openvino.hpp>
#include <sstream>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "embedding/area_scaler.h"
#include "embedding/compiled_models.h"
#include "embedding/file_bytes.h"
#include "embedding/graph.h"

namespace staydown::embedding {
namespace {

// How far from 1 bf16 may leave the length of a vector: its numbers have 8 bits.
constexpr double kLengthError = 0.01;

// Grows with what `graph_of` makes of a manifest.
constexpr int kGraphVersion = 1;

ov::AnyMap properties_of(Precision precision, int threads) {
  return {ov::hint::inference_precision(precision == Precision::kBf16 ? ov::element::bf16
                                                                      : ov::element::f32),
          ov::num_streams(threads), ov::inference_num_threads(threads),
          ov::hint::enable_cpu_pinning(false)};
}

std::string cache_key(ov::Core& core, const ModelManifest& manifest, Precision precision) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", core.get_property("CPU", ov::device::full_name),
                     fmt::join(core.get_property("CPU", ov::device::capabilities), ","),
                     ov::get_openvino_version().buildNumber, kGraphVersion, manifest.digest,
                     name_of(precision));
}

// What cannot be imported is as good as missing.
std::optional<ov::CompiledModel> import(ov::Core& core, const std::string& model,
                                        const ov::AnyMap& properties) {
  try {
    std::istringstream stream(model);
    return core.import_model(stream, "CPU", properties);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

// From the cache, or compiled and put there.
std::pair<ov::CompiledModel, bool> compile(const std::string& onnx, const ModelManifest& manifest,
                                           Precision precision, const EmbedderOptions& options) {
  ov::Core core;
  const auto properties = properties_of(precision, options.threads);
  if (options.cache.empty()) {
    return {core.compile_model(graph_of(core, onnx, manifest), "CPU", properties), false};
  }
  const CompiledModels cache(options.cache);
  const auto key = cache_key(core, manifest, precision);
  if (const auto kept = cache.find(key)) {
    if (auto imported = import(core, *kept, properties)) return {std::move(*imported), true};
  }
  auto compiled = core.compile_model(graph_of(core, onnx, manifest), "CPU", properties);
  std::ostringstream stream;
  compiled.export_model(stream);
  cache.keep(key, stream.view());
  return {std::move(compiled), false};
}

double length_of(std::span<const float> vector) {
  return std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0));
}

// Of length 1, which the model may have seen to; nothing where there is no length to speak of.
Embedding finished(std::span<float> vector, bool normalised) {
  const double length = length_of(vector);
  if (!(length > 0) || !std::isfinite(length)) {
    std::ranges::fill(vector, 0.0F);
  } else if (!normalised) {
    for (float& number : vector) number = static_cast<float>(number / length);
  }
  return Embedding(vector);
}

// A picture that is nothing in particular.
Image noise(int width, int height) {
  Image image(width, height, 3);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    state = state * 1664525U + 1013904223U;  // Numerical Recipes, 7.1
    image.pixels.data()[i] = static_cast<std::uint8_t>(state >> 24U);
  }
  return image;
}

// OpenVINO's messages have several lines.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

// The compiled model and its requests, each used by one call at a time.
class OpenVinoEmbedder::Network {
 public:
  Network(const std::string& onnx, const ModelManifest& manifest, const EmbedderOptions& options)
      : scaler_(manifest.input.width, manifest.input.height) {
    std::tie(compiled_, from_cache_) =
        compile(onnx, manifest, options.precision.value_or(manifest.precision), options);
    const auto runs = compiled_.get_property(ov::hint::inference_precision);
    precision_ = runs == ov::element::bf16 ? Precision::kBf16 : Precision::kF32;
    try_out(manifest);
  }

  Precision precision() const { return precision_; }
  bool from_cache() const { return from_cache_; }

  // Vectors of at most kBatch images, appended. Throws what OpenVINO throws.
  void embed(std::span<const Image* const> images, const ModelManifest& manifest,
             std::vector<std::vector<Embedding>>& embeddings) {
    ov::InferRequest request = take();
    const auto height = static_cast<std::size_t>(manifest.input.height);
    const auto width = static_cast<std::size_t>(manifest.input.width);
    ov::Tensor pixels(ov::element::u8, {images.size(), height, width, 3});
    const std::size_t bytes = height * width * 3;
    for (std::size_t i = 0; i < images.size(); ++i) {
      scaler_.scale(*images[i], {pixels.data<std::uint8_t>() + i * bytes, bytes});
    }
    request.set_input_tensor(pixels);
    request.infer();
    const std::size_t dimensions = manifest.output.dimensions;
    ov::Tensor output = request.get_output_tensor();
    if (output.get_size() != images.size() * manifest.regions.size() * dimensions) {
      throw std::length_error(
          fmt::format("{} numbers for {} pictures", output.get_size(), images.size()));
    }
    float* vector = output.data<float>();
    for (std::size_t i = 0; i < images.size(); ++i) {
      std::vector<Embedding>& of_image = embeddings.emplace_back();
      for (std::size_t r = 0; r < manifest.regions.size(); ++r, vector += dimensions) {
        of_image.push_back(finished({vector, dimensions}, manifest.output.normalised));
      }
    }
    give_back(std::move(request));
  }

 private:
  // Whether the vectors are what the rest of the pipeline takes for granted.
  void try_out(const ModelManifest& manifest) {
    const Image image = noise(manifest.input.width, manifest.input.height);
    const Image* images[] = {&image};
    std::vector<std::vector<Embedding>> embeddings;
    embed(images, manifest, embeddings);
    for (const Embedding& vector : embeddings.front()) {
      const double length = length_of(vector.floats());
      if (!(std::abs(length - 1) < kLengthError)) {
        throw std::invalid_argument(
            fmt::format("gives a vector of length {:.4g}; vectors must have length 1 or the "
                        "manifest say that they are not normalised",
                        length));
      }
    }
  }
  ov::InferRequest take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        ov::InferRequest request = std::move(idle_.back());
        idle_.pop_back();
        return request;
      }
    }
    return compiled_.create_infer_request();
  }
  void give_back(ov::InferRequest request) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(request));
  }

  AreaScaler scaler_;
  ov::CompiledModel compiled_;
  bool from_cache_ = false;
  Precision precision_{};
  std::mutex mutex_;
  std::vector<ov::InferRequest> idle_;
};

Result<std::shared_ptr<const OpenVinoEmbedder>> OpenVinoEmbedder::open(
    const std::filesystem::path& manifest_path, const EmbedderOptions& options) {
  auto manifest = read_manifest(manifest_path);
  if (!manifest) return tl::unexpected(manifest.error());
  const auto what = fmt::format("model {}:", manifest->model());
  if (options.threads < 1) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} threads is {}; give at least 1", what, options.threads));
  }
  const auto onnx = read_file(what, manifest->file);
  if (!onnx) return tl::unexpected(onnx.error());
  if (const auto digest = digest_of(*onnx); digest != manifest->sha256) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} {} has SHA-256 {}, but the manifest says {}; fetch it again", what,
                            manifest->file.string(), digest, manifest->sha256));
  }
  try {
    auto network = std::make_unique<Network>(*onnx, *manifest, options);
    return std::shared_ptr<const OpenVinoEmbedder>(
        new OpenVinoEmbedder(std::move(*manifest), std::move(network)));
  } catch (const std::exception& error) {
    return fail(ErrorCode::kMalformed,
                fmt::format("{} {}: {}", what, manifest->file.string(), one_line(error.what())));
  }
}

OpenVinoEmbedder::OpenVinoEmbedder(ModelManifest manifest, std::unique_ptr<Network> network)
    : manifest_(std::move(manifest)), network_(std::move(network)) {}
OpenVinoEmbedder::~OpenVinoEmbedder() = default;

std::string OpenVinoEmbedder::model() const { return manifest_.model(); }
std::size_t OpenVinoEmbedder::dimensions() const { return manifest_.output.dimensions; }
std::size_t OpenVinoEmbedder::regions() const { return manifest_.regions.size(); }
Precision OpenVinoEmbedder::precision() const { return network_->precision(); }
bool OpenVinoEmbedder::from_cache() const { return network_->from_cache(); }

Result<std::vector<std::vector<Embedding>>> OpenVinoEmbedder::embed(
    std::span<const Image* const> images) const {
  for (const Image* image : images) {
    if (image->empty() || image->channels != 3) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("model {}: wants RGB pictures; one is {}x{} with {} channels",
                              model(), image->width, image->height, image->channels));
    }
  }
  std::vector<std::vector<Embedding>> embeddings;
  embeddings.reserve(images.size());
  try {
    for (std::size_t begin = 0; begin < images.size(); begin += kBatch) {
      network_->embed(images.subspan(begin, std::min(kBatch, images.size() - begin)), manifest_,
                      embeddings);
    }
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, fmt::format("model {}: {}", model(), one_line(error.what())));
  }
  return embeddings;
}

}  // namespace staydown::embedding
