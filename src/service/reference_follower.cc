#include "service/reference_follower.h"

#include <algorithm>
#include <utility>

#include "service/keep_at_it.h"
#include "service/log.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 500ms;  // how often it says that it lives

}  // namespace

Result<std::unique_ptr<ReferenceFollower>> ReferenceFollower::start(FollowerSetup setup) {
  setup.health->not_ready(setup.slot, "reading the references");
  auto feed = ReferenceFeed::open(setup.feed);
  if (!feed) return tl::unexpected(std::move(feed.error()));
  std::unique_ptr<ReferenceFollower> follower(
      new ReferenceFollower(std::move(setup), *std::move(feed)));
  if (auto loaded = follower->load(); !loaded) return tl::unexpected(std::move(loaded.error()));
  auto& self = *follower;
  self.setup_.health->ready(self.setup_.slot);
  self.thread_ = std::jthread([&self](const std::stop_token& stop) { self.follow(stop); });
  return follower;
}

ReferenceFollower::ReferenceFollower(FollowerSetup setup, std::unique_ptr<ReferenceFeed> feed)
    : setup_(std::move(setup)),
      feed_(std::move(feed)),
      bank_(setup_.feed.bank_path, setup_.index, setup_.embedding_model) {}

// All that the topic holds; what the disk has spoilt in the cache is read from there again.
Result<void> ReferenceFollower::load() {
  const auto read = [&]() -> Result<void> {
    const auto all = feed_->catch_up([&] { setup_.health->alive(setup_.slot); });
    if (!all) return tl::unexpected(all.error());
    setup_.metrics->add(Count::kReferencesDamaged, {}, static_cast<double>(all->damaged));
    setup_.health->takes_long(setup_.slot, "loading the index");
    return enforce({});
  };
  if (auto done = read(); !done || bank_.damaged() == 0) return done;
  setup_.metrics->add(Count::kReferencesDamaged, {}, static_cast<double>(bank_.damaged()));
  log(LogLevel::kWarning, "references_read_anew", {{"bank", setup_.feed.bank_path}});
  return feed_->distrust().and_then(read);
}

Result<void> ReferenceFollower::enforce(const ReferenceFeed::Applied& applied) {
  setup_.metrics->add(Count::kReferencesDamaged, {}, static_cast<double>(applied.damaged));
  unenforced_.insert(unenforced_.end(), applied.written.begin(), applied.written.end());
  if (auto done = bank_.catch_up(); !done) return done;
  for (const auto written : std::exchange(unenforced_, {})) {
    const auto took = std::max(setup_.feed.clock() - written, MediaTime::zero());
    setup_.metrics->observe(Duration::kPropagation, seconds(took));
  }
  version_ = feed_->version();
  setup_.metrics->set(Level::kReferencesVersion, static_cast<double>(feed_->version()));
  return {};
}

void ReferenceFollower::follow(const std::stop_token& stop) {
  keep_at_it(stop, *setup_.health, setup_.slot, *setup_.metrics, [&] {
    setup_.health->alive(setup_.slot);
    return feed_->next(kLook).and_then(
        [&](const ReferenceFeed::Applied& applied) { return enforce(applied); });
  });
}

}  // namespace staydown::service
