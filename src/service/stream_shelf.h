// The streams that one worker thread knows, as far as a detector does not.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "service/overload.h"
#include "service/stream_record.h"

namespace staydown::service {

struct ShelvedStream {
  std::int32_t partition = 0;
  StreamRecord record;   // its `detector` is empty while the stream is awake
  bool awake = false;    // a detector holds it
  bool changed = false;  // since its record was written

  LastLooks looks;  // not saved: it decides only what is looked at under load

 private:
  friend class StreamShelf;
  std::uint64_t used = 0;  // 0 while asleep
};

// Not thread-safe. References stay valid until the stream is dropped.
class StreamShelf {
 public:
  // The stream, awake or not; nullptr if it is not known.
  ShelvedStream* find(const StreamId& stream);

  // The stream, new if it is not known, as the one most recently used. `partition` is noted.
  ShelvedStream& use(const StreamId& stream, std::int32_t partition);

  // The least recently used of the streams awake; nullopt if there are at most `most` of them.
  std::optional<StreamId> least_used_beyond(std::size_t most) const;
  void put_to_sleep(const StreamId& stream, Bytes saved);

  void put(const StreamId& stream, ShelvedStream shelved);
  void drop(const StreamId& stream);
  void clear();

  // In no particular order.
  void for_each(const std::function<void(const StreamId&, ShelvedStream&)>& visit);
  std::vector<StreamId> where(const std::function<bool(const ShelvedStream&)>& holds) const;

  std::size_t awake() const { return by_use_.size(); }
  std::size_t asleep() const { return streams_.size() - by_use_.size(); }

 private:
  std::unordered_map<StreamId, ShelvedStream> streams_;
  std::map<std::uint64_t, StreamId> by_use_;  // of those awake
  std::uint64_t clock_ = 0;
};

}  // namespace staydown::service
