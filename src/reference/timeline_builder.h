// From the descriptors of a video's frames to the entries that a reference keeps: near-duplicates
// dropped, frames that say nothing marked, and an account of how much of the video is generic.
//
// Pure: no I/O, no clock.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/descriptor.h"
#include "core/reference.h"
#include "core/result.h"
#include "reference/background_set.h"

namespace staydown::reference {

// Why a frame does not tell its video from others.
enum class GenericReason : std::uint8_t {
  kFlat,        // black, white, a plain fill
  kLowQuality,  // too little detail for its hash to be reliable
  kBackground,  // near a picture of the background set
  kKnown,       // near a frame of another reference; such entries still carry evidence
};
inline constexpr std::size_t kGenericReasons = 4;
std::string_view name_of(GenericReason reason);

struct TimelineOptions {
  // A frame at most this far from the last kept one is dropped; measured in
  // docs/decisions/0006-bank.md.
  int near_duplicate = 8;
  // Below 50 PDQ's authors advise against matching ("The TMK+PDQF ...", section on quality).
  int min_quality = 50;
  // Plain fills (FFmpeg's `color` source, through H.264) have quality 0, the faintest slopes 1.
  int flat_quality = 5;
  // Within this many bits two hashes are taken for the same picture (ThreatExchange's default for
  // PDQ).
  int background_radius = 31;
  // Less than `pace` after the last kept frame a frame is kept only where the picture changes fast
  // (first person, games): if it is farther than this from it.
  int fast = 31;
  MediaTime pace = std::chrono::milliseconds(250);
  // How long a frame stands for the video when the next one differs: the full pass's step.
  MediaTime step = std::chrono::milliseconds(40);
};

// Another reference that holds a frame like this, if there is one.
using KnownFrames = std::function<std::optional<ReferenceId>(const Descriptor&)>;

// How much of a video is generic, and why. Each frame counts until the next one.
struct Composition {
  MediaTime total{};
  std::array<MediaTime, kGenericReasons> by_reason{};
  std::map<ReferenceId, MediaTime> known;  // what kKnown consists of

  MediaTime of(GenericReason reason) const { return by_reason[static_cast<std::size_t>(reason)]; }
  MediaTime generic() const;  // all reasons together
  double share() const;       // generic part of the total, 0-1; 1 if there are no frames
};

struct BuiltTimeline {
  std::vector<ReferenceEntry> entries;
  MediaTime duration{};
  std::size_t frames = 0;  // that were looked at
  std::size_t kept = 0;    // of them, with at least one entry
  Composition composition;
};

// Not thread-safe. `background` must outlive the builder.
class TimelineBuilder {
 public:
  explicit TimelineBuilder(TimelineOptions options = {},
                           const BackgroundSet& background = BackgroundSet::embedded(),
                           KnownFrames known = nullptr);

  // Descriptors of one or more frames in order of time; the views of one frame share its time and
  // come in one call. Times never fall from call to call.
  void add(std::span<const Descriptor> descriptors);

  // Whether something of a frame would be kept, told from its hashes: no near-duplicate then.
  bool would_keep(std::span<const Descriptor> frame) const;

  // The video ends at `duration`, or one step after the last frame if that is not before it. Call
  // once.
  BuiltTimeline finish(MediaTime duration);

 private:
  struct OpenEntry {                   // the last kept frame of a view
    std::vector<std::size_t> entries;  // one per kind of descriptor
    std::optional<PdqHash> hash;
    MediaTime first{}, last{};  // of the frames that it stands for
    bool generic = false;
    std::optional<GenericReason> reason;  // kKnown too
    std::optional<ReferenceId> known;
  };

  void add_frame(std::span<const Descriptor> views);
  bool repeats(const OpenEntry& open, View view, std::span<const Descriptor> views) const;
  void add_view(View view, std::span<const Descriptor> views);
  void keep(View view, std::span<const Descriptor> views, const Descriptor* pdq);
  void close(OpenEntry& open, MediaTime next);
  void count_until(MediaTime next);

  TimelineOptions options_;
  const BackgroundSet& background_;
  KnownFrames known_;
  BuiltTimeline built_;
  std::map<View, OpenEntry> open_;
  std::optional<MediaTime> last_frame_;
};

// What of the video is generic, for people: "40 % is generic: 30 % black or plain, ...".
std::string describe(const Composition& composition);

// kTooGeneric, with `name` and the reasons, if more than half of the video is generic.
Result<void> check_distinctive(const Composition& composition, std::string_view name);

}  // namespace staydown::reference
