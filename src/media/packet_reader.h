// The video packets of one connection to an input.
#pragma once

#include <chrono>
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
  // Blocks until the input's headers are there, at most `patience`: so does next() for a packet.
  static Result<std::unique_ptr<PacketReader>> open(const InputUrl& input, Role role,
                                                    std::optional<std::chrono::seconds> patience,
                                                    const std::stop_token& stop);

  // In decode order; null at the end of the input. After an error the connection is of no use.
  Result<AVPacketPtr> next(const std::stop_token& stop);

  // Of the packet that next() gave last.
  const Track& track() const { return track_; }

  // Whether timestamps may change clocks on the way (MPEG-TS and what carries it).
  bool may_change_clock() const;

 private:
  PacketReader(const InputUrl& input, std::optional<std::chrono::seconds> patience)
      : input_(input), patience_(patience) {}
  void arm(const std::stop_token& stop);
  Result<void> choose_stream();
  void follow_changes(const AVPacket& packet);

  InputUrl input_;
  std::optional<std::chrono::seconds> patience_;
  Interrupt interrupt_;
  OpenedMedia media_;
  int stream_ = -1;
  unsigned known_streams_ = 0;
  bool started_ = false;
  Track track_;
};

}  // namespace staydown::media
