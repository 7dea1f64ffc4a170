#include "matching/stream_tracker.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "matching/alignment.h"
#include "matching/covers_half.h"
#include "matching/frame_hits.h"

namespace staydown::matching {
namespace {

// Bounds of what a stream keeps.
constexpr std::size_t kMaxAlignments = 64;
constexpr std::size_t kMaxPastFrames = 32;
// One match needs more than one frame, whatever the thresholds are.
constexpr std::uint32_t kMinVotes = 2;
// Alignments of one reference whose lines are this close are one.
constexpr double kSameLine = 0.75;  // seconds
// Prior odds of a frame against being the first after a cut that jumps within the reference.
constexpr double kFramesPerJump = 100;

struct PastFrame {
  MediaTime time{};
  std::vector<Descriptor> views;

  // Embeddings are not saved: they would be most of a stream's state.
  template <typename Self, typename Archive>
  static void fields(Self& self, Archive& archive) {
    if constexpr (std::is_const_v<Self>) {
      std::vector<Descriptor> hashes;
      std::ranges::copy_if(self.views, std::back_inserter(hashes), [](const Descriptor& view) {
        return kind_of(view.value) == DescriptorKind::kPdq;
      });
      archive(self.time, hashes);
    } else {
      archive(self.time, self.views);
    }
  }
};

bool same_reference(const Alignment& a, const Alignment& b) {
  return a.reference()->info.id == b.reference()->info.id;
}

}  // namespace

class StreamTracker::Impl {
 public:
  Impl(std::shared_ptr<const Calibration> calibration, TrackerOptions options)
      : calibration_(std::move(calibration)), options_(options) {}

  std::vector<Match> update(const Observation& observation) {
    if (!begin_) begin_ = observation.on_air.begin;
    std::vector<Match> matches = follow_bank(observation.references);
    for (const FrameHits& frame : frames_of(observation.descriptors, observation.hits)) {
      take_frame(frame, observation.references, matches);
    }
    const MediaTime now =
        last_frame_ ? std::max(observation.on_air.end, *last_frame_) : observation.on_air.end;
    end_where([&](const Alignment& a) { return now - a.last_support() > options_.max_gap; },
              matches);
    report(observation, matches);
    return in_order(std::move(matches));
  }

  std::vector<Match> finish() {
    std::vector<Match> matches;
    end_where([](const Alignment&) { return true; }, matches);
    past_.clear();
    last_frame_.reset();
    begin_.reset();
    return in_order(std::move(matches));
  }

  void join(Impl other) {
    for (Alignment& a : other.open_) {
      if (open_.size() < kMaxAlignments || evict_below(a.score())) open_.push_back(std::move(a));
    }
  }

  Attention attention(std::size_t entries) const {
    const double by_chance = chance(entries);
    Attention most = Attention::kUsual;
    for (const Alignment& a : open_) {
      if (decided(a)) {
        const bool goes_on = a.last_support() == last_frame_;
        most = std::max(most, goes_on ? Attention::kSteady : Attention::kClose);
      } else if (a.score() > by_chance && std::ranges::none_of(open_, [&](const Alignment& b) {
                   return decided(b) && same_reference(a, b);
                 })) {
        most = Attention::kClose;
      }
    }
    return most;
  }

  double score() const {
    double highest = 0;
    for (const Alignment& a : open_) highest = std::max(highest, a.score());
    return highest;
  }

  const std::string& calibration() const { return calibration_->version(); }

  template <typename Self, typename Archive>
  static void fields(Self& self, Archive& archive) {
    archive(self.open_, self.past_, self.last_frame_, self.begin_);
  }

 private:
  bool reportable(const Alignment& a) const {
    return a.votes() >= kMinVotes && a.peak() >= options_.review_score;
  }

  bool decided(const Alignment& a) const {
    return a.votes() >= kMinVotes && a.peak() >= options_.takedown_score;
  }

  double frames_worth(double nats) const {
    return nats / std::max(1.0, calibration_->cap(DescriptorKind::kPdq));
  }

  Match match_of(const Alignment& a, bool ended) const {
    Match match = a.match(ended);
    match.strength = frames_worth(a.strength());
    return match;
  }

