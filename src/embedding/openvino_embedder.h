// Learned descriptors by OpenVINO.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "descriptor/embedder.h"
#include "embedding/model_manifest.h"

namespace staydown::embedding {

struct EmbedderOptions {
  int threads = 1;  // that may embed at once; OpenVINO gets as many streams of one thread each
  std::optional<Precision> precision{};  // instead of the manifest's
  // Where compiled models are kept, by processor, OpenVINO's version, model and precision; empty:
  // nowhere. Losing it costs the time of a start only. See CompiledModels.
  std::filesystem::path cache{};
};

// Any ONNX model with a manifest, on this processor.
//
// Thread-safe: one compiled model (two in mixed precision), and a request for each call that runs
// at once, about 10 MB for the shipped model. Pictures are put through eight at a time; how they
// are batched changes no bit of the answer. The first call with a number of pictures takes 0.1 s
// longer.
class OpenVinoEmbedder final : public descriptor::Embedder {
 public:
  // Reads, checks (the file's digest, its input and output), compiles and tries the model: 0.6 s,
  // 0.3 s from the cache. Errors: those of `read_manifest`; kNotFound, kIo, kCorrupt (not the file
  // of the manifest) or kMalformed (not a model, or not as the manifest says) for the model;
  // kInvalidArgument for options.
  static Result<std::shared_ptr<const OpenVinoEmbedder>> open(const std::filesystem::path& manifest,
                                                              const EmbedderOptions& options);
  ~OpenVinoEmbedder() override;

  std::string model() const override;
  std::size_t dimensions() const override;
  std::size_t regions() const override;  // as the manifest has them
  const ModelManifest& manifest() const { return manifest_; }
  // What the vectors are to be compared as: a processor without bf16 runs f32 where bf16 was asked
  // for, and gives vectors of f32. Mixed is mixed there too.
  Precision precision() const;
  bool from_cache() const;  // whether compiling was spared

  // Of length 1, or zeros where the model gives no number (of a black frame, say), which are near
  // nothing. Errors: kInvalidArgument for a picture that is not RGB, kInternal when OpenVINO fails.
  Result<std::vector<std::vector<Embedding>>> embed(
      std::span<const Image* const> images) const override;

 private:
  class Network;
  explicit OpenVinoEmbedder(ModelManifest manifest, std::unique_ptr<Network> network);

  ModelManifest manifest_;
  std::unique_ptr<Network> network_;
};

}  // namespace staydown::embedding
