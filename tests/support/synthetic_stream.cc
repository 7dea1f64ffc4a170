#include "support/synthetic_stream.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <tuple>
#include <utility>

namespace staydown::testing {
namespace {

constexpr MediaTime kTick = std::chrono::milliseconds(40);
constexpr int kIndexRadius = 31;
constexpr std::size_t kMaxHits = 32;
constexpr int kNearDuplicate = 6;

PdqHash random_hash(std::mt19937_64& random) {
  PdqHash hash;
  for (auto& word : hash.words) word = random();
  return hash;
}

void flip(PdqHash& hash, std::uint64_t bit) {
  hash.words[(bit % 256) / 64] ^= std::uint64_t{1} << (bit % 64);
}

MediaTime length_of(const Script& script) {
  MediaTime total{};
  for (const Part& part : script) total += part.length;
  return total;
}

}  // namespace

Scene::Scene(std::uint64_t seed, MediaTime length, MediaTime cut_every, double flips_per_second) {
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> shot(1 / std::max(1e-3, seconds(cut_every)));
  std::poisson_distribution<int> flips(flips_per_second * seconds(kTick));
  PdqHash hash = random_hash(random);
  double next_cut = cut_every > MediaTime::zero() ? shot(random) : 1e18;
  for (MediaTime t{}; t <= length; t += kTick) {
    if (seconds(t) >= next_cut) {
      hash = random_hash(random);
      next_cut = seconds(t) + std::max(0.8, shot(random));
    }
    for (int n = flips_per_second > 0 ? flips(random) : 0; n > 0; --n) flip(hash, random());
    steps_.push_back(hash);
  }
}

Scene Scene::looped(MediaTime period) const {
  Scene scene = *this;
  const auto length = static_cast<std::size_t>(period / kTick);
  for (std::size_t i = length; i < scene.steps_.size(); ++i) {
    scene.steps_[i] = scene.steps_[i % length];
  }
  return scene;
}

Scene Scene::disturbed(std::uint64_t seed, int bits) const {
  std::mt19937_64 random(seed);
  Scene scene = *this;
  std::deque<std::uint64_t> flipped;
  for (int i = 0; i < bits; ++i) flipped.push_back(random());
  for (std::size_t i = 0; i < scene.steps_.size(); ++i) {
    if (i % 4 == 0) {  // every 160 ms one bit goes back and another flips
      flipped.pop_front();
      flipped.push_back(random());
    }
    for (const std::uint64_t bit : flipped) flip(scene.steps_[i], bit);
  }
  return scene;
}

PdqHash Scene::at(MediaTime t) const {
  const auto step = static_cast<std::size_t>(std::max<std::int64_t>(0, t / kTick));
  return steps_[std::min(step, steps_.size() - 1)];
}

PdqHash noisy(PdqHash hash, int bits, std::mt19937_64& random) {
  for (int n = 0; n < bits; ++n) flip(hash, random());
  return hash;
}

ReferenceTimelinePtr timeline_of(const std::string& id, const Scene& scene, MediaTime duration) {
  constexpr MediaTime kStep = std::chrono::milliseconds(500);
  auto timeline = std::make_shared<ReferenceTimeline>();
  timeline->info.id = ReferenceId(id);
  timeline->info.label = id;
  timeline->duration = duration;
  for (MediaTime t{}; t < duration; t += kStep) {
    const PdqHash hash = scene.at(t);
    auto& entries = timeline->entries;
    const MediaTime end = std::min(t + kStep, duration);
    if (!entries.empty() &&
        distance(std::get<PdqHash>(entries.back().value), hash) <= kNearDuplicate) {
      entries.back().end = end;
      continue;
    }
    entries.push_back({.time = t, .end = end, .quality = 100, .value = hash});
  }
  return timeline;
}

void SyntheticBank::add(const std::string& id, Scene scene, MediaTime duration) {
  auto timeline = timeline_of(id, scene, duration);
  add(std::move(timeline), std::move(scene));
}

void SyntheticBank::add(ReferenceTimelinePtr timeline, Scene scene) {
  scenes_.insert_or_assign(timeline->info.id.value, std::move(scene));
  references_.insert_or_assign(timeline->info.id, std::move(timeline));
}

std::size_t SyntheticBank::entries() const {
  std::size_t total = 0;
  for (const auto& [id, timeline] : references_) total += timeline->entries.size();
  return total;
}

std::vector<Hit> SyntheticBank::search(const std::vector<Descriptor>& descriptors) const {
  std::vector<Hit> hits;
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    std::vector<Hit> near;
    for (const auto& [id, timeline] : references_) {
      for (std::size_t e = 0; e < timeline->entries.size(); ++e) {
        const float d = distance(descriptors[i].value, timeline->entries[e].value);
        if (d > kIndexRadius || timeline->entries[e].generic) continue;
        near.push_back({static_cast<std::uint32_t>(i), timeline, static_cast<std::uint32_t>(e), d});
      }
    }
    std::sort(near.begin(), near.end(), [](const Hit& a, const Hit& b) {
      return std::tie(a.distance, a.reference->info.id, a.entry) <
             std::tie(b.distance, b.reference->info.id, b.entry);
    });
    near.resize(std::min(near.size(), kMaxHits));
    hits.insert(hits.end(), near.begin(), near.end());
  }
  return hits;
}