  // For choosing between alignments of one reference that explain the same part of the stream: in
  // frames' worth, where explaining `most` of the stream, in nats, counts as much as a frame. Of a
  // reference that loops, or hardly changes, many lines are about equally strong.
  double rank(const Alignment& a, double most) const {
    return frames_worth(a.strength()) + std::max(0.0, a.explained()) / std::max(1.0, most);
  }

  // Another alignment of the same reference explains the same part of the stream better.
  bool superseded(const Alignment& a) const {
    double most = 0;
    for (const Alignment& b : open_) {
      if (same_reference(a, b)) most = std::max(most, b.explained());
    }
    return std::any_of(open_.begin(), open_.end(), [&](const Alignment& b) {
      if (&a == &b || !same_reference(a, b)) return false;
      const double more = rank(b, most) - rank(a, most);
      const bool better = more > 0 || (more == 0 && &b < &a);
      return better && reportable(b) && covers_half(a.query(), b.query());
    });
  }

  template <typename Predicate>
  void end_where(Predicate ends, std::vector<Match>& matches) {
    for (const Alignment& a : open_) {
      if (ends(a) && reportable(a) && !superseded(a)) matches.push_back(match_of(a, true));
    }
    std::erase_if(open_, ends);
  }

  // Alignments go on with the enforced generation of their reference, or end.
  std::vector<Match> follow_bank(const ReferenceSet& references) {
    std::vector<Match> matches;
    for (Alignment& a : open_) {
      const auto now = references.find(a.reference()->info.id);
      if (now != references.end() && now->second != a.reference()) a.rebind(now->second);
    }
    end_where([&](const Alignment& a) { return !references.contains(a.reference()->info.id); },
              matches);
    return matches;
  }

  void take_frame(const FrameHits& shown, const ReferenceSet& references,
                  std::vector<Match>& matches) {
    const MediaTime now = shown.views.front().time;
    if (last_frame_ && now <= *last_frame_) {
      if (*last_frame_ - now <= options_.max_gap) return;         // seen already
      end_where([](const Alignment&) { return true; }, matches);  // the clock was set back
      past_.clear();
      begin_ = now;
    }
    const QueryFrame frame = query_frame_of(now, shown.views);
    if (!frame.views.empty()) {
      for (Alignment& a : open_) a.follow(frame, *calibration_);
    }
    // Of several hits along one line the strongest opens the alignment.
    auto votes = first_votes(shown, frame, *calibration_);
    std::ranges::stable_sort(votes, std::ranges::greater(), &FirstVote::nats);
    for (auto vote = votes.begin(); vote != votes.end(); ++vote) {
      open(*vote, {vote + 1, votes.end()}, frame, references);
    }
    drop_duplicates(now);
    std::erase_if(open_,
                  [](const Alignment& a) { return a.score() <= 0 && a.votes() < kMinVotes; });
    remember(frame);
    last_frame_ = now;
  }

  void open(const FirstVote& vote, std::span<const FirstVote> weaker, const QueryFrame& frame,
            const ReferenceSet& references) {
    const Descriptor& query = *vote.query;
    const Hit& hit = *vote.hit;
    const auto enforced = references.find(hit.reference->info.id);
    if (enforced == references.end() || enforced->second != hit.reference) return;
    const ReferenceEntry& entry = hit.reference->entries[hit.entry];
    if (!informative(entry)) return;
    if (!comparable(query.view, entry.view)) return;
    const Alignment* before = nullptr;
    bool supported = false;
    for (const Alignment& a : open_) {
      if (a.reference() != hit.reference) continue;
      if (a.explains(query.time, entry)) return;
      supported = supported || a.supported(query.time);
      const bool stronger = before == nullptr || a.score() > before->score();
      if (a.votes() >= kMinVotes && stronger) before = &a;
    }
    const double jump =
        std::log(kFramesPerJump * static_cast<double>(hit.reference->entries.size()));
    const double excess =
        before == nullptr ? 0 : std::max(0.0, before->score() - options_.takedown_score);
    Alignment opened(frame, query, hit, last_frame_.value_or(*begin_), *calibration_,
                     supported ? nullptr : before, jump + excess);
    const auto beside = std::ranges::find_if(weaker, [&](const FirstVote& other) {
      return other.hit->reference == hit.reference &&
             kind_of(other.query->value) != kind_of(query.value) &&
             opened.explains(query.time, hit.reference->entries[other.hit->entry]);
    });
    if (beside != weaker.end()) opened.also_opened_by(beside->nats);
    if (opened.score() <= 0) return;
    if (open_.size() >= kMaxAlignments && !evict_below(opened.score())) return;
    open_.push_back(std::move(opened));
  }

