#include "matching/case_book.h"

#include <algorithm>

#include "matching/covers_half.h"

namespace staydown::matching {
namespace {

// More showings than this in one case are joined pairwise, oldest first.
constexpr std::size_t kMaxShowings = 32;

VerdictKind weight(const Verdict& verdict) { return std::max(verdict.kind, verdict.would_be); }

// Of two explanations of one part the later holds, for which the tracker has decided by now, unless
// it is weaker by more than a frame.
bool holds_against(double later, double before) { return later + 1 >= before; }

Interval hull(const Interval& a, const Interval& b) {
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

}  // namespace

std::vector<CaseStep> CaseBook::apply(MediaTime now,
                                      std::span<const std::pair<Match, Verdict>> judged) {
  std::vector<CaseStep> steps;
  std::erase_if(closed_, [&](const ClosedCase& closed) {  // the latter: the clock was set back
    return now - closed.query.end > remembered_ || now < closed.query.begin;
  });
  std::erase_if(open_, [&](const OpenCase& open_case) {
    const auto joins = [&](const std::pair<Match, Verdict>& item) {
      return item.first.reference->info.id == open_case.match.reference->info.id &&
             item.first.query.begin - step(open_case, {}).match.query.end <= max_gap_;
    };
    const bool over = now - step(open_case, {}).match.query.end > max_gap_;
    if (!over || std::any_of(judged.begin(), judged.end(), joins)) return false;
    steps.push_back(close(open_case));
    return true;
  });
  for (const auto& [match, verdict] : judged) {
    OpenCase* known = joined_by(match);
    const VerdictKind kind = weight(verdict);
    if (known == nullptr && kind == VerdictKind::kAllow) continue;
    if (known == nullptr) {
      open_.push_back({++last_number_, match, verdict, {}});
      extend(open_.back(), match, verdict);
      steps.push_back(step(open_.back(), CaseStepKind::kOpened));
      continue;
    }
    const VerdictKind before = weight(known->verdict);
    extend(*known, match, verdict);
    if (before < kind) steps.push_back(step(*known, CaseStepKind::kRaised));
  }
  return steps;
}

std::vector<CaseStep> CaseBook::finish() {
  std::vector<CaseStep> steps;
  for (const OpenCase& open_case : open_) steps.push_back(close(open_case));
  open_.clear();
  return steps;
}

bool CaseBook::closed_before(const Match& match) const {
  return std::any_of(closed_.begin(), closed_.end(), [&](const ClosedCase& closed) {
    return closed.reference == match.reference->info.id && covers_half(match.query, closed.query);
  });
}

CaseStep CaseBook::close(const OpenCase& open_case) {
  CaseStep closed = step(open_case, CaseStepKind::kClosed);
  if (remembered_ > MediaTime::zero()) {
    closed_.push_back({closed.match.reference->info.id, closed.match.query});
  }
  return closed;
}

CaseBook::OpenCase* CaseBook::joined_by(const Match& match) {
  const auto found = std::find_if(open_.begin(), open_.end(), [&](const OpenCase& open_case) {
    return open_case.match.reference->info.id == match.reference->info.id;
  });
  return found == open_.end() ? nullptr : &*found;
}

void CaseBook::extend(OpenCase& open_case, const Match& match, const Verdict& verdict) {
  if (weight(verdict) > weight(open_case.verdict)) open_case.verdict = verdict;
  if (match.strength >= open_case.match.strength ||
      (covers_half(open_case.match.query, match.query) &&
       holds_against(match.strength, open_case.match.strength))) {
    const double strongest = std::max(match.strength, open_case.match.strength);
    open_case.match = match;
    open_case.match.strength = strongest;  // what has to be held against
  }

  auto& showings = open_case.showings;
  Showing added{match.query, match.interval, match.strength};
  for (const Showing& known : showings) {
    if (holds_against(added.strength, known.strength)) continue;
    if (covers_half(added.query, known.query)) return;  // explained already
  }
  std::erase_if(showings, [&](const Showing& known) {
    if (!covers_half(known.query, added.query)) return false;
    added.strength = std::max(added.strength, known.strength);
    return true;
  });
  showings.push_back(added);
  if (showings.size() <= kMaxShowings) return;
  showings[1].query = hull(showings[0].query, showings[1].query);
  showings[1].reference = hull(showings[0].reference, showings[1].reference);
  showings.erase(showings.begin());
}

CaseStep CaseBook::step(const OpenCase& open_case, CaseStepKind kind) {
  CaseStep step{open_case.number, kind, open_case.match, open_case.verdict};
  for (const Showing& showing : open_case.showings) {
    step.match.query = hull(step.match.query, showing.query);
    step.match.interval = hull(step.match.interval, showing.reference);
  }
  step.match.ended = kind == CaseStepKind::kClosed;
  return step;
}

}  // namespace staydown::matching
