// Records that were read together, before they are taken.
#pragma once

#include <deque>

#include "core/result.h"
#include "event/segment_message.h"
#include "kafka/record.h"

namespace staydown::service {

struct BatchItem {
  kafka::Record record;
  Result<event::SegmentMessage> parsed;

  static BatchItem of(kafka::Record record);
  std::size_t size() const;
};

// Segments of one stream in the order of their sequence numbers, where these are near each other;
// each of its segments takes the place of one of its segments. A batch in which a segment must be
// fetched stays as it is, since it may be left in the middle. True if anything moved.
bool put_in_order(std::deque<BatchItem>& batch);

}  // namespace staydown::service
