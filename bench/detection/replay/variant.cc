#include "variant.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "value_of.h"

namespace staydown::bench {
namespace {

std::string sampling_of(const service::Config& config) {
  service::Config only;
  only.sampling = config.sampling;
  only.limits = config.limits;
  return to_yaml(only);
}

std::string model_of(const service::Config& config) {
  return config.model.manifest + "\n" + config.model.precision;
}

}  // namespace

std::vector<Variant> open_variants(const std::vector<std::string>& arguments) {
  std::vector<Variant> variants;
  std::map<std::pair<std::string, std::string>, service::Models> opened;
  for (const auto& argument : arguments) {
    const auto equals = argument.find('=');
    if (equals == std::string::npos) throw std::runtime_error(argument + ": give NAME=CONFIG.yaml");
    Variant variant{.name = argument.substr(0, equals),
                    .config = value_of(service::load_config(argument.substr(equals + 1))),
                    .models = {},
                    .sampling = {},
                    .describing = {}};
    const std::pair key(model_of(variant.config), variant.config.calibration_path);
    if (!opened.contains(key)) opened[key] = value_of(service::open_models(variant.config, 1));
    variant.models = opened[key];
    variant.sampling = sampling_of(variant.config);
    if (variant.models.learned.embedder) variant.describing = model_of(variant.config);
    variants.push_back(std::move(variant));
  }
  std::stable_partition(variants.begin(), variants.end(),
                        [](const Variant& v) { return !v.describing.empty(); });
  return variants;
}

}  // namespace staydown::bench
