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

using Parts = std::vector<ov::CompiledModel>;
using Requests = std::vector<ov::InferRequest>;  // one of each part

ov::AnyMap properties_of(ov::element::Type type, int threads) {
  return {ov::hint::inference_precision(type), ov::num_streams(threads),
          ov::inference_num_threads(threads), ov::hint::enable_cpu_pinning(false)};
}

std::string cache_key(ov::Core& core, const ModelManifest& manifest, Precision precision) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", core.get_property("CPU", ov::device::full_name),
                     fmt::join(core.get_property("CPU", ov::device::capabilities), ","),
                     ov::get_openvino_version().buildNumber, kGraphVersion, manifest.digest,
                     name_of(precision));
}

std::string part_key(const std::string& key, std::size_t part) {
  return fmt::format("{}\n{}", key, part);
}

// What cannot be imported is as good as missing.
std::optional<Parts> import(ov::Core& core, const CompiledModels& cache, const std::string& key,
                            Precision precision, int threads) {
  Parts parts;
  for (const auto type : types_of(precision)) {
    const auto kept = cache.find(part_key(key, parts.size()));
    if (!kept) return std::nullopt;
    try {
      std::istringstream stream(*kept);
      parts.push_back(core.import_model(stream, "CPU", properties_of(type, threads)));
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }
  return parts;
}

void keep(Parts& parts, const CompiledModels& cache, const std::string& key) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::ostringstream stream;
    parts[i].export_model(stream);
    cache.keep(part_key(key, i), stream.view());
  }
}

Parts compile(ov::Core& core, const std::string& onnx, const ModelManifest& manifest,
              Precision precision, int threads) {
  const auto graphs = parts_of(graph_of(core, onnx, manifest), manifest, precision);
  const auto types = types_of(precision);
  Parts parts;
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    parts.push_back(core.compile_model(graphs[i], "CPU", properties_of(types[i], threads)));
  }
  return parts;
}

// From the cache, or compiled and put there.
std::pair<Parts, bool> prepare(const std::string& onnx, const ModelManifest& manifest,
                               Precision precision, const EmbedderOptions& options) {
  ov::Core core;
  if (options.cache.empty()) {
    return {compile(core, onnx, manifest, precision, options.threads), false};
  }
  const CompiledModels cache(options.cache);
  const auto key = cache_key(core, manifest, precision);
  if (auto kept = import(core, cache, key, precision, options.threads)) {
    return {std::move(*kept), true};
  }
  auto parts = compile(core, onnx, manifest, precision, options.threads);
  keep(parts, cache, key);
  return {std::move(parts), false};
}

// Through one part after the other. What comes back is the last request's until it runs again.
ov::Tensor run(Requests& requests, ov::Tensor tensor) {
  for (ov::InferRequest& request : requests) {
    request.set_input_tensor(tensor);
    request.infer();
    tensor = request.get_output_tensor();
  }
  return tensor;
}

// Vectors of bf16 need a processor that has it.
Precision ran(const Parts& parts, Precision asked) {
  const bool bf16 = parts.back().get_property(ov::hint::inference_precision) == ov::element::bf16;
  return asked == Precision::kBf16 && !bf16 ? Precision::kF32 : asked;
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

// The compiled parts and their requests, each used by one call at a time.
class OpenVinoEmbedder::Network {
 public:
  Network(const std::string& onnx, const ModelManifest& manifest, const EmbedderOptions& options)
      : scaler_(manifest.input.width, manifest.input.height) {
    const auto asked = options.precision.value_or(manifest.precision);
    std::tie(parts_, from_cache_) = prepare(onnx, manifest, asked, options);
    precision_ = ran(parts_, asked);
    try_out(manifest);
  }

  Precision precision() const { return precision_; }
  bool from_cache() const { return from_cache_; }

  // Vectors of at most kBatch images, appended. Throws what OpenVINO throws.
  void embed(std::span<const Image* const> images, const ModelManifest& manifest,
             std::vector<std::vector<Embedding>>& embeddings) {
    Requests requests = take();
    const auto height = static_cast<std::size_t>(manifest.input.height);
    const auto width = static_cast<std::size_t>(manifest.input.width);
    ov::Tensor pixels(ov::element::u8, {images.size(), height, width, 3});
    const std::size_t bytes = height * width * 3;
    for (std::size_t i = 0; i < images.size(); ++i) {
      scaler_.scale(*images[i], {pixels.data<std::uint8_t>() + i * bytes, bytes});
    }
    const std::size_t dimensions = manifest.output.dimensions;
    ov::Tensor output = run(requests, pixels);
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
    give_back(std::move(requests));
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
  Requests take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Requests requests = std::move(idle_.back());
        idle_.pop_back();
        return requests;
      }
    }
    Requests requests;
    for (auto& part : parts_) requests.push_back(part.create_infer_request());
    return requests;
  }
  void give_back(Requests requests) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(requests));
  }

  AreaScaler scaler_;
  Parts parts_;
  bool from_cache_ = false;
  Precision precision_{};
  std::mutex mutex_;
  std::vector<Requests> idle_;
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
