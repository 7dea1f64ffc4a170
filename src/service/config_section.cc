#include "service/config_section.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace staydown::service {
namespace {

std::string shown(const YAML::Node& node) {
  if (node.IsScalar()) return node.Scalar();
  return node.IsSequence() ? "a list" : node.IsMap() ? "a mapping" : "nothing";
}

}  // namespace

Section::Section(const YAML::Node& node, std::string path) : node_(node), path_(std::move(path)) {
  if (node_.IsDefined() && !node_.IsNull() && !node_.IsMap()) {
    throw ConfigError(fmt::format("{}: {} is not a mapping; write `key: value` lines below it",
                                  path_.empty() ? "top level" : path_, shown(node_)));
  }
}

std::string Section::full(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

void Section::refuse(const std::string& key, const std::string& value,
                     const std::string& remedy) const {
  throw ConfigError(fmt::format("{}: {} {}", full(key), value, remedy));
}

YAML::Node Section::take(const std::string& key) {
  known_.insert(key);
  if (!node_.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
  const YAML::Node& readable = node_;
  return readable[key];
}

Section Section::section(const std::string& key) {
  const auto value = take(key);
  return Section(value.IsDefined() ? value : YAML::Node(YAML::NodeType::Null), full(key));
}

double Section::checked(const std::string& key, const YAML::Node& value, Range range) const {
  double number = 0;
  if (!value.IsScalar() || !YAML::convert<double>::decode(value, number) ||
      !std::isfinite(number)) {
    refuse(key, shown(value), "is not a number");
  }
  if (number < range.low || number > range.high) {
    refuse(
        key, value.Scalar(),
        fmt::format("is {} {}; give a number from {} to {}", number < range.low ? "below" : "above",
                    number < range.low ? range.low : range.high, range.low, range.high));
  }
  return number;
}

void Section::number(const std::string& key, Range range, const std::function<void(double)>& set) {
  if (const auto value = take(key); value.IsDefined()) set(checked(key, value, range));
}

void Section::integer(const std::string& key, Range range,
                      const std::function<void(std::int64_t)>& set) {
  const auto value = take(key);
  if (!value.IsDefined()) return;
  const double number = checked(key, value, range);
  if (number != std::floor(number)) refuse(key, value.Scalar(), "is not a whole number");
  set(static_cast<std::int64_t>(number));
}

void Section::seconds(const std::string& key, Range range, MediaTime& target) {
  number(key, range, [&](double value) {
    target = std::chrono::duration_cast<MediaTime>(std::chrono::duration<double>(value));
  });
}

void Section::flag(const std::string& key, bool& target) {
  const auto value = take(key);
  if (value.IsDefined() && (!value.IsScalar() || !YAML::convert<bool>::decode(value, target))) {
    refuse(key, shown(value), "is neither true nor false");
  }
}

void Section::text(const std::string& key, std::string& target) {
  const auto value = take(key);
  if (!value.IsDefined()) return;
  if (!value.IsScalar()) refuse(key, shown(value), "is not a text");
  target = value.Scalar();
}

void Section::texts(const std::string& key, const std::function<void(const std::string&)>& add) {
  const auto value = take(key);
  if (!value.IsDefined()) return;
  if (!value.IsSequence())
    refuse(key, shown(value), "is not a list; write `- name` lines below it");
  for (const auto& item : value) {
    if (!item.IsScalar() || item.Scalar().empty()) refuse(key, shown(item), "is not a name");
    add(item.Scalar());
  }
}

void Section::entries(const std::string& key,
                      const std::function<void(const std::string&, const std::string&)>& add) {
  const auto value = take(key);
  if (!value.IsDefined() || value.IsNull()) return;
  if (!value.IsMap()) {
    refuse(key, shown(value), "is not a mapping; write `name: value` lines below it");
  }
  for (const auto& pair : value) {
    const auto& name = pair.first.Scalar();
    if (!pair.second.IsScalar()) refuse(key + "." + name, shown(pair.second), "is not a text");
    add(name, pair.second.Scalar());
  }
}

void Section::finish() const {
  if (!node_.IsMap()) return;
  for (const auto& pair : node_) {
    const auto& key = pair.first.Scalar();
    if (!known_.contains(key)) {
      throw ConfigError(
          fmt::format("{}: unknown key; known here: {}", full(key), fmt::join(known_, ", ")));
    }
  }
}

std::string yaml_text(const std::string& text) {
  return text.empty() ? "\"\"" : YAML::Dump(YAML::Node(text));
}

}  // namespace staydown::service
