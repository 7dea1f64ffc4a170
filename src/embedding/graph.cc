#include "embedding/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace staydown::embedding {
namespace {

ov::PartialShape shape_of(const ModelInput& input, const ov::Dimension& batch) {
  if (input.layout == "NCHW") return {batch, 3, input.height, input.width};
  return {batch, input.height, input.width, 3};
}

ov::PartialShape shape_of(const ModelOutput& output, std::size_t regions) {
  const auto dimensions = static_cast<std::int64_t>(output.dimensions);
  if (output.layout == "ND") return {-1, dimensions};
  return {-1, static_cast<std::int64_t>(regions), dimensions};
}

template <typename Ports>
auto port(const Ports& ports, const std::string& name, const char* which) {
  std::vector<std::string> names;
  for (const auto& candidate : ports) {
    if (candidate.get_names().contains(name)) return candidate;
    for (const auto& other : candidate.get_names()) names.push_back(other);
  }
  throw std::invalid_argument(fmt::format("there is no {} \"{}\"; there is \"{}\"", which, name,
                                          fmt::join(names, "\", \"")));
}

// What the manifest promises of a tensor, held against the model.
template <typename Port>
void check(const Port& port, const std::string& name, const std::string& type,
           const ov::PartialShape& shape) {
  if (port.get_element_type().get_type_name() != type ||
      !port.get_partial_shape().compatible(shape)) {
    throw std::invalid_argument(fmt::format(
        "{} is {} {}, but the manifest says {} {}", name, port.get_element_type().get_type_name(),
        port.get_partial_shape().to_string(), type, shape.to_string()));
  }
}

ov::Output<ov::Node> tensor_of(const ov::Model& graph, const std::string& name) {
  for (const auto& node : graph.get_ordered_ops()) {
    for (const auto& output : node->outputs()) {
      if (output.get_names().contains(name)) return output;
    }
  }
  throw std::invalid_argument(
      fmt::format("f32_until is \"{}\", but the graph has no tensor of that name", name));
}

}  // namespace

std::shared_ptr<ov::Model> graph_of(ov::Core& core, const std::string& onnx,
                                    const ModelManifest& manifest) {
  const ModelInput& input = manifest.input;
  auto model = core.read_model(onnx, ov::Tensor());
  const auto in = port(model->inputs(), input.name, "input");
  const auto out = port(model->outputs(), manifest.output.name, "output");
  if (model->inputs().size() != 1) {
    throw std::invalid_argument(
        fmt::format("{} inputs; only models with one can be fed", model->inputs().size()));
  }
  check(in, input.name, input.type, shape_of(input, -1));
  model = std::make_shared<ov::Model>(ov::OutputVector{out.get_node()->input_value(0)},
                                      model->get_parameters());
  model->reshape(shape_of(input, ov::Dimension(1, kBatch)));
  check(model->output(), manifest.output.name, "f32",
        shape_of(manifest.output, manifest.regions.size()));

  ov::preprocess::PrePostProcessor processor(model);
  auto& frames = processor.input();
  frames.tensor().set_element_type(ov::element::u8).set_layout("NHWC");
  frames.model().set_layout(ov::Layout(input.layout));
  auto& steps = frames.preprocess();
  if (input.colour == "BGR") steps.reverse_channels();
  if (input.type == "f32") {
    steps.convert_element_type(ov::element::f32);
    steps.mean({input.mean.begin(), input.mean.end()});
    steps.scale({input.std.begin(), input.std.end()});
  }
  return processor.build();
}

std::vector<ov::element::Type> types_of(Precision precision) {
  switch (precision) {
    case Precision::kF32:
      return {ov::element::f32};
    case Precision::kBf16:
      return {ov::element::bf16};
    case Precision::kMixed:
      return {ov::element::f32, ov::element::bf16};
  }
  return {};
}

std::vector<std::shared_ptr<ov::Model>> parts_of(std::shared_ptr<ov::Model> graph,
                                                 const ModelManifest& manifest,
                                                 Precision precision) {
  if (precision != Precision::kMixed) return {std::move(graph)};
  if (manifest.f32_until.empty()) {
    throw std::invalid_argument(
        "its manifest has no f32_until, so it cannot be run in mixed precision");
  }
  const auto tensor = tensor_of(*graph, manifest.f32_until);
  const auto next = std::make_shared<ov::op::v0::Parameter>(tensor.get_element_type(),
                                                            tensor.get_partial_shape());
  for (auto input : tensor.get_target_inputs()) input.replace_source_output(next);
  try {
    return {std::make_shared<ov::Model>(ov::OutputVector{tensor}, graph->get_parameters()),
            std::make_shared<ov::Model>(graph->get_results(), ov::ParameterVector{next})};
  } catch (const ov::Exception&) {  // what goes around the tensor has lost its input
    throw std::invalid_argument(fmt::format(
        "f32_until is \"{}\", but the graph does not all go through it", manifest.f32_until));
  }
}

}  // namespace staydown::embedding