Part background(MediaTime length) { return Part{}.lasting(length); }

Part copy_of(std::string reference) {
  Part part;
  part.reference = std::move(reference);
  return part;
}

Part footage(Scene scene, MediaTime length) {
  Part part = Part{}.lasting(length);
  part.other = std::make_shared<const Scene>(std::move(scene));
  return part;
}

Script operator+(Part a, Part b) { return Script{std::move(a), std::move(b)}; }

Script operator+(Script script, Part part) {
  script.push_back(std::move(part));
  return script;
}

std::vector<Descriptor> render(const SyntheticBank& bank, const Script& script,
                               const StreamOptions& options) {
  std::mt19937_64 random(options.seed);
  const Scene unrelated(options.seed ^ 0x9e3779b97f4a7c15ULL, length_of(script));
  std::vector<Descriptor> descriptors;
  MediaTime begin{}, t = options.phase;
  for (const Part& part : script) {
    for (; t < begin + part.length; t += options.step) {
      const MediaTime shown =
          part.from_time +
          MediaTime(std::llround(static_cast<double>((t - begin).count()) * part.speed_value));
      const auto picture = [&](const std::string& reference) {
        return noisy(bank.scene(reference).at(shown), part.noise_bits, random);
      };
      for (const View view : {View::kFull, View::kMirrored, View::kTrimmed}) {
        PdqHash hash = random_hash(random);
        if (view == View::kFull) hash = noisy(unrelated.at(t), 2, random);
        if (part.other && view == View::kFull) hash = noisy(part.other->at(shown), 2, random);
        if (!part.reference.empty() && view == part.shown_as) hash = picture(part.reference);
        if (!part.beside.empty() && view == View::kTrimmed) hash = picture(part.beside);
        descriptors.push_back({.time = t, .view = view, .quality = part.quality, .value = hash});
      }
    }
    begin += part.length;
  }
  return descriptors;
}

Outcome run(matching::StreamTracker& tracker, const SyntheticBank& bank, const Script& script,
            const StreamOptions& options, double takedown_score) {
  const std::vector<Descriptor> all = render(bank, script, options);
  Outcome result;
  const auto take = [&](std::vector<Match> matches) {
    for (Match& match : matches) {
      if (match.ended) result.ended.push_back(match);
      result.updates.push_back(std::move(match));
    }
  };
  std::size_t next = 0;
  const MediaTime length = length_of(script);
  for (MediaTime begin{}; begin < length; begin += options.segment) {
    const MediaTime end = std::min(begin + options.segment, length);
    std::vector<Descriptor> descriptors;
    for (; next < all.size() && all[next].time < end; ++next) descriptors.push_back(all[next]);
    const std::vector<Hit> hits = bank.search(descriptors);
    take(tracker.update({.on_air = {begin, end},
                         .descriptors = descriptors,
                         .hits = hits,
                         .references = bank.references()}));
    result.highest = std::max(result.highest, tracker.score());
    const bool fired = !result.updates.empty() && result.updates.back().score >= takedown_score;
    if (fired && result.decided < MediaTime::zero()) result.decided = end;
  }
  take(tracker.finish());
  return result;
}

}  // namespace staydown::testing
