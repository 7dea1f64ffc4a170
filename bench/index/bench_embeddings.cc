// Recall, cost and memory of the index of embeddings on a large bank; see
// docs/decisions/0005-index.md.
#include <fmt/core.h>
#include <omp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "descriptor/score_norm.h"
#include "index/block.h"
#include "index/inverted_file.h"
#include "thread_clock.h"

namespace {

using staydown::Descriptor;
using staydown::Embedding;
using staydown::Half;
using staydown::bench::seconds_used;
using staydown::descriptor::ScoreNorm;
using staydown::index::Block;
using staydown::index::BlockHit;
using staydown::index::EstimatedRow;
using staydown::index::InvertedFile;
using staydown::index::list_layout_for;
using staydown::index::ListLayout;
using staydown::index::query_of;
using staydown::index::SearchOptions;
using staydown::index::Sketch;
using staydown::index::sketch_of;

using Floats = std::vector<float>;
using Frames = std::vector<std::vector<Floats>>;  // a frame's vector, then its edits'

// What frame_embeddings prints.
Frames read_frames(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  Frames frames(1);
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) {
      frames.emplace_back();
      continue;
    }
    std::istringstream numbers(line);
    Floats vector;
    for (float number = 0; numbers >> number;) vector.push_back(number);
    frames.back().push_back(std::move(vector));
  }
  frames.pop_back();
  return frames;
}

ScoreNorm read_background(const std::string& path, std::size_t dimensions) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  std::vector<Half> pictures;
  for (Half half = 0; file.read(reinterpret_cast<char*>(&half), sizeof half);) {
    pictures.push_back(half);
  }
  return {std::move(pictures), dimensions};
}

// Vectors of one size, one behind the other, as a reference keeps them.
class Rows {
 public:
  Rows(std::size_t rows, std::size_t size)
      : size_(size), halves_(std::make_shared<Half[]>(rows * size)), wanted_(rows) {
    rows_.reserve(rows);
  }

  bool full() const { return rows_.size() == wanted_; }
  void add(const Floats& vector) {
    Half* const to = halves_.get() + rows_.size() * size_;
    staydown::to_halves(vector, {to, size_});
    rows_.emplace_back(std::shared_ptr<const Half>(halves_, to), size_);
  }
  const std::vector<Embedding>& all() const { return rows_; }

 private:
  std::size_t size_;
  std::shared_ptr<Half[]> halves_;
  std::size_t wanted_;
  std::vector<Embedding> rows_;
};

void normalise(Floats& vector) {
  float square = 0;
  for (const float number : vector) square += number * number;
  for (float& number : vector) number /= std::sqrt(square);
}

// Makes rows: real frames, each with sixteen pictures like it and a scene of its own, then scenes
// that have nothing to do with them.
class Maker {
 public:
  explicit Maker(const Frames& frames) : frames_(frames) {}

  Rows rows(std::size_t entries) {
    Rows rows(entries, frames_[0][0].size());
    for (const auto& frame : frames_) {
      rows.add(frame[0]);
      for (int i = 0; i < 16 && !rows.full(); ++i) rows.add(away(frame[0], 1.2F * share()));
      add_scene(frame[0], 1 + random_() % 48, rows);
    }
    while (!rows.full()) add_scene(unrelated(), 1 + random_() % 24, rows);
    return rows;
  }

  // Edited frames, never the originals.
  std::vector<const Floats*> queries(std::size_t count) {
    std::vector<const Floats*> queries;
    while (queries.size() < count) {
      const auto& frame = frames_[random_() % frames_.size()];
      queries.push_back(&frame[1 + random_() % (frame.size() - 1)]);
    }
    return queries;
  }

 private:
  float share() { return std::uniform_real_distribution<float>(0, 1)(random_); }

  // Moved by about `noise` in a random direction.
  Floats away(const Floats& vector, float noise) {
    std::normal_distribution<float> any(0, noise / std::sqrt(static_cast<float>(vector.size())));
    Floats moved = vector;
    for (float& number : moved) number += any(random_);
    normalise(moved);
    return moved;
  }

  // Of four real frames, added and subtracted: so made, vectors are as far from each other as those
  // of different photographs.
  Floats unrelated() {
    Floats sum(frames_[0][0].size());
    for (int i = 0; i < 4; ++i) {
      const auto& frame = frames_[random_() % frames_.size()][0];
      const float weight = 2 * share() - 1;
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += weight * frame[k];
    }
    normalise(sum);
    return away(sum, 0.6F);
  }

