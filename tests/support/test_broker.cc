#include "support/test_broker.h"

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <stdexcept>

#include "kafka/log_reader.h"
#include "kafka/topics.h"
#include "support/child_process.h"

namespace staydown::support {
namespace {

using namespace std::chrono_literals;

template <typename T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

std::string run_script(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{STAYDOWN_BROKER_SCRIPT};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto finished = run(command);
  if (finished.status != 0) throw std::runtime_error(finished.err);
  return finished.out.substr(0, finished.out.find('\n'));
}

}  // namespace

std::string shared_broker() {
  std::ifstream file(STAYDOWN_BROKER_FOLDER "/brokers");
  std::string brokers;
  if (!std::getline(file, brokers)) {
    throw std::runtime_error(
        "no broker runs for the tests; ctest starts it, or by hand: " STAYDOWN_BROKER_SCRIPT
        " start " STAYDOWN_BROKER_FOLDER);
  }
  return brokers;
}

kafka::ClientOptions clients_of(const std::string& brokers) {
  return {.properties = {{"bootstrap.servers", brokers}}, .notice = {}};
}

std::string make_topic(const std::string& brokers, const std::string& hint, int partitions,
                       const std::map<std::string, std::string>& settings) {
  static std::atomic<int> count = 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  const auto name = hint + "-" + std::to_string(getpid()) + "-" + std::to_string(now) + "-" +
                    std::to_string(++count);
  auto topics = value_or_throw(kafka::Topics::connect(clients_of(brokers)));
  value_or_throw(topics->create(
      {.name = name, .partitions = partitions, .replication = 1, .settings = settings}, 90s));
  return name;
}

std::vector<kafka::Record> read_all(const std::string& brokers, const std::string& topic) {
  auto topics = value_or_throw(kafka::Topics::connect(clients_of(brokers)));
  const int partitions = value_or_throw(topics->partitions(topic, 10s));
  auto reader = value_or_throw(kafka::LogReader::connect(clients_of(brokers)));
  std::vector<kafka::Record> records;
  for (int partition = 0; partition < partitions; ++partition) {
    value_or_throw(reader->start(topic, {{partition, -1, {}}}));
    value_or_throw(reader->read_to_end(
        [&](kafka::Record record) { records.push_back(std::move(record)); }, 30s));
  }
  return records;
}

void read_until(const std::string& brokers, const std::string& topic,
                std::chrono::milliseconds patience,
                const std::function<bool(kafka::Record)>& enough) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  auto topics = value_or_throw(kafka::Topics::connect(clients_of(brokers)));
  std::vector<kafka::Position> all;
  const int partitions = value_or_throw(topics->partitions(topic, 30s));
  for (int partition = 0; partition < partitions; ++partition) all.push_back({partition, -1, {}});
  auto reader = value_or_throw(kafka::LogReader::connect(clients_of(brokers)));
  value_or_throw(reader->start(topic, all));
  while (std::chrono::steady_clock::now() < deadline) {
    auto record = reader->next(500ms);
    if (record && *record && enough(**std::move(record))) return;
  }
}

OwnBroker::OwnBroker() { start(); }
OwnBroker::~OwnBroker() { run({STAYDOWN_BROKER_SCRIPT, "stop", folder()}); }
void OwnBroker::stop() { run_script({"stop", "--keep", folder()}); }
void OwnBroker::start() { brokers_ = run_script({"start", folder()}); }

int OwnBroker::pid() const {
  int pid = 0;
  std::ifstream(folder() + "/pid") >> pid;
  return pid;
}

}  // namespace staydown::support
