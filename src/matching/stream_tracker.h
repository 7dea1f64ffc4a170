// Hits of one stream -> alignments -> matches. Pure: no I/O, no clock.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/archive.h"
#include "core/descriptor.h"
#include "core/hit.h"
#include "core/match.h"
#include "core/reference.h"
#include "matching/calibration.h"

namespace staydown::matching {

// What one segment showed.
struct Observation {
  Interval on_air;  // of the segment, on the stream's line
  std::span<const Descriptor>
      descriptors;                 // in order of time; several views of one frame share its time
  std::span<const Hit> hits;       // Hit::descriptor counts within `descriptors`
  const ReferenceSet& references;  // enforced now; an alignment with any other reference ends
  const Sha256* digest =
      nullptr;  // of the segment's bytes; may be null if there is nothing to match
};

struct TrackerOptions {
  double review_score = 0;  // thresholds in nats, from Calibration
  double takedown_score = 0;
  MediaTime max_gap = std::chrono::seconds(10);  // an alignment without support for this long ends
};

// How closely the next segment of a stream should be looked at, ascending.
enum class Attention : std::uint8_t {
  kUsual,   // nothing is open that chance does not explain
  kSteady,  // a decided copy is on the air: often enough to know within a second where it ends
  // An alignment is open that is likelier a copy than chance, and below the takedown score; or a
  // decided one's latest frame does not look like the reference, so that it may have ended.
  kClose,
};

// Follows every reference that the stream may be showing, with constant memory per stream. The
// score of an alignment is Page's CUSUM over log-likelihood ratios; see docs/architecture.md.
//
// Not thread-safe: one per stream. The same observations give the same matches.
class StreamTracker {
 public:
  StreamTracker(std::shared_ptr<const Calibration> calibration, TrackerOptions options);
  ~StreamTracker();
  StreamTracker(StreamTracker&&) noexcept;
  StreamTracker& operator=(StreamTracker&&) noexcept;

  // Matches at or above the review score that changed or ended with this segment, ordered by
  // reference id, then begin of the query interval.
  std::vector<Match> update(const Observation& observation);

  // Takes over what another tracker, which followed the same stream for other references, has
  // open.
  void join(StreamTracker other);

  // The stream ends here: whatever is open has ended.
  std::vector<Match> finish();

  // `entries`: frames of all references, one of which may look like the stream by chance.
  Attention attention(std::size_t entries) const;
  // The highest score of any open alignment, for the report's curve.
  double score() const;

  // Saved state: a tracker made with the same calibration and options that loads it gives from then
  // on what this one gives. Of another calibration scores mean something else: false, with the rest
  // of the archive unread, and the tracker begins anew.
  void save(ArchiveWriter& archive) const;
  bool load(ArchiveReader& archive);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::matching
