// From an ONNX file to the graph that the pipeline feeds.
#pragma once

#include <memory>
#include <openvino/openvino.hpp>
#include <string>
#include <vector>

#include "embedding/model_manifest.h"

namespace staydown::embedding {

// Pictures in one request: from 8 on a picture costs no less (bench/micro).
inline constexpr std::size_t kBatch = 8;

// The model with what its input wants before it: the first input takes 1 to kBatch pictures as u8
// [N, height, width, RGB], the first output is the manifest's. Throws std::invalid_argument where
// the model is not what the manifest says, and what OpenVINO throws.
std::shared_ptr<ov::Model> graph_of(ov::Core& core, const std::string& onnx,
                                    const ModelManifest& manifest);

// What each part of a graph is computed in, from the first one that runs to the last.
std::vector<ov::element::Type> types_of(Precision precision);

// The graph in as many parts: the output of one is the input of the next. Throws
// std::invalid_argument where the manifest names no tensor to part it at, or none that does.
std::vector<std::shared_ptr<ov::Model>> parts_of(std::shared_ptr<ov::Model> graph,
                                                 const ModelManifest& manifest,
                                                 Precision precision);

}  // namespace staydown::embedding
