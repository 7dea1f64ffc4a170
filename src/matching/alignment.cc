#include "matching/alignment.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace staydown::matching {
namespace {

// Bounds of what an alignment keeps.
constexpr std::size_t kEvidence = 8, kSegments = 8;
// What an entry may stand for before more is known of it; half of that is how exact a pair is.
constexpr double kPairSigma = 0.25;
constexpr MediaTime kReferenceStep = std::chrono::milliseconds(500);
// Half of the widest sampling step that is tolerated (2 s keyframes).
constexpr MediaTime kLongestReach = std::chrono::seconds(1);

// Frames of the query closer than the reference's show no movement of their own.
constexpr MediaTime kJudgedStep = std::chrono::milliseconds(450);

MediaTime reach(MediaTime step) { return std::clamp(step / 2, MediaTime::zero(), kLongestReach); }

MediaTime from_seconds(double t) { return MediaTime(std::llround(t * 1e6)); }

}  // namespace

Alignment::Alignment() : path_(0), line_(0) {}

Alignment::Alignment(const QueryFrame& frame, const Descriptor& query, const Hit& hit,
                     MediaTime earliest, const Calibration& calibration, const Alignment* before,
                     double jump)
    : reference_(hit.reference),
      opened_(query.time),
      first_support_(query.time),
      last_support_(query.time),
      last_frame_(query.time),
      last_judged_(query.time),
      before_(reach(query.time - earliest)),
      path_(0.97),
      line_(1.0) {
  double nats = first_vote(frame, query, hit, calibration);
  if (before != nullptr) {  // unless it is as likely to have begun here
    const double inherited = std::max(0.0, before->score_ - jump);
    const NatsByKind news = before->new_information(frame, hit.entry, calibration);
    const double more = std::min(nats, before->shares_.mix(news));
    if (inherited + more > nats) {
      voted_ = before->voted_;
      shares_ = before->shares_;
      shares_.learn(news);
      score_ = inherited;
      nats = more;
    }
  }
  // An entry whose near-duplicates were dropped stands for all of them.
  const ReferenceEntry& entry = reference_->entries[hit.entry];
  const double stretch = std::max(0.0, seconds(entry.end - entry.time - kReferenceStep));
  fit(query.time, seconds(entry.time) + stretch / 2,
      std::hypot(kPairSigma, stretch / std::sqrt(12.0)));
  UsualViews views;
  views[static_cast<std::size_t>(kind_of(query.value))] = {query.view, entry.view, query.region};
  vote(frame, query, hit.entry, hit.distance, nats, views);
  explained_ = most_explained_ = score_;
}

void Alignment::also_opened_by(double nats) {
  score_ = peak_ = std::max(score_, nats) + std::log1p(std::exp(-std::abs(score_ - nats)));
  explained_ = most_explained_ = score_;
}

void Alignment::follow(const QueryFrame& frame, const Calibration& calibration) {
  const MediaTime step = frame.time - last_frame_;
  last_frame_ = frame.time;
  const auto found = score_frame(frame, *reference_, path_.at(seconds(frame.time)), usual_views_,
                                 shares_, calibration);
  if (!found) return;
  explained_ += found->log_ratio;
  most_explained_ = std::max(most_explained_, explained_);
  since_support_ += found->log_ratio;
  if (found->log_ratio > 0 && since_support_ > 0) {
    last_support_ = frame.time;
    since_support_ = 0;
    closed_end_ = false;
    after_ = reach(step);
    fit(frame.time, found->reference_time, found->reference_sigma);
  } else if (!closed_end_) {
    closed_end_ = true;
    after_ = reach(frame.time - last_support_);
  }
  double nats = found->log_ratio;
  if (nats > 0) {
    if (frame.time - last_judged_ < kJudgedStep) return;
    last_judged_ = frame.time;
    const NatsByKind news = new_information(frame, found->entry, calibration);
    nats = std::min(nats, shares_.mix(news));
    shares_.learn(news);
  }
  if (nats > 0) {
    vote(frame, *found->query, found->entry, found->distance, nats, found->views);
  } else {
    score_ = std::max(0.0, score_ + nats);
  }
}

NatsByKind Alignment::new_information(const QueryFrame& frame, std::size_t entry,
                                      const Calibration& calibration) const {
  NatsByKind nats;
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    const auto movement = voted_.movement(frame, *reference_, entry, kKinds[i], calibration);
    if (movement) nats[i] = calibration.new_information(*movement);
  }
  return nats;
}

