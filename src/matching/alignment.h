// One hypothesis: from some moment on, the stream shows this reference along this line.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/match.h"
#include "core/reference.h"
#include "matching/calibration.h"
#include "matching/frame_score.h"
#include "matching/kind_shares.h"
#include "matching/line_fit.h"
#include "matching/vote_history.h"

namespace staydown::matching {

// Page's CUSUM of one alignment. Every sampled frame is compared with the reference where the line
// expects it, at any distance; what it says is added to the score, which is floored at zero. A
// frame votes (adds something positive) only for what it says beyond the votes before it, so that a
// static scene, on either side, votes once.
//
// A value of bounded size (about 6 KB, with embeddings 14 KB); not thread-safe.
class Alignment {
 public:
  // Opened by `hit` of `query`, one of the views of `frame` that were searched. `earliest`: the
  // time from which on the frames before are known not to be the copy's or not to exist. `before`:
  // the alignment that this one goes on from after a jump within the reference, for the price of
  // `jump` nats; null if there is none.
  Alignment(const QueryFrame& frame, const Descriptor& query, const Hit& hit, MediaTime earliest,
            const Calibration& calibration, const Alignment* before = nullptr, double jump = 0);

  // The other kind of descriptor finds the same in the frame that opened it, and says `nats` (as
  // first_vote does). As which of the kinds shows the copy is not known, their ratios add up.
  void also_opened_by(double nats);

  // Takes the next sampled frame; `now` grows from call to call.
  void follow(const QueryFrame& frame, const Calibration& calibration);

  // Takes frames from before the opening, latest first, to find where the copy really begins;
  // stops where `max_gap` before that brings nothing. `earliest`: begin of the stream.
  void extend_back(const std::vector<QueryFrame>& earlier, MediaTime earliest, MediaTime max_gap,
                   const Calibration& calibration);

  // The same reference with other descriptors (its next generation).
  void rebind(ReferenceTimelinePtr reference) { reference_ = std::move(reference); }

  void add_segment(const Sha256& digest);

  const ReferenceTimelinePtr& reference() const { return reference_; }
  double score() const { return score_; }  // now
  double peak() const { return peak_; }    // at its highest
  // The highest score, less what speaks against all votes being of one line: for choosing between
  // alignments that explain the same frames.
  double strength() const { return peak_ - line_.misfit(); }
  // What all frames said together, unchanged ones too: of equally strong alignments the one that
  // explains more of the stream.
  double explained() const { return most_explained_; }
  std::uint32_t votes() const { return votes_; }
  bool extended_back() const { return extended_back_; }
  MediaTime opened() const { return opened_; }  // the frame that opened it
  MediaTime last_support() const { return last_support_; }
  // The frame taken last looked like the reference.
  bool supported(MediaTime now) const { return last_support_ == now; }
  // A hit there is what this alignment expects.
  bool explains(MediaTime query, const ReferenceEntry& entry) const;
  double expected(MediaTime query) const;  // seconds on the reference's line

  // The query interval covers the supporting frames and half a sampling step on either side.
  Interval query() const;
  Match match(bool ended) const;

  // All that it is: for saved state (core/archive.h), which begins with a blank one.
  static Alignment blank() { return Alignment(); }
  template <typename Self, typename Archive>
  static void fields(Self& self, Archive& archive) {
    for (auto& views : self.usual_views_) archive(views);
    archive(self.reference_, self.opened_, self.first_support_, self.last_support_,
            self.last_frame_, self.last_judged_, self.before_, self.after_, self.closed_end_,
            self.extended_back_, self.score_, self.peak_, self.explained_, self.most_explained_,
            self.since_support_, self.votes_, self.path_, self.line_, self.voted_, self.shares_,
            self.strongest_, self.latest_, self.segments_);
  }

 private:
  Alignment();
  // What a further pair of frames may say beyond the votes.
  NatsByKind new_information(const QueryFrame& frame, std::size_t entry,
                             const Calibration& calibration) const;
  void vote(const QueryFrame& frame, const Descriptor& query, std::size_t entry, float distance,
            double nats, const UsualViews& views);
  void fit(MediaTime query, double reference, double sigma);

  ReferenceTimelinePtr reference_;
  MediaTime opened_{}, first_support_{}, last_support_{}, last_frame_{}, last_judged_{};
  MediaTime before_{}, after_{};  // how far the interval reaches beyond its supporting frames
  bool closed_end_ = false;       // a frame that does not support it came after last_support_
  bool extended_back_ = false;
  double score_ = 0, peak_ = 0;
  double explained_ = 0, most_explained_ = 0;  // sum of the frames' log-ratios, and its maximum
  double since_support_ = 0;                   // what the frames after last_support_ said together
  std::uint32_t votes_ = 0;
  UsualViews usual_views_;
  LineFit path_;  // follows the latest pairs: where to look
  LineFit line_;  // all pairs: what is reported
  VoteHistory voted_;
  KindShares shares_;                         // by what the votes said
  std::vector<Evidence> strongest_, latest_;  // disjoint
  std::vector<Sha256> segments_;              // the latest
};

}  // namespace staydown::matching
