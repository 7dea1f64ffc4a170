#include "service/cluster_client.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace staydown::service {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string message_of(const KafkaConfig& kafka) {
  const auto options = client_options(kafka);
  return options ? "no error" : options.error().message;
}

TEST(ClusterClient, ReadsSecretsWhereTheyAre) {
  const auto file = std::filesystem::path(testing::TempDir()) / "staydown-secret";
  std::ofstream(file) << "hunter2\n";
  setenv("STAYDOWN_TEST_USER", "worker", 1);
  const auto options = client_options(
      {.brokers = "a:9092",
       .properties = {{"security.protocol", "sasl_ssl"}, {"sasl.mechanisms", "PLAIN"}},
       .secrets = {{"sasl.password", "file:" + file.string()},
                   {"sasl.username", "env:STAYDOWN_TEST_USER"}}});
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->properties.at("sasl.password"), "hunter2");
  EXPECT_EQ(options->properties.at("sasl.username"), "worker");
  EXPECT_EQ(options->properties.at("bootstrap.servers"), "a:9092");
  std::filesystem::remove(file);
}

TEST(ClusterClient, SaysWhatIsMissingAndNeverASecret) {
  EXPECT_EQ(message_of({}),
            "no brokers; give --brokers host:port or kafka.brokers in the configuration");
  EXPECT_EQ(message_of({.brokers = "a:1", .secrets = {{"sasl.password", "file:/none"}}}),
            "kafka.secrets.sasl.password: the file /none cannot be read, or is empty");
  EXPECT_EQ(message_of({.brokers = "a:1", .secrets = {{"sasl.password", "env:STAYDOWN_NONE"}}}),
            "kafka.secrets.sasl.password: the variable STAYDOWN_NONE is not set");
  setenv("STAYDOWN_TEST_SECRET", "hunter2", 1);
  const auto wrong =
      message_of({.brokers = "a:1", .secrets = {{"ssl.cipher.suits", "env:STAYDOWN_TEST_SECRET"}}});
  EXPECT_THAT(wrong, HasSubstr("ssl.cipher.suits"));
  EXPECT_THAT(wrong, Not(HasSubstr("hunter2")));
}

// An empty password or token is a mistake, and would open what it is to close.
TEST(ClusterClient, RefusesSecretsThatAreEmpty) {
  const auto file = std::filesystem::path(testing::TempDir()) / "staydown-empty-secret";
  std::ofstream(file) << "\r\n\n";
  setenv("STAYDOWN_TEST_EMPTY", "", 1);
  const auto from_file = read_secret("--hook-token", "file:" + file.string());
  ASSERT_FALSE(from_file);
  EXPECT_EQ(from_file.error().message,
            "--hook-token: the file " + file.string() + " cannot be read, or is empty");
  EXPECT_EQ(
      message_of({.brokers = "a:1", .secrets = {{"sasl.password", "env:STAYDOWN_TEST_EMPTY"}}}),
      "kafka.secrets.sasl.password: the variable STAYDOWN_TEST_EMPTY is empty");
  std::filesystem::remove(file);
}

TEST(ClusterClient, SecretsDoNotBelongIntoTheConfiguration) {
  const auto plain = parse_config("kafka: {properties: {sasl.password: hunter2}}", "c.yaml");
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().message,
            "c.yaml: kafka.properties.sasl.password: a secret; write `sasl.password: file:PATH` or "
            "`sasl.password: env:NAME` below kafka.secrets");
  const auto bare = parse_config("kafka: {secrets: {sasl.password: hunter2}}", "c.yaml");
  ASSERT_FALSE(bare);
  EXPECT_EQ(bare.error().message,
            "c.yaml: kafka.secrets.sasl.password: says where the secret is, file:PATH or env:NAME, "
            "not what it is");
}

}  // namespace
}  // namespace staydown::service
