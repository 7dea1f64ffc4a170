#include "service/group_firings.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "event/firing.h"
#include "kafka/topics.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;
constexpr auto kLook = 500ms;
constexpr auto kBackOff = 1s;

}  // namespace

Result<std::unique_ptr<GroupFirings>> GroupFirings::start(const kafka::ClientOptions& client,
                                                          const std::string& topic, WallTime now,
                                                          policy::Policy& policy) {
  auto topics = kafka::Topics::connect(client);
  if (!topics) return tl::unexpected(std::move(topics.error()));
  const auto partitions = (*topics)->partitions(topic, kPatience);
  if (!partitions) return tl::unexpected(partitions.error());
  auto reader = kafka::LogReader::connect(client);
  if (!reader) return tl::unexpected(std::move(reader.error()));
  const auto from = (*reader)->since(topic, *partitions, now - kTripsRemembered);
  if (!from) return tl::unexpected(from.error());
  if (auto started = (*reader)->start(topic, *from); !started) {
    return tl::unexpected(std::move(started.error()));
  }
  return std::unique_ptr<GroupFirings>(new GroupFirings(*std::move(reader), policy));
}

GroupFirings::GroupFirings(std::unique_ptr<kafka::LogReader> reader, policy::Policy& policy)
    : reader_(std::move(reader)),
      policy_(policy),
      thread_([this](const std::stop_token& stop) { follow(stop); }) {}

void GroupFirings::follow(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  while (!stop.stop_requested()) {
    const auto record = reader_->next(kLook);
    if (!record) {
      std::unique_lock lock(mutex);
      stopped.wait_for(lock, stop, kBackOff, [] { return false; });
      continue;
    }
    if (!*record) continue;
    const auto firing = event::parse_firing((*record)->message);
    if (!firing) continue;
    if (firing->breaker) policy_.note_trip(firing->reference);
    if (firing->takedown) {
      policy_.note_firing(firing->reference, firing->stream, firing->at.time_since_epoch());
    }
  }
}

}  // namespace staydown::service
