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

Result<Calibration::Curve> Calibration::parse_curve(std::string_view json, std::string_view name) {
  try {
    const Json object = Json::parse(json);
    Curve curve;
    curve.cap = positive(object, "cap");
    curve.unchanged = object.at("unchanged").get<float>();
    if (!(curve.unchanged >= 0)) throw std::invalid_argument("unchanged must not be negative");
    curve.nats_per_unit = positive(object, "nats_per_unit");
    curve.movement_variance = positive(object, "movement_variance");
    for (const Json& point : object.at("points")) {
      const auto distance = point.at(0).get<float>();
      const auto log_ratio = point.at(1).get<double>();
      if (!curve.distance.empty() && distance <= curve.distance.back()) {
        throw std::invalid_argument("points must be in ascending order of distance");
      }
      if (!std::isfinite(log_ratio)) throw std::invalid_argument("points must be finite");
      curve.distance.push_back(distance);
      curve.log_ratio.push_back(std::min(log_ratio, curve.cap));
    }
    if (curve.distance.empty()) throw std::invalid_argument("points must not be empty");
    return curve;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kMalformed, fmt::format("calibration {}: {}", name, error.what()));
  }
}

Result<Calibration> Calibration::parse(std::string_view json, std::string_view name) {
  try {
    const Json object = Json::parse(json);
    if (object.at("format").get<int>() != 1) {
      throw std::invalid_argument("format must be 1; use the calibration file of this release");
    }
    Calibration calibration;
    calibration.version_ = object.at("version").get<std::string>();
    const Json& curves = object.at("curves");
    for (auto [key, curve] :
         {std::pair{"pdq", &calibration.pdq_}, {"embedding", &calibration.embedding_}}) {
      if (!curves.contains(key)) continue;
      auto parsed = parse_curve(curves.at(key).dump(), fmt::format("{}: {}", name, key));
      if (!parsed) return tl::unexpected(parsed.error());
      *curve = std::move(*parsed);
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

const Calibration::Curve& Calibration::curve(DescriptorKind kind) const {
  return kind == DescriptorKind::kPdq ? pdq_ : embedding_;
}

double Calibration::log_ratio(DescriptorKind kind, float distance) const {
  const Curve& c = curve(kind);
  if (c.distance.empty()) return 0;
  const auto above = std::upper_bound(c.distance.begin(), c.distance.end(), distance);
  if (above == c.distance.begin()) return c.log_ratio.front();
  if (above == c.distance.end()) return c.log_ratio.back();
  const auto i = above - c.distance.begin();
  const auto at = static_cast<std::size_t>(i);
  const double part = (distance - c.distance[at - 1]) / (c.distance[at] - c.distance[at - 1]);
  return std::lerp(c.log_ratio[at - 1], c.log_ratio[at], part);
}

double Calibration::cap(DescriptorKind kind) const { return curve(kind).cap; }

float Calibration::unchanged(DescriptorKind kind) const { return curve(kind).unchanged; }

double Calibration::movement_log_ratio(double correlation, double variance) {
  // Two normal distributions of that variance, of mean kCopy for a copy and 0 for a look-alike.
  // Heavy edits leave copies a mean of 0.3 and more (docs/decisions/0007-matching.md).
  constexpr double kCopy = 0.3;
  return kCopy / variance * (correlation - kCopy / 2);
}

double Calibration::new_information(DescriptorKind kind, double correlation) const {
  return movement_log_ratio(correlation, curve(kind).movement_variance);
}

double Calibration::nats_per_unit(DescriptorKind kind) const { return curve(kind).nats_per_unit; }

double Calibration::threshold(double per_million_hours, std::size_t entries) const {
  const double log_budget = std::log(1e6 / per_million_hours) +
                            std::log(static_cast<double>(std::max<std::size_t>(1, entries)));
  const double theory = std::log(starts_per_hour_) + log_budget;
  const double measured = (tail_log_per_entry_hour_ + log_budget) / tail_rate_;
  return std::max({theory, measured, 0.0});
}

}  // namespace staydown::matching
