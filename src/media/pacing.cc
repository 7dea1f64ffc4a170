// Files as if they were on air: at_real_time and merge.
#include <algorithm>
#include <optional>
#include <utility>

#include "media/input_source.h"

namespace staydown::media {
namespace {

class RealTimeSource final : public SegmentSource {
 public:
  RealTimeSource(std::unique_ptr<SegmentSource> source, Clock& clock)
      : source_(std::move(source)), clock_(clock) {}

  Result<std::optional<Segment>> next(std::stop_token stop) override {
    if (!on_air_) on_air_ = {clock_.now(), clock_.wall()};
    auto segment = source_->next(stop);
    if (!segment || !*segment) return segment;
    if (!clock_.wait_until(on_air_->first + (*segment)->end(), stop)) return std::nullopt;
    (*segment)->ingested = on_air_->second + (*segment)->end();
    return segment;
  }

 private:
  std::unique_ptr<SegmentSource> source_;
  Clock& clock_;
  std::optional<std::pair<Clock::Moment, WallTime>> on_air_;  // when media time 0 was
};

class MergedSource final : public SegmentSource {
 public:
  explicit MergedSource(std::vector<std::unique_ptr<SegmentSource>> sources) {
    for (auto& source : sources) inputs_.push_back({std::move(source), std::nullopt});
  }

  Result<std::optional<Segment>> next(std::stop_token stop) override {
    for (auto input = inputs_.begin(); input != inputs_.end();) {
      if (!input->segment) {
        auto segment = input->source->next(stop);
        if (stop.stop_requested()) return std::nullopt;
        if (!segment) return segment;
        input->segment = *std::move(segment);
        if (!input->segment) {
          input = inputs_.erase(input);
          continue;
        }
      }
      ++input;
    }
    const auto first = std::min_element(
        inputs_.begin(), inputs_.end(),
        [](const Input& a, const Input& b) { return a.segment->end() < b.segment->end(); });
    if (first == inputs_.end()) return std::nullopt;
    return std::exchange(first->segment, std::nullopt);
  }

 private:
  struct Input {
    std::unique_ptr<SegmentSource> source;
    std::optional<Segment> segment;  // its next one
  };
  std::vector<Input> inputs_;
};

}  // namespace

std::unique_ptr<SegmentSource> at_real_time(std::unique_ptr<SegmentSource> source, Clock& clock) {
  return std::make_unique<RealTimeSource>(std::move(source), clock);
}

std::unique_ptr<SegmentSource> merge(std::vector<std::unique_ptr<SegmentSource>> sources) {
  return std::make_unique<MergedSource>(std::move(sources));
}

}  // namespace staydown::media
