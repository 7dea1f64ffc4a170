#include "service/reference_topic.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdlib.h>

#include <algorithm>
#include <random>
#include <utility>

#include "core/clock.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;
constexpr const char* kWriterHeader = "staydown_writer";

std::string unique_name() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

// What `before` became; `after` is absent for a removal.
struct ReferenceTopic::Change {
  std::optional<reference::ReferenceRecord> before;
  std::optional<reference::PackedReference> after;
  const ReferenceId& id() const { return after ? after->record.info.id : before->info.id; }
};

ReferenceTopic::ReferenceTopic(kafka::ClientOptions client, std::string topic,
                               std::string embedding_model)
    : client_(std::move(client)),
      topic_(std::move(topic)),
      embedding_model_(std::move(embedding_model)),
      writer_(unique_name()) {}

ReferenceTopic::~ReferenceTopic() {
  bank_.reset();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

Result<std::unique_ptr<ReferenceTopic>> ReferenceTopic::open(const kafka::ClientOptions& client,
                                                             std::string topic,
                                                             std::string embedding_model) {
  std::unique_ptr<ReferenceTopic> opened(
      new ReferenceTopic(client, std::move(topic), std::move(embedding_model)));
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
  auto bank = reference::ReferenceBank::open(
      path, {.access = reference::BankAccess::kChange, .embedding_model = embedding_model_});
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

// What came since the last look: notes whom others have changed, and gives the offset of the last
// header of our own. An error if one of those cannot be used; those that were `written_whole` are
// put together from what is read, others from what was there before.
Result<std::optional<std::int64_t>> ReferenceTopic::look(
    const std::set<ReferenceId>& written_whole) {
  if (auto started = reader_->start(topic_, {{0, next_, {}}}); !started) {
    return tl::unexpected(std::move(started.error()));
  }
  reference::LogAssembler assembler(
      [&](const ReferenceId& id) -> std::optional<reference::PackedReference> {
        if (written_whole.contains(id)) return std::nullopt;
        auto stored = bank_->pack(id);
        if (!stored) return std::nullopt;
        return *std::move(stored);
      });
  std::optional<std::int64_t> ours;
  std::optional<Error> unusable;
  const auto read = reader_->read_to_end(
      [&](kafka::Record record) {
        next_ = std::max(next_, record.offset + 1);
        const auto* writer = find_header(record.message.headers, kWriterHeader);
        const bool own = writer != nullptr && *writer == writer_;
        const auto id = reference::LogAssembler::header_of(record.message.key);
        if (id && !own) others_.insert(*id);
        if (id && own) ours = record.offset;
        if (!own) return;
        auto outcome = assembler.take(record.offset, record.appended, std::move(record.message));
        if (auto* error = std::get_if<Error>(&outcome)) unusable = std::move(*error);
      },
      kPatience);
  if (!read) return tl::unexpected(read.error());
  if (unusable) return tl::unexpected(*std::move(unusable));
  return ours;
}

Result<void> ReferenceTopic::send(std::vector<Message> messages) {
  for (auto& message : messages) {
    message.headers.emplace_back(kWriterHeader, writer_);
    if (auto sent =
            producer_->send({.topic = topic_, .message = std::move(message), .partition = 0});
        !sent) {
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

// Gives those of which the descriptors were written too.
Result<std::set<ReferenceId>> ReferenceTopic::write(const std::vector<Change>& changes) {
  std::set<ReferenceId> whole;
  std::vector<Message> leftover;  // what the new state has no use for
  for (const auto& change : changes) {
    // A part's key says its generation, so that equal descriptors of another one do not stand in.
    const bool same = change.before && change.after &&
                      change.after->record.generation == change.before->generation &&
                      change.after->record.descriptors == change.before->descriptors;
    std::vector<Message> messages;
    if (!change.after) {
      messages.push_back(header_tombstone(
          change.id(), bank_->last_change(change.id()).value_or(reference::Change{})));
    } else {
      messages = to_messages(*change.after);
      if (same) {
        messages.erase(messages.begin(), messages.end() - 1);
      } else {
        whole.insert(change.id());
      }
    }
    if (auto sent = send(std::move(messages)); !sent) return tl::unexpected(sent.error());
    if (change.before && !same) {
      std::ranges::move(part_tombstones(*change.before), std::back_inserter(leftover));
    }
  }
  // Only now, so that a removal and what follows it are enforced before the cleaning up.
  return send(std::move(leftover)).map([&] { return std::move(whole); });
}

Result<std::optional<std::int64_t>> ReferenceTopic::publish() {
  auto changed = changes();
  if (!changed) return tl::unexpected(changed.error());
  if (changed->empty()) return std::nullopt;
  if (const auto looked = look({}); !looked) return tl::unexpected(looked.error());
  std::vector<std::string> taken;
  std::erase_if(*changed, [&](const Change& change) {
    if (!others_.contains(change.id())) return false;
    taken.push_back(change.id().value);
    return true;
  });
  const auto whole = write(*changed);
  if (!whole) return tl::unexpected(whole.error());
  if (auto noted = note_published(); !noted) return tl::unexpected(noted.error());
  const auto ours = look(*whole);
  if (!ours) return tl::unexpected(ours.error());
  if (taken.empty()) return *ours;
  return fail(ErrorCode::kBusy,
              fmt::format("reference {}: somebody else has changed it meanwhile; look at it with "
                          "`staydown reference show {} --brokers ...`, then repeat",
                          fmt::join(taken, ", "), taken.front()),
              true);
}

}  // namespace staydown::service
