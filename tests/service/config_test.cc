#include "service/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

std::string error_of(std::string_view yaml) {
  const auto config = parse_config(yaml, "staydown.yaml");
  return config ? "no error" : config.error().message;
}

TEST(Config, HasDefaultsThatNeedNoFile) {
  const auto config = parse_config("", "staydown.yaml");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->sampling.wanted, 1s);
  EXPECT_EQ(config->matching.takedown_per_million_hours, 100);
}

TEST(Config, ReadsEveryKey) {
  const auto config = parse_config(R"(
sampling: {wanted_seconds: 0.5, tolerated_seconds: 4, dense_seconds: 0.2}
limits: {max_bytes: 2000, max_pixels: 3000, max_packets: 40, max_frames: 50, max_cpu_seconds: 1.5}
search: {pdq_radius: 40, embedding_radius: 0.25, max_hits: 7}
model: {manifest: own/manifest.json, precision: bf16, cache: /var/cache/staydown}
matching: {takedown_per_million_hours: 1, review_per_million_hours: 20, bank_frames: 5, calibration: own.json}
policy:
  observe: true
  listed_accounts: [press]
  released: [halle-2019]
  breaker: {max_streams: 5, window_seconds: 30}
kafka:
  brokers: a:9092,b:9092
  group: edge
  instance: worker-3
  topics: {segments: s, state: t, takedowns: e, dead_letters: d}
  properties: {security.protocol: sasl_ssl, sasl.mechanisms: PLAIN}
  secrets: {sasl.password: "file:/run/secrets/kafka", sasl.username: "env:KAFKA_USER"}
worker: {threads: 3, max_streams: 10, idle_seconds: 60, forget_hours: 2, overload_seconds: 5, retry_seconds: 7, listen: ":9464"}
fetch:
  roots: [/spool, /other]
  hosts: [cdn.example.org, "*.example.net"]
  private_addresses: true
  max_bytes: 5000
  connect_timeout_seconds: 1
  timeout_seconds: 4
)",
                                   "staydown.yaml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->sampling.wanted, 500ms);
  EXPECT_EQ(config->sampling.tolerated, 4s);
  EXPECT_EQ(config->sampling.dense, 200ms);
  EXPECT_EQ(config->limits.max_bytes, 2000U);
  EXPECT_EQ(config->limits.max_pixels, 3000);
  EXPECT_EQ(config->limits.max_packets, 40);
  EXPECT_EQ(config->limits.max_frames, 50);
  EXPECT_EQ(config->limits.max_cpu, 1500ms);
  EXPECT_EQ(config->search.pdq_radius, 40);
  EXPECT_EQ(config->search.embedding_radius, 0.25F);
  EXPECT_EQ(config->search.max_hits, 7);
  EXPECT_EQ(config->model.manifest, "own/manifest.json");
  EXPECT_EQ(config->model.precision, "bf16");
  EXPECT_EQ(config->model.cache, "/var/cache/staydown");
  EXPECT_EQ(config->matching.takedown_per_million_hours, 1);
  EXPECT_EQ(config->matching.review_per_million_hours, 20);
  EXPECT_EQ(config->matching.bank_frames, 5U);
  EXPECT_EQ(config->calibration_path, "own.json");
  EXPECT_TRUE(config->policy.observe);
  EXPECT_THAT(config->policy.listed_accounts, ElementsAre(AccountId("press")));
  EXPECT_THAT(config->policy.released, ElementsAre(ReferenceId("halle-2019")));
  EXPECT_EQ(config->policy.breaker.max_streams, 5);
  EXPECT_EQ(config->policy.breaker.window, 30s);
  EXPECT_EQ(config->kafka.brokers, "a:9092,b:9092");
  EXPECT_EQ(config->kafka.group, "edge");
  EXPECT_EQ(config->kafka.instance, "worker-3");
  EXPECT_EQ(config->kafka.topics.segments, "s");
  EXPECT_EQ(config->kafka.topics.state, "t");
  EXPECT_EQ(config->kafka.topics.takedowns, "e");
  EXPECT_EQ(config->kafka.topics.dead_letters, "d");
  EXPECT_THAT(config->kafka.properties,
              ElementsAre(Pair("sasl.mechanisms", "PLAIN"), Pair("security.protocol", "sasl_ssl")));
  EXPECT_THAT(config->kafka.secrets, ElementsAre(Pair("sasl.password", "file:/run/secrets/kafka"),
                                                 Pair("sasl.username", "env:KAFKA_USER")));
  EXPECT_EQ(config->worker.threads, 3);
  EXPECT_EQ(config->worker.max_streams, 10U);
  EXPECT_EQ(config->worker.idle, 60s);
  EXPECT_EQ(config->worker.forget, 2h);
  EXPECT_EQ(config->worker.overload, 5s);
  EXPECT_EQ(config->worker.retry, 7s);
  EXPECT_EQ(config->worker.listen, ":9464");
  EXPECT_THAT(config->fetch.roots, ElementsAre("/spool", "/other"));
  EXPECT_THAT(config->fetch.hosts, ElementsAre("cdn.example.org", "*.example.net"));
  EXPECT_TRUE(config->fetch.private_addresses);
  EXPECT_EQ(config->fetch.max_bytes, 5000U);
  EXPECT_EQ(config->fetch.connect_timeout, 1s);
  EXPECT_EQ(config->fetch.timeout, 4s);

  const auto again = parse_config(to_yaml(*config), "printed");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_yaml(*again), to_yaml(*config));
}