  // Makes room by dropping the weakest alignment, the youngest of several; false if none is weaker.
  bool evict_below(double score) {
    auto weakest = open_.begin();
    for (auto a = open_.begin(); a != open_.end(); ++a) {
      if (std::max(a->score(), a->peak()) <= std::max(weakest->score(), weakest->peak())) {
        weakest = a;
      }
    }
    if (weakest->peak() >= score) return false;
    open_.erase(weakest);
    return true;
  }

  // Of alignments that have become one the better stays, of equals the oldest.
  void drop_duplicates(MediaTime now) {
    for (std::size_t i = 0; i < open_.size(); ++i) {
      for (std::size_t j = i + 1; j < open_.size();) {
        const Alignment &a = open_[i], &b = open_[j];
        const bool same = a.reference() == b.reference() && a.supported(now) && b.supported(now) &&
                          std::abs(a.expected(now) - b.expected(now)) < kSameLine;
        if (!same) {
          ++j;
          continue;
        }
        const double most = std::max(a.explained(), b.explained());
        if (rank(b, most) > rank(a, most)) std::swap(open_[i], open_[j]);
        open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(j));
      }
    }
  }

  void remember(const QueryFrame& frame) {
    PastFrame past{frame.time, {}};
    for (const Descriptor* view : frame.views) past.views.push_back(*view);
    past_.push_back(std::move(past));
    if (past_.size() > kMaxPastFrames) past_.pop_front();
  }

  void report(const Observation& observation, std::vector<Match>& matches) {
    const MediaTime since = observation.descriptors.empty() ? observation.on_air.end
                                                            : observation.descriptors.front().time;
    for (Alignment& a : open_) {
      if (a.last_support() < since) continue;
      if (observation.digest != nullptr) a.add_segment(*observation.digest);
      if (!reportable(a) || a.extended_back()) continue;
      std::vector<QueryFrame> earlier;
      for (auto past = past_.rbegin(); past != past_.rend(); ++past) {
        earlier.push_back(query_frame_of(past->time, past->views));
      }
      a.extend_back(earlier, begin_.value_or(since), options_.max_gap, *calibration_);
    }
    for (const Alignment& a : open_) {
      if (a.last_support() >= since && reportable(a) && !superseded(a)) {
        matches.push_back(match_of(a, false));
      }
    }
  }

  static std::vector<Match> in_order(std::vector<Match> matches) {
    std::stable_sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
      return std::pair(a.reference->info.id, a.query.begin) <
             std::pair(b.reference->info.id, b.query.begin);
    });
    return matches;
  }

  std::shared_ptr<const Calibration> calibration_;
  TrackerOptions options_;
  std::vector<Alignment> open_;  // in order of opening
  std::deque<PastFrame> past_;
  std::optional<MediaTime> last_frame_, begin_;
};

StreamTracker::StreamTracker(std::shared_ptr<const Calibration> calibration, TrackerOptions options)
    : impl_(std::make_unique<Impl>(std::move(calibration), options)) {}
StreamTracker::~StreamTracker() = default;
StreamTracker::StreamTracker(StreamTracker&&) noexcept = default;
StreamTracker& StreamTracker::operator=(StreamTracker&&) noexcept = default;

std::vector<Match> StreamTracker::update(const Observation& observation) {
  return impl_->update(observation);
}
std::vector<Match> StreamTracker::finish() { return impl_->finish(); }
void StreamTracker::join(StreamTracker other) { impl_->join(std::move(*other.impl_)); }
Attention StreamTracker::attention(std::size_t entries) const { return impl_->attention(entries); }
double StreamTracker::score() const { return impl_->score(); }
void StreamTracker::save(ArchiveWriter& archive) const {
  archive(impl_->calibration());
  Impl::fields(*impl_, archive);
}
bool StreamTracker::load(ArchiveReader& archive) {
  std::string calibration;
  archive(calibration);
  if (calibration != impl_->calibration()) return false;
  Impl::fields(*impl_, archive);
  return true;
}

}  // namespace staydown::matching
