// From an ONNX file to the graph that the pipeline feeds.
#pragma once

#include <memory>
#include <openvino/openvino.hpp>
#include <string>

#include "embedding/model_manifest.h"

namespace staydown::embedding {

// Pictures in one request: from 8 on a picture costs no less (bench/micro).
inline constexpr std::size_t kBatch = 8;

// The model with what its input wants before it: the first input takes 1 to kBatch pictures as u8
// [N, height, width, RGB], the first output is the manifest's. Throws std::invalid_argument where
// the model is not what the manifest says, and what OpenVINO throws.
std::shared_ptr<ov::Model> graph_of(ov::Core& core, const std::string& onnx,
                                    const ModelManifest& manifest);

}  // namespace staydown::embedding
