#include "recording.h"

#include <algorithm>
#include <stdexcept>

#include "media/input_source.h"
#include "value_of.h"

namespace staydown::bench {
namespace {

class Player final : public SegmentSource {
 public:
  explicit Player(const Recording& recording) : recording_(recording) {}

  Result<std::optional<Segment>> next(std::stop_token) override {
    if (next_ == recording_.size()) return std::nullopt;
    return recording_[next_++].map([](const Segment& segment) { return std::optional(segment); });
  }

 private:
  const Recording& recording_;
  std::size_t next_ = 0;
};

}  // namespace

Recording record(const std::string& file, const StreamId& stream) {
  media::InputOptions options;
  options.stream = stream;
  const auto source = value_of(media::open_input(file, options));
  Recording recording;
  while (true) {
    auto next = source->next({});
    if (!next) {
      recording.push_back(tl::unexpected(next.error()));
    } else if (*next) {
      recording.push_back(**std::move(next));
    } else {
      break;
    }
  }
  if (std::ranges::none_of(recording, [](const auto& one) { return one.has_value(); })) {
    throw std::runtime_error(file + ": no segment can be used");
  }
  return recording;
}

std::unique_ptr<SegmentSource> play(const Recording& recording) {
  return std::make_unique<Player>(recording);
}

}  // namespace staydown::bench
