// Descriptors and hits of a segment, frame by frame, and what the hits say before anything is
// known.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/descriptor.h"
#include "core/hit.h"
#include "matching/calibration.h"
#include "matching/frame_score.h"

namespace staydown::matching {

// One frame's views, and the hits of those. Points into what it was made of.
struct FrameHits {
  std::span<const Descriptor> views;  // at least one, all of one time
  std::size_t position = 0;           // of the first view among all descriptors
  std::span<const Hit> hits;

  const Descriptor& query(const Hit& hit) const { return views[hit.descriptor - position]; }
};

// `descriptors` in order of time; `hits` in order of descriptor, which counts within them.
std::vector<FrameHits> frames_of(std::span<const Descriptor> descriptors,
                                 std::span<const Hit> hits);

// The views that say something.
QueryFrame query_frame_of(MediaTime time, std::span<const Descriptor> views);

struct FirstVote {
  double nats = 0;  // as first_vote says
  const Descriptor* query = nullptr;
  const Hit* hit = nullptr;
};

// Of the hits whose view says something, in their order. `frame` is what `shown` says.
std::vector<FirstVote> first_votes(const FrameHits& shown, const QueryFrame& frame,
                                   const Calibration& calibration);

// The most that one of the hits says by itself, in nats; 0 without hits. Orders as in frames_of.
double strongest_vote(std::span<const Descriptor> descriptors, std::span<const Hit> hits,
                      const Calibration& calibration);

// The nats that a single vote needs to be likelier a copy than one of `entries` reference frames by
// chance: by Markov's inequality no more than one of them says as much of footage that is no copy.
double chance(std::size_t entries);

}  // namespace staydown::matching
