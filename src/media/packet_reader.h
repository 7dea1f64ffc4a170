// The video packets of one connection to an input.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>

#include "core/result.h"
#include "media/input_url.h"
#include "media/interrupt.h"
#include "media/open_media.h"
#include "media/track.h"

namespace staydown::media {

// Not thread-safe. Decodes nothing; edit lists are ignored, since everything that an input holds is
// watched.
class PacketReader {
 public:
  // How long to wait; without limit where it is empty.
  using Limit = std::optional<std::chrono::steady_clock::duration>;
  struct Patience {
    Limit connect, packet;
  };

  // Blocks until the input's headers are there.
  static Result<std::unique_ptr<PacketReader>> open(const InputUrl& input, Role role,
                                                    Patience patience, const std::stop_token& stop);

  // In decode order; null at the end, see ending(). After that, or an error, the connection is of
  // no use.
  Result<AVPacketPtr> next(const std::stop_token& stop);

  // Why next() gave null: the input is over, or the other side closed a connection on which the two
  // look alike (RTMP, RTSP, SRT, HTTP without a length).
  enum class Ending : std::uint8_t { kOver, kClosed };
  Ending ending() const { return ending_; }

  // Of the packet that next() gave last.
  const Track& track() const { return track_; }

  // Whether timestamps may change clocks on the way (MPEG-TS and what carries it).
  bool may_change_clock() const;
  // Whether the input's length is known, so that it would start anew when it is opened again.
  bool is_finite() const;
  // Whether a new connection may begin with what the last one gave already.
  bool may_rewind() const;

 private:
  PacketReader(const InputUrl& input, Limit packet_limit)
      : input_(input), packet_limit_(packet_limit) {}
  void arm(const std::stop_token& stop, Limit limit);
  bool is_over(int code);
  void measure_ladder();
  Result<void> choose_stream();
  void follow_changes(const AVPacket& packet);

  InputUrl input_;
  Limit packet_limit_;
  Interrupt interrupt_;
  OpenedMedia media_;
  std::deque<AVPacketPtr> ahead_;  // read before the stream was chosen
  int stream_ = -1;
  unsigned known_streams_ = 0;
  bool started_ = false;
  Track track_;
  Ending ending_ = Ending::kOver;
};

}  // namespace staydown::media