  // A walk around a picture: consecutive frames at a cosine of .94, those far apart at .74.
  void add_scene(const Floats& centre, std::size_t length, Rows& rows) {
    Floats frame = centre;
    for (std::size_t i = 0; i < length && !rows.full(); ++i) {
      rows.add(frame);
      for (std::size_t k = 0; k < frame.size(); ++k) frame[k] += 0.1F * (centre[k] - frame[k]);
      frame = away(frame, 0.35F);
    }
  }

  const Frames& frames_;
  std::mt19937 random_{42};
};

// How near unrelated rows are to each other.
void print_cosines(const std::vector<Embedding>& rows) {
  constexpr std::size_t kPairs = 1'000'000;
  std::mt19937 random(7);
  std::vector<float> cosines(kPairs);
  for (float& cosine : cosines) {
    cosine = 1 - staydown::distance(rows[random() % rows.size()], rows[random() % rows.size()]);
  }
  std::sort(cosines.begin(), cosines.end());
  fmt::print("cosines of two rows:");
  for (const double share : {0.5, 0.9, 0.99, 0.999, 0.9999}) {
    fmt::print(" {:.3f} at {}", cosines[static_cast<std::size_t>(share * kPairs)], share);
  }
  fmt::print("\n");
}

// A query and every row that is within its widest radius, closest first.
struct Asked {
  Descriptor descriptor;
  float own_radius = 0;
  struct Near {
    float distance;
    std::uint32_t row;
  };
  std::vector<Near> near;
};

constexpr float kRadius = SearchOptions{}.embedding_radius;

Asked ask(const Floats& vector, const std::vector<Embedding>& rows, const ScoreNorm& norm,
          float radius) {
  Asked asked;
  const Embedding query(vector);
  asked.descriptor.quality = 100;
  asked.descriptor.value = query;
  asked.descriptor.commonness = norm.commonness(query);
  asked.own_radius = kRadius - asked.descriptor.commonness;
  const float widest = std::max(radius, asked.own_radius);
  for (std::uint32_t row = 0; row < rows.size(); ++row) {
    const float d = staydown::distance(query, rows[row]);
    if (d <= widest) asked.near.push_back({d, row});
  }
  std::sort(asked.near.begin(), asked.near.end(),
            [](const auto& a, const auto& b) { return a.distance < b.distance; });
  return asked;
}

// Of the rows within a radius, and of the closest of them that the matcher would get.
struct Recall {
  std::size_t all = 0, all_found = 0, closest = 0, closest_found = 0;

  void add(const Asked& asked, float radius, std::vector<std::uint32_t> rows) {
    std::sort(rows.begin(), rows.end());
    const auto most = static_cast<std::size_t>(SearchOptions{}.max_hits);
    for (std::size_t i = 0; i < asked.near.size() && asked.near[i].distance <= radius; ++i) {
      const bool found = std::binary_search(rows.begin(), rows.end(), asked.near[i].row);
      ++all;
      all_found += found ? 1 : 0;
      if (i >= most) continue;
      ++closest;
      closest_found += found ? 1 : 0;
    }
  }
  static double share(std::size_t part, std::size_t whole) {
    return static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(whole, 1));
  }
  void print(double queries) const {
    fmt::print("{:.1f} a query, of the closest {:.4f} found, of all {:.4f}",
               static_cast<double>(all) / queries, share(closest_found, closest),
               share(all_found, all));
  }
};

// Sketches alone, laid out in this way.
void try_layout(const std::vector<Sketch>& sketches, ListLayout layout,
                const std::vector<Asked>& asked, const std::vector<float>& radii) {
  double begin = seconds_used();
  const InvertedFile file(sketches, layout);
  fmt::print("{} pivots, {} rows looked at: {:.1f} s to build, {:.1f} bytes a row\n", layout.pivots,
             layout.looked_at, seconds_used() - begin,
             static_cast<double>(file.bytes()) / static_cast<double>(sketches.size()));
  for (const float radius : radii) {
    Recall recall;
    double seconds = 0;
    std::size_t candidates = 0;
    for (const Asked& query : asked) {
      const float within = radius > 0 ? radius : query.own_radius;
      std::vector<EstimatedRow> found;
      begin = seconds_used();
      file.search(query_of(std::get<Embedding>(query.descriptor.value), within), found);
      seconds += seconds_used() - begin;
      candidates += found.size();
      std::vector<std::uint32_t> rows;
      rows.reserve(found.size());
      for (const auto& [row, distance] : found) rows.push_back(row);
      recall.add(query, within, std::move(rows));
    }
    const auto count = static_cast<double>(asked.size());
    fmt::print("  radius {}: {:.0f} us a query, {:.0f} candidates; ",
               radius > 0 ? fmt::format("{:.2f}", radius) : "own ", seconds * 1e6 / count,
               static_cast<double>(candidates) / count);
    recall.print(count);
    fmt::print("\n");
  }
}

