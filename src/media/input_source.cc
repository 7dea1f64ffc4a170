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

// A live playlist lists its last few segments; players begin three before its end (RFC
// 8216, 6.3.3).
constexpr MediaTime kLongestRewind = 60s;

constexpr const char* kClosed = "the connection was closed";

bool is_same(const AVPacket& a, const AVPacket& b) {
  return a.pts == b.pts && a.size == b.size && std::equal(a.data, a.data + a.size, b.data);
}

class InputSource final : public SegmentSource {
 public:
  InputSource(InputUrl input, InputOptions options, Clock& clock)
      : input_(std::move(input)),
        options_(std::move(options)),
        clock_(clock),
        cutter_({options_.segment_length, options_.longest_segment}) {}

  // A listener waits for its first caller as long as it takes.
  Result<void> connect(const std::stop_token& stop) {
    return open(stop, options_.listen ? PacketReader::Limit() : options_.read_timeout);
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
  bool waits_for_others() const {
    return input_.kind != InputKind::kFile && input_.kind != InputKind::kStdin;
  }

  Result<void> open(const std::stop_token& stop, PacketReader::Limit connect) {
    PacketReader::Patience patience;
    if (waits_for_others()) patience = {.connect = connect, .packet = options_.read_timeout};
    auto reader =
        PacketReader::open(input_, options_.listen ? Role::kListen : Role::kCall, patience, stop);
    if (!reader) return tl::unexpected(std::move(reader.error()));
    reader_ = *std::move(reader);
    return {};
  }

  void take(AVPacketPtr packet) {
    if (!first_packet_) first_packet_.reset(av_packet_clone(packet.get()));
    if (lost_since_) {
      if (input_.kind == InputKind::kHttp && is_same(*packet, *first_packet_)) {
        reader_.reset();
        return end(std::nullopt);
      }
      tell(Link::kBack);
      if (closed_in_order_) {
        ready_.emplace_back(
            fail(ErrorCode::kUnavailable,
                 fmt::format("{}: was off for {:.1f} s", input_.name,
                             std::chrono::duration<double>(clock_.now() - *lost_since_).count()),
                 true));
      }
      lost_since_.reset();
    }
    if (rewinds_ && packet->pts != AV_NOPTS_VALUE) {
      const auto time = in_media_time(packet->pts, reader_->track().time_base);
      if (time <= seen_ && time > seen_ - kLongestRewind) return;
      rewinds_ = false;
    }
    if (auto cut = cutter_.add(std::move(packet), reader_->track())) finish(*std::move(cut));
  }

  void finish(Cut cut) {
    seen_ = cut.last_frame;
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
    const bool is_the_end = !waits_for_others() || reader_->is_finite() ||
                            (!error && reader_->ending() != PacketReader::Ending::kClosed);
    const bool again = !is_the_end && options_.reconnect_for > 0s && (!error || error->retriable);
    reader_.reset();
    if (!again) {
      if (!is_the_end) tell(Link::kGone, error ? error->message : kClosed);
      return end(std::move(error));
    }
    if (lost_since_) {  // the connection broke again before there was a packet
      return tell(Link::kTried, error ? error->message : kClosed);
    }
    tell(Link::kLost, error ? error->message : kClosed);
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
      tell(Link::kGone, fmt::format("no media for {} s", options_.reconnect_for.count()));
      return end(std::nullopt);
    }
    if (!clock_.wait_until(attempt, stop)) return;
    back_off_ = std::min(2 * back_off_, kLongestBackOff);
    const auto left = give_up - clock_.now();
    const auto limit =
        options_.listen ? left : std::min<Clock::Moment::duration>(left, options_.read_timeout);
    auto opened = open(stop, limit);
    rewinds_ = opened && reader_->may_rewind();
    if (opened) return;
    tell(opened.error().retriable ? Link::kTried : Link::kGone, opened.error().message);
    if (!opened.error().retriable) end(std::move(opened.error()));
  }

  void tell(Link link, const std::string& why = {}) {
    if (options_.tell) options_.tell(link, why);
  }

  // A stretch that is lost is told of once.
  void end(std::optional<Error> error) {
    const bool told = lost_since_ && !closed_in_order_;
    if (error && !told) ready_.emplace_back(tl::unexpected(*std::move(error)));
    ended_ = true;
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
  AVPacketPtr first_packet_;  // of all: an HTTP body that begins with it again is a file
  bool rewinds_ = false;      // the new connection has not reached seen_ yet
  MediaTime seen_{};          // largest PTS so far, on the input's own line
};

}  // namespace

bool is_live(const std::string& input) {
  const auto parsed = parse_input(input);
  return parsed && parsed->kind != InputKind::kFile;
}

Result<std::unique_ptr<SegmentSource>> open_input(const std::string& input, InputOptions options,
                                                  const std::stop_token& stop, Clock& clock) {
  auto url = options.only_file ? Result<InputUrl>(media_file(input)) : parse_input(input);
  if (!url) return tl::unexpected(std::move(url.error()));
  auto source = std::make_unique<InputSource>(*std::move(url), std::move(options), clock);
  if (auto connected = source->connect(stop); !connected) {
    return tl::unexpected(std::move(connected.error()));
  }
  return source;
}

}  // namespace staydown::media
