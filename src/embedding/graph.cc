#include "embedding/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
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

}  // namespace staydown::embedding