// A block as the detector asks it: a frame's regions and views at once, and measured.
void try_block(const std::vector<Embedding>& rows, const std::vector<Asked>& asked) {
  auto reference = std::make_shared<staydown::ReferenceTimeline>();
  reference->entries.resize(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) reference->entries[row].value = rows[row];
  double begin = seconds_used();
  const Block block({reference});
  fmt::print("a block: {:.1f} s to build, {:.1f} bytes a row beside the reference's {}\n",
             seconds_used() - begin,
             static_cast<double>(block.bytes()) / static_cast<double>(rows.size()),
             sizeof(staydown::ReferenceEntry));
  constexpr std::size_t kTogether = 12;
  Recall recall;
  double seconds = 0;
  std::size_t measured = 0;
  for (std::size_t first = 0; first < asked.size(); first += kTogether) {
    std::vector<Descriptor> descriptors;
    for (std::size_t i = first; i < std::min(first + kTogether, asked.size()); ++i) {
      descriptors.push_back(asked[i].descriptor);
    }
    std::vector<std::vector<BlockHit>> hits(descriptors.size());
    begin = seconds_used();
    block.search(descriptors, {}, {false}, hits);
    seconds += seconds_used() - begin;
    for (std::size_t i = 0; i < hits.size(); ++i) {
      std::vector<std::uint32_t> found;
      for (const BlockHit& hit : hits[i]) found.push_back(hit.entry);
      measured += found.size();
      recall.add(asked[first + i], asked[first + i].own_radius, std::move(found));
    }
  }
  const auto count = static_cast<double>(asked.size());
  fmt::print("  radius own : {:.0f} us a query, {:.0f} hits; ", seconds * 1e6 / count,
             static_cast<double>(measured) / count);
  recall.print(count);
  fmt::print("\n");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Recall and cost of the index of embeddings");
  std::string path, background;
  std::size_t entries = 1'000'000, queries = 240;
  std::vector<std::size_t> lists;
  app.add_option("--vectors", path, "What frame_embeddings wrote")->required();
  app.add_option("--background", background, "The model's background set")->required();
  app.add_option("--entries", entries);
  app.add_option("--queries", queries);
  app.add_option("--lists", lists,
                 "Layouts to try: rows a list, share of the rows looked at (its inverse), ...");
  CLI11_PARSE(app, argc, argv);

  omp_set_num_threads(1);
  const Frames frames = read_frames(path);
  const ScoreNorm norm = read_background(background, frames[0][0].size());
  Maker maker(frames);
  const Rows made = maker.rows(entries);
  const std::vector<Embedding>& rows = made.all();
  fmt::print("{} real frames, {} rows, {} queries\n", frames.size(), rows.size(), queries);
  print_cosines(rows);

  const std::vector<float> radii{0, 0.3F, 0.4F};  // 0: the query's own
  double begin = seconds_used();
  std::vector<Asked> asked;
  for (const Floats* query : maker.queries(queries)) {
    asked.push_back(ask(*query, rows, norm, radii.back()));
  }
  fmt::print("measuring every row: {:.0f} us a query\n",
             (seconds_used() - begin) * 1e6 / static_cast<double>(queries));

  begin = seconds_used();
  std::vector<Sketch> sketches;
  sketches.reserve(rows.size());
  for (const Embedding& row : rows) sketches.push_back(sketch_of(row));
  fmt::print("sketches: {:.1f} s\n", seconds_used() - begin);
  std::vector<ListLayout> layouts{{1, rows.size()}, list_layout_for(rows.size())};
  for (std::size_t i = 0; i + 1 < lists.size(); i += 2) {
    layouts.push_back({rows.size() / lists[i], rows.size() / lists[i + 1]});
  }
  for (const ListLayout& layout : layouts) try_layout(sketches, layout, asked, radii);
  try_block(rows, asked);
  return 0;
}
