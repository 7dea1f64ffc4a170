// One mapping of the configuration file, read key by key with checks.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/time.h"

namespace staydown::service {

// Thrown by Section and caught in parse_config; the text is the whole message.
struct ConfigError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Range {
  double low, high;
};

// Reads the keys of one YAML mapping. A key that is absent leaves its target as it is. Every read
// throws ConfigError for a wrong type or a value out of range; `finish` throws for keys that
// nothing read.
class Section {
 public:
  Section(const YAML::Node& node, std::string path);

  Section section(const std::string& key);
  void number(const std::string& key, Range range, const std::function<void(double)>& set);
  void integer(const std::string& key, Range range, const std::function<void(std::int64_t)>& set);
  void seconds(const std::string& key, Range range, MediaTime& target);
  void flag(const std::string& key, bool& target);
  void text(const std::string& key, std::string& target);
  void texts(const std::string& key, const std::function<void(const std::string&)>& add);
  // A mapping of texts with keys of the user's choice.
  void entries(const std::string& key,
               const std::function<void(const std::string&, const std::string&)>& add);
  void finish() const;

 private:
  YAML::Node take(const std::string& key);
  [[noreturn]] void refuse(const std::string& key, const std::string& value,
                           const std::string& remedy) const;
  std::string full(const std::string& key) const;
  double checked(const std::string& key, const YAML::Node& value, Range range) const;

  YAML::Node node_;
  std::string path_;
  std::set<std::string> known_;
};

// The text as a YAML scalar, quoted where it must be.
std::string yaml_text(const std::string& text);

}  // namespace staydown::service
