// The latest votes of an alignment, and what happened between them and a further pair of frames.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/descriptor.h"
#include "core/reference.h"
#include "matching/calibration.h"
#include "matching/frame_score.h"

namespace staydown::matching {

// A value of bounded size (about 5 KB, with embeddings 13 KB); not thread-safe.
class VoteHistory {
 public:
  // From the votes to the pair of `frame` and that entry, by descriptors of `kind`. nullopt if no
  // vote has a view of that kind in common with the pair.
  std::optional<Movement> movement(const QueryFrame& frame, const ReferenceTimeline& timeline,
                                   std::size_t entry, DescriptorKind kind,
                                   const Calibration& calibration) const;

  // That pair voted, since `query`, one of the views of `frame`, matched the entry. By the other
  // kind of descriptor, if both have it, the closest pair of views counts as one that did.
  void add(const QueryFrame& frame, const Descriptor& query, const ReferenceTimeline& timeline,
           std::size_t entry);

  template <typename Self, typename Archive>
  static void fields(Self& self, Archive& archive) {
    archive(self.votes_);
  }

 private:
  void add_pair(const QueryFrame& frame, const Descriptor& query, const ReferenceTimeline& timeline,
                std::size_t entry, const ReferenceEntry& matched);

  // A pair of frames, as one pair of views.
  struct Shown {
    ViewPair views;
    DescriptorValue query, reference;

    template <typename Self, typename Archive>
    static void fields(Self& self, Archive& archive) {
      archive(self.views, self.query, self.reference);
    }
  };
  // The views that matched; the middle of the picture beside them; the whole, which goes with the
  // middle, and stands in should a later frame lack the view that matched.
  struct Vote {
    Shown matched;
    std::optional<Shown> centre, whole;

    template <typename Self, typename Archive>
    static void fields(Self& self, Archive& archive) {
      archive(self.matched, self.centre, self.whole);
    }
  };
  struct Step;
  static std::optional<Step> step(const Vote& vote, const QueryFrame& frame,
                                  const ReferenceTimeline& timeline, std::size_t entry);

  std::vector<Vote> votes_;
};

}  // namespace staydown::matching
