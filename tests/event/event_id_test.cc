#include <gtest/gtest.h>

#include <set>

#include "event/takedown_event.h"

namespace staydown::event {
namespace {

// Known answers: Python's uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, "takedown.staydown.live"),
// name) with the names of docs/events/README.md, e.g. "5:cam-7,5:ref-a,1:1,6:opened,".
TEST(EventId, IsTheUuidOfStreamReferenceCaseAndStep) {
  const StreamId stream("cam-7");
  const ReferenceId reference("ref-a");
  EXPECT_EQ(event_id(stream, reference, 1, CaseStepKind::kOpened),
            "de5d9716-f88b-502b-8ec5-394fad928324");
  EXPECT_EQ(event_id(stream, reference, 1, CaseStepKind::kRaised),
            "a75455ad-7369-50b0-9f3b-1967b13b2c4f");
}

TEST(EventId, TakesAnyBytes) {
  EXPECT_EQ(event_id(StreamId("caf\xFF"), ReferenceId("ref-a"), 1, CaseStepKind::kOpened),
            "a8c24a04-3716-5972-a8bd-05b4afcc45f5");
}

TEST(EventId, TellsIdsApartHoweverTheyAreJoined) {
  const std::set<std::string> ids = {
      event_id(StreamId("a"), ReferenceId("bc"), 1, CaseStepKind::kOpened),
      event_id(StreamId("ab"), ReferenceId("c"), 1, CaseStepKind::kOpened),
      event_id(StreamId("a,1:b"), ReferenceId("c"), 1, CaseStepKind::kOpened),
      event_id(StreamId("a"), ReferenceId("b,1:c"), 1, CaseStepKind::kOpened),
      event_id(StreamId("a"), ReferenceId("bc"), 2, CaseStepKind::kOpened),
      event_id(StreamId("a"), ReferenceId("bc"), 1, CaseStepKind::kClosed)};
  EXPECT_EQ(ids.size(), 6U);
}

}  // namespace
}  // namespace staydown::event