void Alignment::vote(const QueryFrame& frame, const Descriptor& query, std::size_t entry,
                     float distance, double nats, const UsualViews& views) {
  score_ += nats;
  peak_ = std::max(peak_, score_);
  ++votes_;
  const ReferenceEntry& matched = reference_->entries[entry];
  for (std::size_t kind = 0; kind < views.size(); ++kind) {
    if (views[kind]) usual_views_[kind] = views[kind];
  }
  voted_.add(frame, query, *reference_, entry);

  latest_.push_back({.query = query.time,
                     .reference = matched.time,
                     .query_view = query.view,
                     .reference_view = matched.view,
                     .kind = kind_of(query.value),
                     .distance = distance,
                     .log_ratio = static_cast<float>(nats)});
  if (latest_.size() <= kEvidence) return;
  strongest_.push_back(latest_.front());
  latest_.erase(latest_.begin());
  if (strongest_.size() <= kEvidence) return;
  strongest_.erase(std::min_element(
      strongest_.begin(), strongest_.end(),
      [](const Evidence& a, const Evidence& b) { return a.log_ratio < b.log_ratio; }));
}

void Alignment::fit(MediaTime query, double reference, double sigma) {
  path_.add(seconds(query), reference, sigma);
  line_.add(seconds(query), reference, sigma);
}

void Alignment::extend_back(const std::vector<QueryFrame>& earlier, MediaTime earliest,
                            MediaTime max_gap, const Calibration& calibration) {
  extended_back_ = true;
  double sum = 0;
  bool at_front = true;  // the frame before first_support_ has not been seen yet
  for (const QueryFrame& frame : earlier) {
    if (frame.time >= first_support_) continue;
    if (at_front) before_ = reach(first_support_ - frame.time);
    at_front = false;
    if (first_support_ - frame.time > max_gap) break;
    const auto found = score_frame(frame, *reference_, path_.at(seconds(frame.time)), usual_views_,
                                   shares_, calibration);
    if (!found) continue;
    sum += found->log_ratio;
    if (found->log_ratio <= 0 || sum <= 0) continue;
    first_support_ = frame.time;
    at_front = true;
    sum = 0;
  }
  if (at_front) before_ = reach(first_support_ - earliest);
}

void Alignment::add_segment(const Sha256& digest) {
  if (!segments_.empty() && segments_.back() == digest) return;
  if (segments_.size() == kSegments) segments_.erase(segments_.begin());
  segments_.push_back(digest);
}

double Alignment::expected(MediaTime query) const { return path_.at(seconds(query)).center; }

bool Alignment::explains(MediaTime query, const ReferenceEntry& entry) const {
  const Window window = path_.at(seconds(query));
  const double reach_of_window = window.half_width / 2 + seconds(kReferenceStep);
  return seconds(entry.time) - reach_of_window <= window.center &&
         window.center <= std::max(seconds(entry.time), seconds(entry.end)) + reach_of_window;
}

Interval Alignment::query() const {
  return {first_support_ - before_, last_support_ + std::max(after_, MediaTime(1))};
}

Match Alignment::match(bool ended) const {
  Match match;
  match.reference = reference_;
  match.query = query();
  match.interval = {from_seconds(line_.reported(seconds(match.query.begin))),
                    from_seconds(line_.reported(seconds(match.query.end)))};
  match.speed = line_.reported_speed();
  match.score = peak_;
  match.ended = ended;
  match.frames = votes_;
  match.evidence = strongest_;
  match.evidence.insert(match.evidence.end(), latest_.begin(), latest_.end());
  match.segments = segments_;

  // Nothing can be shown from before the reference begins or after it ends.
  const auto to_query = [&](MediaTime reference, MediaTime at, MediaTime reference_at) {
    return at + from_seconds(seconds(reference - reference_at) / match.speed);
  };
  if (match.interval.begin < MediaTime::zero()) {
    match.query.begin = std::min(
        first_support_, to_query(MediaTime::zero(), match.query.begin, match.interval.begin));
    match.interval.begin = MediaTime::zero();
  }
  if (reference_->duration > MediaTime::zero() && match.interval.end > reference_->duration) {
    match.query.end = std::max(last_support_ + MediaTime(1),
                               to_query(reference_->duration, match.query.end, match.interval.end));
    match.interval.end = reference_->duration;
  }
  return match;
}

}  // namespace staydown::matching
