// The topic of references as somebody who changes it sees it: a bank.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/result.h"
#include "kafka/producer.h"
#include "service/reference_feed.h"

namespace staydown::service {

// A temporary bank that holds what the topic holds. What is changed in it is put on the topic by
// `publish`. Two people may do so at once; of the same reference the second is told.
//
// Not thread-safe.
class ReferenceTopic {
 public:
  // `embedding_model`: whose embeddings the bank keeps beside hashes (BankOptions).
  static Result<std::unique_ptr<ReferenceTopic>> open(const kafka::ClientOptions& client,
                                                      std::string topic,
                                                      std::string embedding_model = {});
  ~ReferenceTopic();

  reference::ReferenceBank& bank() { return *bank_; }

  // Writes what has changed since the last call, waits for the brokers and reads it back. Gives the
  // offset from which on it counts, nullopt if nothing has changed. kBusy: somebody else has
  // changed a reference since the topic was opened; it stays theirs, whatever is done to it here,
  // and the other changes are written. kCorrupt: what was read back cannot be used.
  Result<std::optional<std::int64_t>> publish();

 private:
  struct Change;
  ReferenceTopic(kafka::ClientOptions client, std::string topic, std::string embedding_model);
  Result<void> begin();
  Result<void> note_published();
  Result<std::vector<Change>> changes();
  Result<std::optional<std::int64_t>> look(const std::set<ReferenceId>& written_whole);
  Result<std::set<ReferenceId>> write(const std::vector<Change>& changes);
  Result<void> send(std::vector<Message> messages);

  const kafka::ClientOptions client_;
  const std::string topic_, embedding_model_;
  std::filesystem::path folder_;
  std::unique_ptr<reference::ReferenceBank> bank_;
  std::unique_ptr<kafka::Producer> producer_;
  std::unique_ptr<kafka::LogReader> reader_;
  std::map<ReferenceId, reference::ReferenceRecord> published_;
  const std::string writer_;      // a name that nobody else has; on each record
  std::set<ReferenceId> others_;  // changed by others since the topic was opened
  std::int64_t next_ = 0;         // offset up to which the topic is known
};

}  // namespace staydown::service
