// Showings of references by one stream, as cases with numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/match.h"

namespace staydown::matching {

// A case joins showings of one reference with gaps up to `max_gap`; it is opened by the first
// verdict above allow, raised once if review becomes takedown, and closed once when the gap is
// exceeded or the stream ends. Where policy only observes, what the verdict would have been counts.
// Case numbers count from 1 per stream and are never used twice.
//
// A step's match is the strongest of its case, with intervals that cover all the showings in it: of
// two matches that explain the same part of the stream the stronger one counts. Verdicts never
// fall within a case. Not thread-safe; pure.
class CaseBook {
 public:
  // For as long as `remembered` after its end, a showing whose case is closed is known again.
  explicit CaseBook(MediaTime max_gap = std::chrono::seconds(60),
                    MediaTime remembered = MediaTime::zero())
      : max_gap_(max_gap), remembered_(remembered) {}

  // `judged`: the matches of one segment with their verdicts; `now`: end of that segment. Closings
  // come first, in order of case number, then openings and raises in the order of `judged`.
  std::vector<CaseStep> apply(MediaTime now, std::span<const std::pair<Match, Verdict>> judged);

  // The stream ends here: closes what is open.
  std::vector<CaseStep> finish();

  bool any_open() const { return !open_.empty(); }

  // The match is of a showing whose case is closed: seen again in the stream's past, it is no other
  // case.
  bool closed_before(const Match& match) const;

  // For saved state (core/archive.h).
  template <typename Self, typename Archive>
  static void fields(Self& self, Archive& archive) {
    archive(self.last_number_, self.open_, self.closed_);
  }

 private:
  // One stretch of the stream that showed the reference along one line.
  struct Showing {
    Interval query, reference;
    double strength = 0;  // the most of all that explained this part

    template <typename Self, typename Archive>
    static void fields(Self& self, Archive& archive) {
      archive(self.query, self.reference, self.strength);
    }
  };
  struct OpenCase {
    std::uint32_t number;
    Match match;  // the strongest, or a later one of the same part that holds against it
    Verdict verdict;
    std::vector<Showing> showings;  // bounded, in order of arrival

    template <typename Self, typename Archive>
    static void fields(Self& self, Archive& archive) {
      archive(self.number, self.match, self.verdict, self.showings);
    }
  };
  struct ClosedCase {
    ReferenceId reference;
    Interval query;

    template <typename Self, typename Archive>
    static void fields(Self& self, Archive& archive) {
      archive(self.reference, self.query);
    }
  };
  CaseStep close(const OpenCase& open_case);
  OpenCase* joined_by(const Match& match);
  static void extend(OpenCase& open_case, const Match& match, const Verdict& verdict);
  static CaseStep step(const OpenCase& open_case, CaseStepKind kind);

  MediaTime max_gap_, remembered_;
  std::uint32_t last_number_ = 0;
  std::vector<OpenCase> open_;      // in order of number
  std::vector<ClosedCase> closed_;  // in order of closing
};

}  // namespace staydown::matching
