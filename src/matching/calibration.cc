#include "matching/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "matching/embedded_calibration.h"

namespace staydown::matching {
namespace {

using Json = nlohmann::json;

double positive(const Json& object, const char* key) {
  const double value = object.at(key).get<double>();
  if (!(value > 0) || !std::isfinite(value)) {
    throw std::invalid_argument(fmt::format("{} must be a positive number", key));
  }
  return value;
}

}  // namespace

Result<Calibration::Kind> Calibration::parse_kind(std::string_view json, std::string_view name) {
  const auto read_curve = [](const Json& object, const char* key, const char* unit) {
    Curve curve;
    for (const Json& point : object.at(key)) {
      const auto at = point.at(0).get<double>();
      const auto log_ratio = point.at(1).get<double>();
      if (!curve.at.empty() && at <= curve.at.back()) {
        throw std::invalid_argument(fmt::format("{} must be in ascending order of {}", key, unit));
      }
      if (!std::isfinite(log_ratio))
        throw std::invalid_argument(fmt::format("{}: not finite", key));
      curve.at.push_back(at);
      curve.log_ratio.push_back(log_ratio);
    }
    if (curve.at.empty()) throw std::invalid_argument(fmt::format("{} must not be empty", key));
    return curve;
  };
  try {
    const Json object = Json::parse(json);
    Kind kind;
    kind.cap = positive(object, "cap");
    kind.unchanged = object.at("unchanged").get<float>();
    if (!(kind.unchanged >= 0)) throw std::invalid_argument("unchanged must not be negative");
    kind.nats_per_unit = positive(object, "nats_per_unit");
    kind.distance = read_curve(object, "points", "distance");
    for (double& log_ratio : kind.distance.log_ratio) log_ratio = std::min(log_ratio, kind.cap);
    for (const Json& movement : object.at("movement")) {
      const char* two_views = movement.contains("two_views") ? "two_views" : "one_view";
      kind.movement.push_back({positive(movement, "up_to"),
                               {read_curve(movement, "one_view", "correlation"),
                                read_curve(movement, two_views, "correlation")}});
      const auto& all = kind.movement;
      if (all.size() > 1 && all[all.size() - 2].up_to >= all.back().up_to) {
        throw std::invalid_argument("movement must be in ascending order of up_to");
      }
    }
    if (kind.movement.empty()) throw std::invalid_argument("movement must not be empty");
    return kind;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kMalformed, fmt::format("calibration {}: {}", name, error.what()));
  }
}

Result<Calibration> Calibration::parse(std::string_view json, std::string_view name) {
  try {
    const Json object = Json::parse(json);
    if (object.at("format").get<int>() != 2) {
      throw std::invalid_argument("format must be 2; use the calibration file of this release");
    }
    Calibration calibration;
    calibration.version_ = object.at("version").get<std::string>();
    calibration.model_ = object.value("model", "");
    const Json& curves = object.at("curves");
    if (curves.contains("embedding") != !calibration.model_.empty()) {
      throw std::invalid_argument("model and curves.embedding go together");
    }
    for (auto [key, kind] :
         {std::pair{"pdq", &calibration.pdq_}, {"embedding", &calibration.embedding_}}) {
      if (!curves.contains(key)) continue;
      auto parsed = parse_kind(curves.at(key).dump(), fmt::format("{}: {}", name, key));
      if (!parsed) return tl::unexpected(parsed.error());
      *kind = std::move(*parsed);
    }
    const Json& alarms = object.at("false_alarms");
    calibration.starts_per_hour_ = positive(alarms, "starts_per_hour");
    calibration.tail_rate_ = positive(alarms, "tail_rate");
    calibration.tail_log_per_entry_hour_ = alarms.at("tail_log_per_entry_hour").get<double>();
    return calibration;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kMalformed, fmt::format("calibration {}: {}", name, error.what()));
  }
}

const Calibration& Calibration::embedded() {
  static const Calibration calibration = [] {
    auto parsed = parse(kEmbeddedCalibration, "built in");
    if (!parsed) throw std::runtime_error(parsed.error().message);
    return std::move(*parsed);
  }();
  return calibration;
}

const Calibration::Kind& Calibration::of(DescriptorKind kind) const {
  return kind == DescriptorKind::kPdq ? pdq_ : embedding_;
}

double Calibration::Curve::operator()(double x) const {
  if (at.empty()) return 0;
  const auto above = std::upper_bound(at.begin(), at.end(), x);
  if (above == at.begin()) return log_ratio.front();
  if (above == at.end()) return log_ratio.back();
  const auto i = static_cast<std::size_t>(above - at.begin());
  return std::lerp(log_ratio[i - 1], log_ratio[i], (x - at[i - 1]) / (at[i] - at[i - 1]));
}

double Calibration::log_ratio(DescriptorKind kind, float distance) const {
  return of(kind).distance(distance);
}

double Calibration::cap(DescriptorKind kind) const { return of(kind).cap; }

float Calibration::unchanged(DescriptorKind kind) const { return of(kind).unchanged; }

double Calibration::nats_per_unit(DescriptorKind kind) const { return of(kind).nats_per_unit; }

double Calibration::new_information(const Movement& movement) const {
  const auto& all = of(movement.kind).movement;
  if (movement.unchanged || all.empty()) return 0;
  const auto found = std::find_if(all.begin(), all.end() - 1, [&](const MovementCurves& curves) {
    return movement.least <= curves.up_to;
  });
  return found->correlation[movement.views == 1 ? 0 : 1](movement.correlation);
}

double Calibration::threshold(double per_million_hours, std::size_t entries) const {
  const double log_budget = std::log(1e6 / per_million_hours) +
                            std::log(static_cast<double>(std::max<std::size_t>(1, entries)));
  const double theory = std::log(starts_per_hour_) + log_budget;
  const double measured = (tail_log_per_entry_hour_ + log_budget) / tail_rate_;
  return std::max({theory, measured, 0.0});
}

}  // namespace staydown::matching
