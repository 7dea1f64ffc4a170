#include "service/reference_topic.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <utility>

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;

WallTime wall_clock() {
  return std::chrono::time_point_cast<MediaTime>(std::chrono::system_clock::now());
}

}  // namespace

// What `before` became; `after` is absent for a removal.
struct ReferenceTopic::Change {
  std::optional<reference::ReferenceRecord> before;
  std::optional<reference::PackedReference> after;
  const ReferenceId& id() const { return after ? after->record.info.id : before->info.id; }
};

ReferenceTopic::ReferenceTopic(kafka::ClientOptions client, std::string topic)
    : client_(std::move(client)), topic_(std::move(topic)) {}

ReferenceTopic::~ReferenceTopic() {
  bank_.reset();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

Result<std::unique_ptr<ReferenceTopic>> ReferenceTopic::open(const kafka::ClientOptions& client,
                                                             std::string topic) {
  std::unique_ptr<ReferenceTopic> opened(new ReferenceTopic(client, std::move(topic)));
  if (auto begun = opened->begin(); !begun) return tl::unexpected(std::move(begun.error()));
  return opened;
}

Result<void> ReferenceTopic::begin() {
  auto pattern = (std::filesystem::temp_directory_path() / "staydown-references-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    return fail(ErrorCode::kIo, fmt::format("{}: cannot make the folder; check TMPDIR", pattern));
  }
  folder_ = pattern;
  const auto path = (folder_ / "bank.db").string();
  auto feed = ReferenceFeed::open(
      {.client = client_, .topic = topic_, .bank_path = path, .clock = wall_clock});
  if (!feed) return tl::unexpected(std::move(feed.error()));
  if (const auto read = (*feed)->catch_up(); !read) return tl::unexpected(read.error());
  next_ = (*feed)->version() + 1;
  auto bank = reference::ReferenceBank::open(path, {.access = reference::BankAccess::kChange});
  if (!bank) return tl::unexpected(std::move(bank.error()));
  bank_ = std::make_unique<reference::ReferenceBank>(*std::move(bank));
  auto producer = kafka::Producer::connect(client_);
  if (!producer) return tl::unexpected(std::move(producer.error()));
  producer_ = *std::move(producer);
  auto reader = kafka::LogReader::connect(client_);
  if (!reader) return tl::unexpected(std::move(reader.error()));
  reader_ = *std::move(reader);
  return note_published();
}

Result<void> ReferenceTopic::note_published() {
  auto records = bank_->list();
  if (!records) return tl::unexpected(std::move(records.error()));
  published_.clear();
  for (auto& record : *records) {
    const auto id = record.info.id;
    published_.emplace(id, std::move(record));
  }
  return {};
}

Result<std::vector<ReferenceTopic::Change>> ReferenceTopic::changes() {
  const auto records = bank_->list();
  if (!records) return tl::unexpected(records.error());
  auto gone = published_;
  std::vector<Change> changes;
  for (const auto& record : *records) {
    gone.erase(record.info.id);
    const auto before = published_.find(record.info.id);
    const bool known = before != published_.end();
    if (known && before->second.revision == record.revision) continue;
    auto packed = bank_->pack(record.info.id);
    if (!packed) return tl::unexpected(std::move(packed.error()));
    changes.push_back({known ? std::optional(before->second) : std::nullopt, *std::move(packed)});
  }
  for (auto& [id, record] : gone) changes.push_back({std::move(record), std::nullopt});
  return changes;
}

// Offset of the latest header record of each reference from `offset` on; moves `next_` to the end.
Result<std::map<ReferenceId, std::int64_t>> ReferenceTopic::written_since(std::int64_t offset) {
  if (auto started = reader_->start(topic_, {{0, offset, {}}}); !started) {
    return tl::unexpected(std::move(started.error()));
  }
  std::map<ReferenceId, std::int64_t> written;
  auto read = reader_->read_to_end(
      [&](const kafka::Record& record) {
        next_ = std::max(next_, record.offset + 1);
        if (const auto id = reference::LogAssembler::header_of(record.message.key)) {
          written[*id] = record.offset;
        }
      },
      kPatience);
  if (!read) return tl::unexpected(std::move(read.error()));
  return written;
}

Result<void> ReferenceTopic::check_nobody_else(const std::vector<Change>& changes) {
  const auto written = written_since(next_);
  if (!written) return tl::unexpected(written.error());
  for (const auto& change : changes) {
    if (!written->contains(change.id())) continue;
    return fail(ErrorCode::kBusy,
                fmt::format("reference {}: somebody else has changed it meanwhile; look at it "
                            "with `staydown reference show {}`, then repeat",
                            change.id().value, change.id().value),
                true);
  }
  return {};
}

Result<void> ReferenceTopic::send(const std::vector<Message>& messages) {
  for (const auto& message : messages) {
    if (auto sent = producer_->send({.topic = topic_, .message = message, .partition = 0}); !sent) {
      return sent;
    }
  }
  auto flushed = producer_->flush(kPatience);
  if (!flushed && flushed.error().code == ErrorCode::kBusy) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("topic {}: the brokers do not acknowledge what is written; look at "
                            "`staydown reference list` before you repeat",
                            topic_),
                true);
  }
  return flushed;
}

Result<std::optional<std::int64_t>> ReferenceTopic::publish() {
  const auto changed = changes();
  if (!changed) return tl::unexpected(changed.error());
  if (changed->empty()) return std::nullopt;
  if (auto alone = check_nobody_else(*changed); !alone) return tl::unexpected(alone.error());
  const auto begin = next_;
  std::vector<Message> leftover;  // what the new state has no use for
  for (const auto& change : *changed) {
    const bool replaced = change.before && (!change.after || change.after->record.descriptors !=
                                                                 change.before->descriptors);
    std::vector<Message> messages;
    if (!change.after) {
      messages.push_back(header_tombstone(
          change.id(), bank_->last_change(change.id()).value_or(reference::Change{})));
    } else {
      messages = to_messages(*change.after);
      const bool has_parts = change.before && !replaced;
      if (has_parts) messages.erase(messages.begin(), messages.end() - 1);
    }
    if (auto sent = send(messages); !sent) return tl::unexpected(sent.error());
    if (replaced) std::ranges::move(part_tombstones(*change.before), std::back_inserter(leftover));
  }
  // Only now, so that a removal and what follows it are enforced before the cleaning up.
  if (auto sent = send(leftover); !sent) return tl::unexpected(sent.error());
  const auto written = written_since(begin);
  if (!written) return tl::unexpected(written.error());
  if (auto noted = note_published(); !noted) return tl::unexpected(noted.error());
  std::int64_t latest = begin;
  for (const auto& change : *changed) {
    if (const auto found = written->find(change.id()); found != written->end()) {
      latest = std::max(latest, found->second);
    }
  }
  return latest;
}

}  // namespace staydown::service
