// Hash timelines that behave like video, for tests of matching: no pixels are involved.
//
//   run(tracker, bank, background(12s) + copy_of("ref-a").from(30s).lasting(20s) + background(8s))
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/descriptor.h"
#include "core/hit.h"
#include "core/match.h"
#include "core/reference.h"
#include "matching/calibration.h"
#include "matching/stream_tracker.h"

namespace staydown::testing {

// A picture that changes with time: within a shot a few bits flip every 40 ms, a cut changes about
// half of all bits. `at` is a pure function of time, so that a copy shows the very same picture.
class Scene {
 public:
  // `cut_every`: mean length of a shot, 0 for a single shot; `flips_per_second`: bits that change
  // within a shot.
  Scene(std::uint64_t seed, MediaTime length, MediaTime cut_every = std::chrono::seconds(4),
        double flips_per_second = 24);
  // One that shows the first `period` again and again.
  Scene looped(MediaTime period) const;
  // The same place at another time: each step differs from this scene by `bits` bits of its own,
  // that drift from second to second.
  Scene disturbed(std::uint64_t seed, int bits) const;

  PdqHash at(MediaTime t) const;

 private:
  std::vector<PdqHash> steps_;  // every 40 ms
};

// Flips `bits` bits, drawn by `random`.
PdqHash noisy(PdqHash hash, int bits, std::mt19937_64& random);

// The references of a test, by id, as the bank would keep them: a frame every 500 ms,
// near-duplicates (distance at most 6) dropped.
class SyntheticBank {
 public:
  void add(const std::string& id, Scene scene, MediaTime duration);
  void add(ReferenceTimelinePtr timeline, Scene scene);

  const ReferenceSet& references() const { return references_; }
  const Scene& scene(const std::string& id) const { return scenes_.at(id); }
  std::size_t entries() const;

  // What an exact index finds within distance 31, at most 32 a descriptor, closest first.
  std::vector<Hit> search(const std::vector<Descriptor>& descriptors) const;

 private:
  ReferenceSet references_;
  std::map<std::string, Scene> scenes_;
};

ReferenceTimelinePtr timeline_of(const std::string& id, const Scene& scene, MediaTime duration);

// A part of a stream.
struct Part {
  std::string reference;               // empty: background
  std::shared_ptr<const Scene> other;  // shown instead of a reference
  MediaTime from_time{}, length{};
  double speed_value = 1;
  int noise_bits = 8;
  View shown_as = View::kFull;  // the view whose descriptor looks like the reference
  int quality = 100;
  std::string beside;  // a second reference, seen as the inner view

  Part from(MediaTime t) const {
    auto p = *this;
    p.from_time = t;
    return p;
  }
  Part lasting(MediaTime t) const {
    auto p = *this;
    p.length = t;
    return p;
  }
  Part speed(double s) const {
    auto p = *this;
    p.speed_value = s;
    return p;
  }
  Part noise(int bits) const {
    auto p = *this;
    p.noise_bits = bits;
    return p;
  }
  Part as(View view) const {
    auto p = *this;
    p.shown_as = view;
    return p;
  }
  Part with_quality(int q) const {
    auto p = *this;
    p.quality = q;
    return p;
  }
  Part with(std::string id) const {
    auto p = *this;
    p.beside = std::move(id);
    return p;
  }
};
using Script = std::vector<Part>;

Part background(MediaTime length);
Part copy_of(std::string reference);
Part footage(Scene scene, MediaTime length);
Script operator+(Part a, Part b);
Script operator+(Script script, Part part);

struct StreamOptions {
  MediaTime step = std::chrono::seconds(1);
  MediaTime segment = std::chrono::seconds(2);
  MediaTime phase = std::chrono::milliseconds(130);  // of the first sampled frame
  std::uint64_t seed = 1;
};

// Sampled frames of the script, three views each (full, mirrored, trimmed).
std::vector<Descriptor> render(const SyntheticBank& bank, const Script& script,
                               const StreamOptions& options);

struct Outcome {
  std::vector<Match> updates;  // all that `update` and `finish` gave, in order
  std::vector<Match> ended;    // the final ones among them
  MediaTime decided{-1};  // end of the segment at which a score first reached the takedown score
  double highest = 0;     // score
};
Outcome run(matching::StreamTracker& tracker, const SyntheticBank& bank, const Script& script,
        const StreamOptions& options = {}, double takedown_score = 30);

}  // namespace staydown::testing
