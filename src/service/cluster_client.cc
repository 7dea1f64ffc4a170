#include "service/cluster_client.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace staydown::service {
Result<std::string> read_secret(const std::string& key, const std::string& where) {
  const auto missing = [&](const std::string& why) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{}: {}", key, why));
  };
  if (where.starts_with("env:")) {
    const auto name = where.substr(4);
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return missing(fmt::format("the variable {} is not set", name));
    if (*value == '\0') return missing(fmt::format("the variable {} is empty", name));
    return std::string(value);
  }
  if (!where.starts_with("file:"))
    return missing("says where the secret is, file:PATH or env:NAME");
  const auto path = where.substr(std::string_view("file:").size());
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return missing(fmt::format("the file {} cannot be read, or is empty", path));
  }
  auto value = text.str();
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  if (value.empty()) return missing(fmt::format("the file {} cannot be read, or is empty", path));
  return value;
}

Result<kafka::ClientOptions> client_options(const KafkaConfig& kafka) {
  if (kafka.brokers.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "no brokers; give --brokers host:port or kafka.brokers in the configuration");
  }
  kafka::ClientOptions options{.properties = kafka.properties, .notice = {}};
  options.properties["bootstrap.servers"] = kafka.brokers;
  for (const auto& [key, where] : kafka.secrets) {
    auto secret = read_secret("kafka.secrets." + key, where);
    if (!secret) return tl::unexpected(std::move(secret.error()));
    options.properties[key] = *std::move(secret);
  }
  if (auto checked = check(options); !checked) return tl::unexpected(std::move(checked.error()));
  return options;
}

}  // namespace staydown::service
