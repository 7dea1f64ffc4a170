#include "cluster/cluster.h"

#include <unistd.h>

#include <fstream>
#include <thread>

#include "event/segment_message.h"
#include "kafka/topics.h"
#include "service/cluster_topics.h"

namespace staydown::cluster {

using namespace std::chrono_literals;

namespace {

const char* test_name() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }

// The bank takes a second to make and is the same for every test of a process's life.
void make_bank(const std::string& folder) {
  support::VideoSpec video;
  video.parts = {{.seed = kReferenceSeed, .duration = 20s}};
  video.gop = 2 * video.fps;
  video.kilobits = 500;
  support::encode_to_file(video, folder + "/reference.ts");
  const auto added = support::run({STAYDOWN_BINARY, "reference", "add", folder + "/reference.ts",
                                   "--bank", folder + "/bank.db", "--id", "attack"});
  ASSERT_EQ(added.status, 0) << added.err;
}

void take(const kafka::Record& record, std::map<std::string, nlohmann::json>& by_id) {
  auto event = nlohmann::json::parse(*record.message.value);
  EXPECT_EQ(record.message.key, event.at("data").at("stream"));
  const std::string id = event.at("id");
  const auto decision = decision_of(event);
  const auto known = by_id.emplace(id, std::move(event)).first;
  EXPECT_EQ(decision_of(known->second), decision) << "repeated, but not the same";
}

}  // namespace

Cluster::Cluster(std::string brokers) : brokers_(std::move(brokers)) {
  setenv("STAYDOWN_MODEL", "none", 1);  // of the processes that are started: by hashes only
  make_bank(folder_.path());
}

Cluster::~Cluster() = default;

void Cluster::make_topics(int partitions) {
  const auto unique = std::string(test_name()) + "-" +
                      std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
  topics_ = {.segments = unique + ".segments",
             .state = unique + ".state",
             .takedowns = unique + ".takedowns",
             .dead_letters = unique + ".dead-letters",
             .references = unique + ".references",
             .workers = unique + ".workers"};
  auto topics = kafka::Topics::connect(support::clients_of(brokers_));
  ASSERT_TRUE(topics) << topics.error().message;
  for (const auto& spec : service::topic_specs(topics_, partitions, 1)) {
    const auto created = (*topics)->create(spec, 30s);
    ASSERT_TRUE(created) << created.error().message;
  }
  const auto published = reference({"publish", "--bank", path("bank.db"), "--wait", "0"});
  ASSERT_EQ(published.status, 0) << published.err;
}

std::string Cluster::configuration(const std::string& name, const std::string& more) const {
  std::ofstream(path(name)) << "kafka:\n  group: " << topics_.segments
                            << "\n  topics: {segments: " << topics_.segments
                            << ", state: " << topics_.state << ", takedowns: " << topics_.takedowns
                            << ", dead_letters: " << topics_.dead_letters
                            << ", references: " << topics_.references
                            << ", workers: " << topics_.workers << "}\n"
                            << more;
  return path(name);
}

support::Finished Cluster::reference(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {STAYDOWN_BINARY, "reference"});
  arguments.insert(arguments.end(),
                   {"--brokers", brokers_, "--config", configuration("reference.yaml")});
  return support::run(arguments);
}

std::vector<std::string> Cluster::worker(const std::string& instance, const std::string& more,
                                         int threads) {
  const auto config = configuration(instance + ".yaml", more);
  return {
      STAYDOWN_BINARY, "worker",     "--brokers",  brokers_, "--bank",    path(instance + ".db"),
      "--config",      config,       "--instance", instance, "--threads", std::to_string(threads),
      "--listen",      "127.0.0.1:0"};
}

std::unique_ptr<support::ChildProcess> Cluster::start_worker(const std::string& instance,
                                                             const std::string& more, int threads) {
  return std::make_unique<support::ChildProcess>(worker(instance, more, threads));
}

std::vector<Segment> Cluster::stream(const std::string& id, std::vector<Part> parts) {
  support::VideoSpec video;
  video.parts = std::move(parts);
  video.gop = 2 * video.fps;
  video.kilobits = 300;
  video.width = 160;
  video.height = 90;
  video.fps = 12;
  video.gop = 24;
  auto segments = support::segments(video, StreamId(id), 2s);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    segments[i].sequence = static_cast<std::int64_t>(i);
  }
  return segments;
}

std::vector<Segment> Cluster::stream_with_copy(const std::string& id, std::uint64_t background) {
  return stream(id, {{.seed = background, .duration = 8s},
                     {.seed = kReferenceSeed, .from = 4s, .duration = 12s},
                     {.seed = background + 1, .duration = 72s}});
}

Message Cluster::message_of(const Segment& segment) {
  event::SegmentMessage message;
  message.id = segment.stream.value + "/" + std::to_string(segment.sequence);
  message.source = "/test";
  message.segment = segment;
  message.segment.ingested =
      std::chrono::time_point_cast<MediaTime>(std::chrono::system_clock::now());
  return to_message(std::move(message));
}

void Cluster::publish(const Segment& segment) { send(message_of(segment)); }

void Cluster::publish(const std::vector<Segment>& segments) {
  for (const auto& segment : segments) publish(segment);
  flush();
}

void Cluster::send(Message message, std::optional<std::int32_t> partition) {
  if (!producer_) {
    auto connected = kafka::Producer::connect(support::clients_of(brokers_));
    ASSERT_TRUE(connected) << connected.error().message;
    producer_ = *std::move(connected);
  }
  const auto sent = producer_->send(
      {.topic = topics_.segments, .message = std::move(message), .partition = partition});
  ASSERT_TRUE(sent) << sent.error().message;
}

void Cluster::flush() {
  const auto flushed = producer_->flush(60s);
  ASSERT_TRUE(flushed) << flushed.error().message;
}

std::map<std::string, nlohmann::json> Cluster::events() const {
  std::map<std::string, nlohmann::json> by_id;
  for (const auto& record : support::read_all(brokers_, topics_.takedowns)) take(record, by_id);
  return by_id;
}

std::map<std::string, nlohmann::json> Cluster::await_events(std::size_t count,
                                                            std::chrono::seconds patience) const {
  std::map<std::string, nlohmann::json> by_id;
  support::read_until(brokers_, topics_.takedowns, patience, [&](const kafka::Record& record) {
    take(record, by_id);
    return by_id.size() >= count;
  });
  return by_id;
}

std::vector<kafka::Record> Cluster::await_dead_letters(std::size_t count,
                                                       std::chrono::seconds patience) const {
  std::vector<kafka::Record> letters;
  support::read_until(brokers_, topics_.dead_letters, patience, [&](kafka::Record record) {
    letters.push_back(std::move(record));
    return letters.size() >= count;
  });
  return letters;
}

nlohmann::json decision_of(nlohmann::json event) {
  event.erase("time");
  event["data"].erase("latency");
  event["data"]["versions"].erase("index");
  return event;
}

}  // namespace staydown::cluster