TEST(Config, NamesTheKeyTheValueAndTheRemedy) {
  EXPECT_EQ(
      error_of("matching: {takedown_per_million_hours: -3}"),
      "staydown.yaml: matching.takedown_per_million_hours: -3 is below 0.001; give a number from "
      "0.001 to 1000000000");
  EXPECT_EQ(error_of("search: {pdq_radius: many}"),
            "staydown.yaml: search.pdq_radius: many is not a number");
  EXPECT_EQ(
      error_of("model: {precision: int4}"),
      "staydown.yaml: model.precision: int4 is not known; use f32, bf16 or mixed, or leave it out "
      "for the manifest's");
  EXPECT_EQ(error_of("search: {pdq_radius: 3.5}"),
            "staydown.yaml: search.pdq_radius: 3.5 is not a whole number");
  EXPECT_EQ(error_of("search: {radius: 3}"),
            "staydown.yaml: search.radius: unknown key; known here: embedding_radius, max_hits, "
            "pdq_radius");
  EXPECT_EQ(error_of("policy: {observe: maybe}"),
            "staydown.yaml: policy.observe: maybe is neither true nor false");
  EXPECT_EQ(
      error_of("policy: {listed_accounts: press}"),
      "staydown.yaml: policy.listed_accounts: press is not a list; write `- name` lines below it");
  EXPECT_EQ(error_of("sampling: 3"),
            "staydown.yaml: sampling: 3 is not a mapping; write `key: value` lines below it");
}

TEST(Config, RefusesValuesThatContradictEachOther) {
  EXPECT_THAT(error_of("matching: {review_per_million_hours: 1}"),
              testing::HasSubstr("a review is the weaker verdict"));
  EXPECT_THAT(error_of("sampling: {wanted_seconds: 3}"),
              testing::HasSubstr("sampling.tolerated_seconds: 2 is below"));
}

TEST(Config, SaysWhereBrokenYamlIsBroken) {
  EXPECT_THAT(error_of("policy:\n  - [\n"), testing::StartsWith("staydown.yaml: line 3: "));
}

TEST(Config, SaysThatAFileIsMissing) {
  const auto config = load_config("/no/such/file.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().message,
            "/no/such/file.yaml: cannot read the configuration; check that the file exists and is "
            "readable");
}

}  // namespace
}  // namespace staydown::service
