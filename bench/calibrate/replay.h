// Hash lists as a stream: what the index and the tracker would be given.
#pragma once

#include <vector>

#include "calibrate/corpus.h"
#include "core/match.h"
#include "index/reference_index.h"
#include "matching/stream_tracker.h"

namespace staydown::calibrate {

// The entries near a view of the frame that can show the same, as the index gives them, but all of
// them: by view, closest first; generic ones are not searched.
std::vector<Hit> neighbours(const Moment& moment, const ReferenceTimelinePtr& reference,
                            const index::SearchOptions& options);

// One frame that is on air for a second. Points to its arguments.
matching::Observation observed(const Moment& moment, const std::vector<Hit>& hits,
                               const ReferenceSet& enforced);

}  // namespace staydown::calibrate
