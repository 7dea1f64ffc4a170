#include "matching/frame_hits.h"

#include <algorithm>
#include <cmath>

namespace staydown::matching {

std::vector<FrameHits> frames_of(std::span<const Descriptor> descriptors,
                                 std::span<const Hit> hits) {
  std::vector<FrameHits> frames;
  std::size_t next_hit = 0;
  for (std::size_t first = 0, last = 0; first < descriptors.size(); first = last) {
    while (last < descriptors.size() && descriptors[last].time == descriptors[first].time) ++last;
    const std::size_t first_hit = next_hit;
    while (next_hit < hits.size() && hits[next_hit].descriptor < last) ++next_hit;
    frames.push_back({descriptors.subspan(first, last - first), first,
                      hits.subspan(first_hit, next_hit - first_hit)});
  }
  return frames;
}

QueryFrame query_frame_of(MediaTime time, std::span<const Descriptor> views) {
  QueryFrame frame{time, {}};
  for (const Descriptor& view : views) {
    if (view.quality >= kMinQuality) frame.views.push_back(&view);
  }
  return frame;
}

std::vector<FirstVote> first_votes(const FrameHits& shown, const QueryFrame& frame,
                                   const Calibration& calibration) {
  std::vector<FirstVote> votes;
  votes.reserve(shown.hits.size());
  for (const Hit& hit : shown.hits) {
    const Descriptor& query = shown.query(hit);
    if (query.quality < kMinQuality) continue;
    votes.push_back({first_vote(frame, query, hit, calibration), &query, &hit});
  }
  return votes;
}

double strongest_vote(std::span<const Descriptor> descriptors, std::span<const Hit> hits,
                      const Calibration& calibration) {
  double strongest = 0;
  if (hits.empty()) return strongest;
  for (const FrameHits& shown : frames_of(descriptors, hits)) {
    const QueryFrame frame = query_frame_of(shown.views.front().time, shown.views);
    for (const FirstVote& vote : first_votes(shown, frame, calibration)) {
      strongest = std::max(strongest, vote.nats);
    }
  }
  return strongest;
}

double chance(std::size_t entries) {
  return std::log(static_cast<double>(std::max<std::size_t>(1, entries)));
}

}  // namespace staydown::matching
