#include "service/reference_feed.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "kafka/topics.h"
#include "service/log.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;
constexpr auto kNoteEvery = 1min;    // how current the noted position is
constexpr auto kWriterGone = 1h;     // after its first part
constexpr std::size_t kBatch = 256;  // references a transaction
constexpr std::size_t kBatchBytes = std::size_t{64} << 20;
// Kafka's default, should the broker not tell.
constexpr std::chrono::milliseconds kDeleteRetention = 24h;

std::size_t size_of(const reference::PackedReference& reference) {
  std::size_t size = 0;
  for (const auto& packed : reference.packed) size += packed.size();
  return size;
}

Result<std::chrono::milliseconds> delete_retention(kafka::Topics& topics,
                                                   const std::string& topic) {
  const auto settings = topics.settings(topic, kPatience);
  if (!settings && settings.error().code == ErrorCode::kDenied) return kDeleteRetention;
  if (!settings) return tl::unexpected(settings.error());
  const auto found = settings->find("delete.retention.ms");
  std::int64_t ms = 0;
  if (found == settings->end() ||
      std::from_chars(found->second.data(), found->second.data() + found->second.size(), ms).ec !=
          std::errc()) {
    return kDeleteRetention;
  }
  return std::chrono::milliseconds(ms);
}

}  // namespace

Result<std::unique_ptr<ReferenceFeed>> ReferenceFeed::open(FeedOptions options) {
  std::unique_ptr<ReferenceFeed> feed(new ReferenceFeed(std::move(options)));
  if (auto begun = feed->begin(); !begun) return tl::unexpected(std::move(begun.error()));
  return feed;
}

Result<void> ReferenceFeed::begin() {
  auto bank = reference::ReferenceBank::open(options_.bank_path,
                                             {.access = reference::BankAccess::kCreate});
  if (!bank) return tl::unexpected(std::move(bank.error()));
  bank_ = std::make_unique<reference::ReferenceBank>(*std::move(bank));
  auto reader = kafka::LogReader::connect(options_.client);
  if (!reader) return tl::unexpected(std::move(reader.error()));
  reader_ = *std::move(reader);
  assembler_ = std::make_unique<reference::LogAssembler>(
      [this](const ReferenceId& id) { return known(id); });
  return choose_start();
}

// What was read and is not yet in the bank comes before what is in it.
std::optional<reference::PackedReference> ReferenceFeed::known(const ReferenceId& id) const {
  for (const auto& reference : pending_.references) {
    if (reference.record.info.id == id) return reference;
  }
  for (const auto& [removed, change] : pending_.removed) {
    if (removed == id) return std::nullopt;
  }
  auto stored = bank_->pack(id);
  if (!stored) return std::nullopt;
  return *std::move(stored);
}

Result<void> ReferenceFeed::choose_start() {
  auto topics = kafka::Topics::connect(options_.client);
  if (!topics) return tl::unexpected(std::move(topics.error()));
  const auto partitions = (*topics)->partitions(options_.topic, kPatience);
  if (!partitions) return tl::unexpected(partitions.error());
  if (*partitions != 1) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("kafka.topics.references: {} has {} partitions; it must have one, so "
                            "that all workers read the same order",
                            options_.topic, *partitions));
  }
  const auto known = bank_->feed();
  if (!known) return tl::unexpected(known.error());
  if (!*known) {
    const auto own = bank_->list();
    if (!own) return tl::unexpected(own.error());
    if (!own->empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("bank {0}: holds references of its own; put them on the cluster with "
                              "`staydown reference publish --bank {0} --brokers ...`, and name "
                              "another file for the cache",
                              options_.bank_path));
    }
  }
  const auto retention = delete_retention(**topics, options_.topic);
  if (!retention) return tl::unexpected(retention.error());
  const auto bounds = reader_->bounds(options_.topic, 0);
  if (!bounds) return tl::unexpected(bounds.error());
  const auto now = options_.clock();
  const bool usable = *known && (*known)->topic == options_.topic &&
                      (*known)->next <= bounds->second && now - (*known)->read_at < *retention / 2;
  anew_ = !usable;
  next_ = usable ? (*known)->next : bounds->first;
  noted_ = usable ? (*known)->read_at : WallTime{};
  return {};
}

Result<void> ReferenceFeed::distrust() {
  const auto bounds = reader_->bounds(options_.topic, 0);
  if (!bounds) return tl::unexpected(bounds.error());
  next_ = bounds->first;
  anew_ = true;
  noted_ = {};
  seen_.clear();
  return {};
}

