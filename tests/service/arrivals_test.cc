#include "service/arrivals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace staydown::service {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class ArrivalsTest : public testing::Test {
 protected:
  static ReferenceTimelinePtr reference(const char* id, std::size_t frames,
                                        std::uint64_t generation = 1) {
    auto timeline = std::make_shared<ReferenceTimeline>();
    timeline->info.id = ReferenceId(id);
    timeline->generation = generation;
    timeline->entries.resize(frames, {.quality = 100, .value = PdqHash{}});
    return timeline;
  }

  // "v2: a/1 b/1" for what came after `after` up to `to`, one for each arrival.
  static std::vector<std::string> came(const Arrivals& arrivals, std::uint64_t after,
                                       std::uint64_t to) {
    std::vector<std::string> lines;
    for (const auto& references : arrivals.between(after, to)) {
      std::set<std::string> names;
      for (const auto& [id, reference] : references->references()) {
        names.insert(id.value + "/" + std::to_string(reference->generation));
      }
      std::string line;
      for (const auto& name : names) line += (line.empty() ? "" : " ") + name;
      lines.push_back(line);
    }
    return lines;
  }

  index::ReferenceIndex index_;
  const std::chrono::steady_clock::time_point start_{};
};

TEST_F(ArrivalsTest, AreWhatANewerIndexHoldsAndTheOneBeforeDidNot) {
  Arrivals arrivals(180s);
  index_.add({reference("known", 10)});
  const auto first = index_.snapshot();
  EXPECT_EQ(arrivals.note(first, start_), 0U);
  index_.add({reference("a", 10), reference("b", 10)});
  const auto second = index_.snapshot();
  EXPECT_EQ(arrivals.note(second, start_ + 1s), 0U);
  index_.add({reference("a", 10, 2)});
  const auto third = index_.snapshot();
  EXPECT_EQ(arrivals.note(third, start_ + 2s), 0U);
  EXPECT_EQ(arrivals.note(second, start_ + 3s), 0U);  // a thread that is a little behind

  EXPECT_THAT(came(arrivals, first->version(), third->version()), ElementsAre("a/1 b/1", "a/2"));
  EXPECT_THAT(came(arrivals, first->version(), second->version()), ElementsAre("a/1 b/1"));
  EXPECT_THAT(came(arrivals, second->version(), third->version()), ElementsAre("a/2"));
  EXPECT_THAT(came(arrivals, third->version(), third->version()), IsEmpty());
}

TEST_F(ArrivalsTest, AreForgottenAfterAWhile) {
  Arrivals arrivals(180s);
  arrivals.note(index_.snapshot(), start_);
  index_.add({reference("a", 10)});
  arrivals.note(index_.snapshot(), start_ + 1s);
  index_.add({reference("b", 10)});
  arrivals.note(index_.snapshot(), start_ + 182s);
  EXPECT_THAT(came(arrivals, 0, index_.snapshot()->version()), ElementsAre("b/1"));
}

TEST_F(ArrivalsTest, AreLeftOutWhereTheyAreTooMany) {
  Arrivals arrivals(180s, 100);
  arrivals.note(index_.snapshot(), start_);
  index_.add({reference("a", 60), reference("b", 60), reference("c", 30)});
  EXPECT_EQ(arrivals.note(index_.snapshot(), start_), 1U);
  EXPECT_EQ(arrivals.note(index_.snapshot(), start_), 0U);  // told once
  index_.add({reference("d", 11)});
  EXPECT_EQ(arrivals.note(index_.snapshot(), start_ + 1s), 1U);
  EXPECT_THAT(came(arrivals, 0, index_.snapshot()->version()), ElementsAre("a/1 c/1"));
  index_.add({reference("e", 100)});
  EXPECT_EQ(arrivals.note(index_.snapshot(), start_ + 200s), 0U);  // there is room again
  EXPECT_THAT(came(arrivals, 0, index_.snapshot()->version()), ElementsAre("e/1"));
}

TEST_F(ArrivalsTest, AreNotedOnceByAllThreads) {
  Arrivals arrivals(180s, 1000);
  arrivals.note(index_.snapshot(), start_);
  std::atomic<std::size_t> too_many = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) too_many += arrivals.note(index_.snapshot(), start_);
      });
    }
    for (int i = 0; i < 200; ++i) index_.add({reference(("r" + std::to_string(i)).c_str(), 10)});
    threads.clear();
  }
  too_many += arrivals.note(index_.snapshot(), start_);
  std::size_t searched = 0;
  for (const auto& some : arrivals.between(0, index_.snapshot()->version())) {
    searched += some->references().size();
  }
  EXPECT_EQ(searched, 100U);
  EXPECT_EQ(too_many, 100U);
}

}  // namespace
}  // namespace staydown::service
