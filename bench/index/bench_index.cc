// Recall, cost and memory of index layouts on a large bank; see bench/results/2026-11-22-index.md.
#include <fmt/core.h>
#include <malloc.h>
#include <omp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "bank.h"
#include "candidates.h"
#include "thread_clock.h"

namespace {

using staydown::bench::seconds_used;
using Rows = std::vector<std::vector<std::uint32_t>>;

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

struct Answer {
  Rows rows;
  std::vector<double> cost;  // microseconds a query, one number for each batch
};

Answer ask(const staydown::bench::Candidate& candidate, std::span<const staydown::PdqHash> queries,
           int radius) {
  constexpr std::size_t kBatch = 8;  // what a segment gives
  Answer answer;
  for (std::size_t first = 0; first < queries.size(); first += kBatch) {
    const auto batch = queries.subspan(first, std::min(kBatch, queries.size() - first));
    const double begin = seconds_used();
    auto rows = candidate.search(batch, radius);
    answer.cost.push_back(1e6 * (seconds_used() - begin) / static_cast<double>(batch.size()));
    std::move(rows.begin(), rows.end(), std::back_inserter(answer.rows));
  }
  return answer;
}

// The `count` closest of each query's neighbours.
Rows closest(Rows neighbours, const staydown::bench::Bank& bank, std::size_t count) {
  for (std::size_t i = 0; i < neighbours.size(); ++i) {
    auto& rows = neighbours[i];
    std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
      return distance(bank.rows[a], bank.queries[i]) < distance(bank.rows[b], bank.queries[i]);
    });
    rows.resize(std::min(rows.size(), count));
    std::sort(rows.begin(), rows.end());
  }
  return neighbours;
}

// Share of the neighbours, each counted once.
double recall(const Rows& exact, const Rows& found) {
  std::size_t expected = 0, hit = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    expected += exact[i].size();
    std::vector<std::uint32_t> both;
    std::set_intersection(exact[i].begin(), exact[i].end(), found[i].begin(), found[i].end(),
                          std::back_inserter(both));
    hit += both.size();
  }
  return static_cast<double>(hit) / static_cast<double>(std::max<std::size_t>(expected, 1));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Compares layouts of the index");
  std::vector<std::string> hashes, layouts;
  std::size_t entries = 1'000'000, queries = 400, static_scene = 0;
  std::vector<int> radii{31, 40};
  bool dense = false;
  app.add_option("--hashes", hashes, "Files that frame_hashes wrote")->required();
  app.add_option("--layouts", layouts, "See candidates.h")->required();
  app.add_option("--entries", entries);
  app.add_option("--queries", queries);
  app.add_option("--radii", radii);
  app.add_option("--static-scene", static_scene, "Entries that show one and the same scene");
  app.add_flag("--dense", dense, "Distractors are edits of the real frames");
  CLI11_PARSE(app, argc, argv);

  omp_set_num_threads(1);
  const auto frames = staydown::bench::read_frames(hashes);
  const auto bank = staydown::bench::make_bank(
      frames, entries,
      dense ? staydown::bench::Distractors::kDense : staydown::bench::Distractors::kSpread, queries,
      static_scene);
  fmt::print("{} real frames, {} entries, {} queries, median edit {} bits\n", frames.size(),
             bank.rows.size(), bank.queries.size(), bank.median_edit);
  const auto exact = staydown::bench::make_candidate("scan", bank.rows);
  std::map<int, Answer> truth;
  for (const int radius : radii) {
    truth[radius] = ask(*exact, bank.queries, radius);
    std::size_t neighbours = 0;
    for (const auto& rows : truth[radius].rows) neighbours += rows.size();
    fmt::print("radius {}: {:.1f} neighbours a query\n", radius,
               static_cast<double>(neighbours) / static_cast<double>(bank.queries.size()));
  }

  fmt::print("{:<20} {:>8} {:>9} {:>6} {:>8} {:>8} {:>9} {:>9} {:>9}\n", "layout", "build s",
             "B/entry", "radius", "recall", "of 32", "mean us", "p99 us", "worst us");
  for (const auto& layout : layouts) {
    const std::size_t before = heap_bytes();
    const double begin = seconds_used();
    const auto candidate = staydown::bench::make_candidate(layout, bank.rows);
    const double build = seconds_used() - begin;
    const auto bytes = static_cast<double>(heap_bytes() - before);
    ask(*candidate, bank.queries, radii.front());  // warms caches
    for (const int radius : radii) {
      Answer answer = ask(*candidate, bank.queries, radius);
      std::sort(answer.cost.begin(), answer.cost.end());
      double sum = 0;
      for (const double cost : answer.cost) sum += cost;
      constexpr std::size_t kMaxHits = 32;  // what SearchOptions gives the matcher
      fmt::print("{:<20} {:>8.1f} {:>9.1f} {:>6} {:>8.4f} {:>8.4f} {:>9.1f} {:>9.1f} {:>9.1f}\n",
                 layout, build, bytes / static_cast<double>(bank.rows.size()), radius,
                 recall(truth[radius].rows, answer.rows),
                 recall(closest(truth[radius].rows, bank, kMaxHits), answer.rows),
                 sum / static_cast<double>(answer.cost.size()),
                 answer.cost[answer.cost.size() * 99 / 100], answer.cost.back());
      std::fflush(stdout);
    }
  }
  return 0;
}