void ReferenceFeed::take(kafka::Record record) {
  next_ = record.offset + 1;
  const auto header = reference::LogAssembler::header_of(record.message.key);
  auto outcome = assembler_->take(record.offset, record.appended, std::move(record.message));
  if (auto* reference = std::get_if<reference::PackedReference>(&outcome)) {
    const auto id = reference->record.info.id;
    std::erase_if(pending_.references,
                  [&](const auto& other) { return other.record.info.id == id; });
    std::erase_if(pending_.removed, [&](const auto& other) { return other.first == id; });
    seen_.insert(id);
    pending_bytes_ += size_of(*reference);
    pending_.references.push_back(std::move(*reference));
    ++taken_.references;
  } else if (auto* removed = std::get_if<reference::LogAssembler::Removed>(&outcome)) {
    std::erase_if(pending_.references,
                  [&](const auto& other) { return other.record.info.id == removed->id; });
    seen_.erase(removed->id);
    pending_.removed.emplace_back(removed->id, std::move(removed->change));
    ++taken_.removed;
  } else if (const auto* error = std::get_if<Error>(&outcome)) {
    log(LogLevel::kError, "reference_damaged",
        {{"topic", options_.topic}, {"offset", record.offset}, {"reason", error->message}});
    if (header) seen_.insert(*header);  // what the bank has of it stays enforced
    ++taken_.damaged;
    return;
  } else {
    return;
  }
  taken_.written.push_back(record.appended);
}

Result<ReferenceFeed::Applied> ReferenceFeed::apply() {
  const bool changes = !pending_.references.empty() || !pending_.removed.empty();
  if (changes) {
    pending_.position = {.topic = options_.topic,
                         .next = assembler_->waiting_since().value_or(next_),
                         .read_at = noted_};
    if (auto done = bank_->adopt(pending_); !done) return tl::unexpected(std::move(done.error()));
    pending_ = {};
    pending_bytes_ = 0;
  }
  return std::exchange(taken_, {});
}

// Where a restart may go on, and as of when.
Result<void> ReferenceFeed::note_position() {
  const auto now = options_.clock();
  if (anew_ || now - noted_ < kNoteEvery) return {};
  const auto bounds = reader_->bounds(options_.topic, 0);
  if (!bounds) return tl::unexpected(bounds.error());
  if (next_ < bounds->second) return {};  // more is on its way
  assembler_->forget_parts_before(now - kWriterGone);
  reference::Adoption nothing;
  nothing.position = {
      .topic = options_.topic, .next = assembler_->waiting_since().value_or(next_), .read_at = now};
  auto done = bank_->adopt(nothing);
  if (done) noted_ = now;
  return done;
}

Result<ReferenceFeed::Applied> ReferenceFeed::catch_up(const std::function<void()>& alive) {
  Applied all;
  const auto keep = [&](Applied some) {
    all.references += some.references;
    all.removed += some.removed;
    all.damaged += some.damaged;
    all.written.insert(all.written.end(), some.written.begin(), some.written.end());
  };
  following_ = false;
  if (auto started = reader_->start(options_.topic, {{0, next_, {}}}); !started) {
    return tl::unexpected(std::move(started.error()));
  }
  Result<void> applied;
  auto read = reader_->read_to_end(
      [&](kafka::Record record) {
        if (alive) alive();
        take(std::move(record));
        const bool enough = pending_.references.size() >= kBatch || pending_bytes_ >= kBatchBytes;
        if (!applied || !enough) return;
        auto some = apply();
        if (some) {
          keep(*std::move(some));
        } else {
          applied = tl::unexpected(std::move(some.error()));
        }
      },
      kPatience);
  if (!applied) return tl::unexpected(std::move(applied.error()));
  if (!read) return tl::unexpected(std::move(read.error()));
  if (anew_) {
    const auto there = bank_->list();
    if (!there) return tl::unexpected(there.error());
    for (const auto& record : *there) {
      if (seen_.contains(record.info.id)) continue;
      pending_.removed.emplace_back(
          record.info.id,
          reference::Change{
              .actor = "staydown", .at = options_.clock(), .detail = "no longer on the topic"});
      ++taken_.removed;
    }
  }
  auto rest = apply();
  if (!rest) return tl::unexpected(std::move(rest.error()));
  keep(*std::move(rest));
  anew_ = false;
  if (auto noted = note_position(); !noted) return tl::unexpected(std::move(noted.error()));
  return all;
}

Result<ReferenceFeed::Applied> ReferenceFeed::next(std::chrono::milliseconds patience) {
  auto applied = read_next(patience);
  if (!applied) following_ = false;
  return applied;
}

Result<ReferenceFeed::Applied> ReferenceFeed::read_next(std::chrono::milliseconds patience) {
  if (taken_.any()) return apply();  // the bank did not take it the last time
  if (!following_) {
    // A reader whose topic is missing or denied says so once, and then gives nothing.
    const auto bounds = reader_->bounds(options_.topic, 0);
    if (!bounds) return tl::unexpected(bounds.error());
    if (auto started = reader_->start(options_.topic, {{0, next_, {}}}); !started) {
      return tl::unexpected(std::move(started.error()));
    }
    following_ = true;
  }
  for (auto wait = patience; pending_.references.size() < kBatch; wait = 0ms) {
    auto record = reader_->next(wait);
    if (!record) return tl::unexpected(std::move(record.error()));
    if (!*record) break;
    take(**std::move(record));
  }
  if (taken_.any()) return apply();
  if (auto noted = note_position(); !noted) return tl::unexpected(std::move(noted.error()));
  return Applied{};
}

}  // namespace staydown::service
