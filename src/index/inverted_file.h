// Sub-linear search of sketches: each lies in the list of one of many pivots.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/sketch.h"
#include "index/sketch_rows.h"

namespace staydown::index {

struct ListLayout {
  std::size_t pivots = 1;     // and so lists; at most as many as rows
  std::size_t looked_at = 0;  // rows that a query looks at, give or take a list; at least one list
};

// The layout that finds more than 99 % of the nearest within a query's radius at the least cost;
// measured in bench/results/2026-11-30-embedding-index.md.
ListLayout list_layout_for(std::size_t rows);

struct SketchQuery {
  Projections projections;
  Sketch sketch;
  int bits = 0;        // by which rows may differ, at most
  float estimate = 0;  // of their distance, at most
};
SketchQuery query_of(const Embedding& embedding, float radius);

struct EstimatedRow {
  std::uint32_t row = 0;
  float distance = 0;  // estimated
};

// An inverted file (Sivic, Zisserman: "Video Google", ICCV 2003) whose pivots are some of the rows:
// where many rows are alike, as in a scene, there are many pivots, and nothing has to be trained.
// Each row lies in the list of a pivot that is about the nearest. A query looks at the lists of the
// pivots nearest to it until it has looked at as many rows as the layout says, so that its cost is
// bounded whatever the lists: one that is longer than that is looked at in part. Immutable and
// thread-safe; the same rows and layout give the same answers everywhere.
class InvertedFile {
 public:
  // At least one row. Knows rows by their numbers.
  InvertedFile(std::span<const Sketch> rows, ListLayout layout);

  // Appends the rows looked at whose sketch and estimated distance say that they may be within the
  // query's radius, in any order.
  void search(const SketchQuery& query, std::vector<EstimatedRow>& found) const;

  std::size_t bytes() const;

 private:
  int radius_around(const Sketch& query, double share) const;
  std::vector<RowRange> lists_to_look_at(const SketchQuery& query) const;

  std::size_t looked_at_;
  SketchRows pivots_;
  std::vector<std::uint32_t>
      begins_;                       // of each pivot's list in `sketches_`, and the end of the last
  SketchRows sketches_;              // list by list
  std::vector<std::uint32_t> rows_;  // their numbers, ascending in a list
};

}  // namespace staydown::index
