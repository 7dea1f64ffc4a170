#include "ingest/ledger.h"

#include <algorithm>

#include "service/log.h"

namespace staydown::ingest {

using service::Count;
using service::Duration;

void Ledger::published(std::size_t bytes, MediaTime took) {
  ++published_;
  metrics_.add(Count::kIngestPublished);
  metrics_.add(Count::kIngestBytes, {}, static_cast<double>(bytes));
  metrics_.observe(Duration::kIngestPublish, seconds(std::max(took, MediaTime::zero())));
}

void Ledger::lost(const StreamId& stream, const Error& error, const std::string& file) {
  ++lost_;
  metrics_.add(Count::kIngestLost, name_of(error.code));
  const auto tell = [](std::initializer_list<service::LogField> fields) {
    service::log(service::LogLevel::kWarning, "segment_lost", fields);
  };
  const service::LogField of{"stream", stream.value}, reason{"reason", name_of(error.code)},
      message{"message", error.message};
  file.empty() ? tell({of, reason, message}) : tell({of, reason, {"file", file}, message});
}

}  // namespace staydown::ingest
