#include "service/group_firings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "event/firing.h"
#include "service/keep_at_it.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;
constexpr auto kLook = 500ms;
// Read again after trouble: records of several partitions come in no order of time.
constexpr MediaTime kOverlap = 1min;

}  // namespace

Result<std::unique_ptr<GroupFirings>> GroupFirings::start(FiringsSetup setup) {
  setup.health->not_ready(setup.slot, "reading what the group has fired");
  std::unique_ptr<GroupFirings> firings(new GroupFirings(std::move(setup)));
  auto& self = *firings;
  self.seen_ = self.setup_.now - kTripsRemembered;
  auto read = self.open(self.seen_).and_then([&] { return self.catch_up(); });
  if (!read) return tl::unexpected(std::move(read.error()));
  self.setup_.health->ready(self.setup_.slot);
  self.thread_ = std::jthread([&self](const std::stop_token& stop) { self.follow(stop); });
  return firings;
}

Result<void> GroupFirings::open(WallTime since) {
  auto reader = kafka::LogReader::connect(setup_.client);
  if (!reader) return tl::unexpected(std::move(reader.error()));
  looked_ = std::chrono::steady_clock::now();
  const auto partitions = (*reader)->partitions(setup_.topic, kPatience);
  if (!partitions) return tl::unexpected(partitions.error());
  auto from = (*reader)->since(setup_.topic, *partitions, since);
  if (!from) return tl::unexpected(std::move(from.error()));
  from_ = *std::move(from);
  if (auto started = (*reader)->start(setup_.topic, from_); !started) return started;
  reader_ = *std::move(reader);
  return {};
}

Result<void> GroupFirings::catch_up() {
  auto read = reader_->read_to_end(
      [&](const kafka::Record& record) {
        setup_.health->alive(setup_.slot);
        take(record);
      },
      kPatience);
  if (read) read = reader_->start(setup_.topic, from_);
  return read;
}

// What is in a new partition was written after the last look, or its key would be elsewhere.
Result<void> GroupFirings::take_new_partitions() {
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < setup_.look_for_partitions) return {};
  looked_ = now;
  const auto partitions = reader_->partitions(setup_.topic, kPatience);
  if (!partitions) return tl::unexpected(partitions.error());
  const auto known = static_cast<int>(from_.size());
  if (*partitions == known) return {};
  if (*partitions < known) {
    return fail(ErrorCode::kNotFound,
                fmt::format("topic {}: has {} partitions and had {}; it was made anew",
                            setup_.topic, *partitions, known),
                true);
  }
  for (int added = known; added < *partitions; ++added) from_.push_back({added, -1, {}});
  return reader_->start(setup_.topic, from_);
}

void GroupFirings::take(const kafka::Record& record) {
  from_[static_cast<std::size_t>(record.partition)].offset = record.offset + 1;
  seen_ = std::max(seen_, record.appended);
  const auto firing = event::parse_firing(record.message);
  if (!firing) return;
  if (firing->breaker) setup_.policy->note_trip(firing->reference);
  if (firing->takedown) {
    setup_.policy->note_firing(firing->reference, firing->stream, firing->at);
  }
}

Result<void> GroupFirings::look() {
  if (!reader_) {
    if (auto opened = open(seen_ - kOverlap); !opened) return opened;
  }
  const auto record = take_new_partitions().and_then([&] { return reader_->next(kLook); });
  if (!record) {
    reader_.reset();
    return tl::unexpected(record.error());
  }
  if (*record) take(**record);
  return {};
}

void GroupFirings::follow(const std::stop_token& stop) {
  keep_at_it(stop, *setup_.health, setup_.slot, *setup_.metrics, [&] { return look(); });
}

}  // namespace staydown::service
