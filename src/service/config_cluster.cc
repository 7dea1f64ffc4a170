#include "service/config_cluster.h"

#include <fmt/format.h>

#include <algorithm>

namespace staydown::service {
namespace {

// librdkafka's properties that hold what nobody should read in a file or a log.
bool is_secret(const std::string& property) {
  constexpr std::string_view kParts[] = {"password", "secret", "key.pem", "oauthbearer.config",
                                         "sasl.jaas"};
  return std::ranges::any_of(
      kParts, [&](std::string_view part) { return property.find(part) != std::string::npos; });
}

std::string yaml_map(const std::map<std::string, std::string>& entries) {
  if (entries.empty()) return " {}\n";
  std::string text = "\n";
  for (const auto& [key, value] : entries) {
    text += fmt::format("    {}: {}\n", yaml_text(key), yaml_text(value));
  }
  return text;
}

template <typename Texts>
std::string yaml_texts(const Texts& texts) {
  if (texts.empty()) return " []\n";
  std::string list = "\n";
  for (const auto& text : texts) list += fmt::format("    - {}\n", yaml_text(std::string(text)));
  return list;
}

void read_time(Section& section, const std::string& key, std::chrono::milliseconds& target) {
  section.number(key, {0.01, 600}, [&](double value) {
    target = std::chrono::milliseconds(static_cast<std::int64_t>(value * 1000));
  });
}

}  // namespace

void read_kafka(Section section, KafkaConfig& kafka) {
  section.text("brokers", kafka.brokers);
  section.text("group", kafka.group);
  section.text("instance", kafka.instance);
  auto topics = section.section("topics");
  topics.text("segments", kafka.topics.segments);
  topics.text("state", kafka.topics.state);
  topics.text("takedowns", kafka.topics.takedowns);
  topics.text("dead_letters", kafka.topics.dead_letters);
  topics.text("references", kafka.topics.references);
  topics.text("workers", kafka.topics.workers);
  topics.finish();
  section.entries("properties", [&](const std::string& key, const std::string& value) {
    if (is_secret(key)) {
      throw ConfigError(
          fmt::format("kafka.properties.{}: a secret; write `{}: file:PATH` or `{}: env:NAME` "
                      "below kafka.secrets",
                      key, key, key));
    }
    kafka.properties[key] = value;
  });
  section.entries("secrets", [&](const std::string& key, const std::string& value) {
    if (!value.starts_with("file:") && !value.starts_with("env:")) {
      throw ConfigError(fmt::format(
          "kafka.secrets.{}: says where the secret is, file:PATH or env:NAME, not what it is",
          key));
    }
    kafka.secrets[key] = value;
  });
  section.finish();
}

void read_worker(Section section, WorkerConfig& worker) {
  section.integer("threads", {0, 1024},
                  [&](std::int64_t value) { worker.threads = static_cast<int>(value); });
  section.integer("max_streams", {1, 1'000'000}, [&](std::int64_t value) {
    worker.max_streams = static_cast<std::size_t>(value);
  });
  section.seconds("idle_seconds", {1, 86'400}, worker.idle);
  section.number("forget_hours", {0, 10'000}, [&](double value) {
    worker.forget = std::chrono::duration_cast<MediaTime>(
        std::chrono::duration<double, std::ratio<3600>>(value));
  });
  section.seconds("overload_seconds", {0.1, 86'400}, worker.overload);
  section.seconds("retry_seconds", {0, 86'400}, worker.retry);
  section.text("listen", worker.listen);
  section.finish();
}

void read_fetch(Section section, fetch::FetchRules& fetch) {
  section.texts("roots", [&](const std::string& path) { fetch.roots.emplace_back(path); });
  section.texts("hosts", [&](const std::string& host) { fetch.hosts.push_back(host); });
  section.flag("private_addresses", fetch.private_addresses);
  section.integer("max_bytes", {1 << 10, 1LL << 32},
                  [&](std::int64_t value) { fetch.max_bytes = static_cast<std::size_t>(value); });
  read_time(section, "connect_timeout_seconds", fetch.connect_timeout);
  read_time(section, "timeout_seconds", fetch.timeout);
  section.finish();
}

std::string cluster_yaml(const KafkaConfig& kafka, const WorkerConfig& worker,
                         const fetch::FetchRules& fetch) {
  const auto in_seconds = [](auto time) { return std::chrono::duration<double>(time).count(); };
  return fmt::format(
      "kafka:\n"
      "  brokers: {}\n"
      "  group: {}\n"
      "  instance: {}  # of this process; empty: the host's name\n"
      "  topics:\n"
      "    segments: {}\n"
      "    state: {}\n"
      "    takedowns: {}\n"
      "    dead_letters: {}\n"
      "    references: {}\n"
      "    workers: {}\n"
      "  properties:{}"
      "  secrets:{}"
      "worker:\n"
      "  threads: {}  # 0: one for each CPU\n"
      "  max_streams: {}  # awake, per thread\n"
      "  idle_seconds: {}\n"
      "  forget_hours: {}\n"
      "  overload_seconds: {}\n"
      "  retry_seconds: {}\n"
      "  listen: {}\n"
      "fetch:  # segments that are named and not sent\n"
      "  roots:{}"
      "  hosts:{}"
      "  private_addresses: {}\n"
      "  max_bytes: {}\n"
      "  connect_timeout_seconds: {}\n"
      "  timeout_seconds: {}\n",
      yaml_text(kafka.brokers), yaml_text(kafka.group), yaml_text(kafka.instance),
      yaml_text(kafka.topics.segments), yaml_text(kafka.topics.state),
      yaml_text(kafka.topics.takedowns), yaml_text(kafka.topics.dead_letters),
      yaml_text(kafka.topics.references), yaml_text(kafka.topics.workers),
      yaml_map(kafka.properties), yaml_map(kafka.secrets), worker.threads, worker.max_streams,
      in_seconds(worker.idle), in_seconds(worker.forget) / 3600, in_seconds(worker.overload),
      in_seconds(worker.retry), yaml_text(worker.listen), yaml_texts(fetch.roots),
      yaml_texts(fetch.hosts), fetch.private_addresses, fetch.max_bytes,
      in_seconds(fetch.connect_timeout), in_seconds(fetch.timeout));
}

}  // namespace staydown::service
