// What every connection to a cluster is made with.
#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "core/result.h"

namespace staydown::kafka {

enum class Severity { kInfo, kWarning, kError };

// Something that happened to a connection while nobody was waiting for it.
struct Notice {
  Severity severity = Severity::kInfo;
  std::string text;
  bool brokers_down = false;  // no broker is connected; tried again until one is
};

struct ClientOptions {
  std::map<std::string, std::string> properties;  // librdkafka's; they win over our defaults
  // Called from librdkafka's threads and from those that poll: must be thread-safe. May be empty.
  std::function<void(const Notice&)> notice;
  // Once requested, nobody waits for a broker any more: calls that do end within seconds
  // (kUnavailable), but for those that bring what was done to an end.
  std::stop_token stop = {};
};

// The properties are known to librdkafka and have values that it takes. The message names the key
// but never the value, which may be a secret.
Result<void> check(const ClientOptions& options);

}  // namespace staydown::kafka
