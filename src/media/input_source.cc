#include "media/input_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "media/input_timeline.h"
#include "media/input_url.h"
#include "media/packet_reader.h"
#include "media/packet_times.h"
#include "media/remuxer.h"
#include "media/segment_cutter.h"

namespace staydown::media {
namespace {

using namespace std::chrono_literals;

constexpr auto kFirstBackOff = 500ms, kLongestBackOff = 10'000ms;

class InputSource final : public SegmentSource {
 public:
  InputSource(InputUrl input, InputOptions options, Clock& clock)
      : input_(std::move(input)),
        options_(std::move(options)),
        clock_(clock),
        cutter_({options_.segment_length, options_.longest_segment}) {}

  Result<void> connect(const std::stop_token& stop) {
    const bool waits = input_.kind != InputKind::kFile && input_.kind != InputKind::kStdin;
    auto reader =
        PacketReader::open(input_, options_.listen ? Role::kListen : Role::kCall,
                           waits ? std::optional(options_.read_timeout) : std::nullopt, stop);
    if (!reader) return tl::unexpected(std::move(reader.error()));
    reader_ = *std::move(reader);
    return {};
  }

  Result<std::optional<Segment>> next(std::stop_token stop) override {
    while (!stop.stop_requested()) {
      if (!ready_.empty()) {
        auto segment = std::move(ready_.front());
        ready_.pop_front();
        return segment;
      }
      if (ended_) return std::nullopt;
      if (!reader_) {
        reconnect(stop);
        continue;
      }
      auto packet = reader_->next(stop);
      if (stop.stop_requested()) break;
      if (packet && *packet) {
        take(*std::move(packet));
      } else {
        disconnect(packet ? std::nullopt : std::optional(std::move(packet.error())));
      }
    }
    return std::nullopt;
  }

 private:
  void take(AVPacketPtr packet) {
    if (lost_since_) {
      if (closed_in_order_) {
        ready_.emplace_back(
            fail(ErrorCode::kUnavailable,
                 fmt::format("{}: was off for {:.1f} s", input_.name,
                             std::chrono::duration<double>(clock_.now() - *lost_since_).count()),
                 true));
      }
      lost_since_.reset();
    }
    if (auto cut = cutter_.add(std::move(packet), reader_->track())) finish(*std::move(cut));
  }

  void finish(Cut cut) {
    Segment segment;
    segment.stream = options_.stream;
    segment.account = options_.account;
    segment.sequence = sequence_++;
    const auto pause = reader_->may_change_clock() ? kLongestPause : MediaTime::max();
    segment.start = timeline_.place(cut, pause);
    segment.duration = cut.raw.length();
    auto bytes = remux(std::move(cut.packets), cut.track);
    if (!bytes) {
      bytes.error().message =
          fmt::format("{}, segment {}: {}", input_.name, segment.sequence, bytes.error().message);
      ready_.emplace_back(tl::unexpected(std::move(bytes.error())));
      return;
    }
    segment.bytes = *std::move(bytes);
    segment.ingested = clock_.wall();
    ready_.emplace_back(std::move(segment));
  }

  // `error` is what broke the connection, none if it was closed in order.
  void disconnect(std::optional<Error> error) {
    if (auto cut = cutter_.finish()) finish(*std::move(cut));
    reader_.reset();
    const bool again = input_.kind != InputKind::kFile && input_.kind != InputKind::kStdin &&
                       (error ? error->retriable : !input_.says_when_it_ends()) &&
                       options_.reconnect_for > 0s;
    if (!again) {
      if (error && !lost_since_) ready_.emplace_back(tl::unexpected(*std::move(error)));
      ended_ = true;
      return;
    }
    if (lost_since_) return;  // the connection broke again before there was a packet
    lost_since_ = clock_.now();
    back_off_ = kFirstBackOff;
    closed_in_order_ = !error;
    if (!error) return;
    error->message += fmt::format("; trying again for up to {} s", options_.reconnect_for.count());
    ready_.emplace_back(tl::unexpected(*std::move(error)));
  }

  void reconnect(const std::stop_token& stop) {
    const auto give_up = *lost_since_ + options_.reconnect_for;
    const auto attempt = clock_.now() + back_off_;
    if (attempt > give_up) {
      ended_ = true;
      return;
    }
    if (!clock_.wait_until(attempt, stop)) return;
    back_off_ = std::min(2 * back_off_, kLongestBackOff);
    connect(stop).or_else([&](const Error& error) { ended_ = !error.retriable; });
  }

  const InputUrl input_;
  const InputOptions options_;
  Clock& clock_;
  SegmentCutter cutter_;
  InputTimeline timeline_;
  std::unique_ptr<PacketReader> reader_;  // null while not connected
  std::deque<Result<std::optional<Segment>>> ready_;
  std::int64_t sequence_ = 0;
  bool ended_ = false;

  std::optional<Clock::Moment> lost_since_;  // set until a packet arrives
  bool closed_in_order_ = false;
  std::chrono::milliseconds back_off_ = kFirstBackOff;
};

}  // namespace

bool is_live(const std::string& input) {
  const auto parsed = parse_input(input);
  return parsed && parsed->kind != InputKind::kFile;
}

Result<std::unique_ptr<SegmentSource>> open_input(const std::string& input, InputOptions options,
                                                  const std::stop_token& stop, Clock& clock) {
  auto url = parse_input(input);
  if (!url) return tl::unexpected(std::move(url.error()));
  auto source = std::make_unique<InputSource>(*std::move(url), std::move(options), clock);
  if (auto connected = source->connect(stop); !connected) {
    return tl::unexpected(std::move(connected.error()));
  }
  return source;
}

}  // namespace staydown::media
