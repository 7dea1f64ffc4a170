// Recall, cost and memory of EmbeddingRows on a large bank; see docs/decisions/0005-index.md.
#include <fmt/core.h>
#include <omp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "index/embedding_rows.h"
#include "index/reference_index.h"
#include "thread_clock.h"

namespace {

using staydown::Embedding;
using staydown::bench::seconds_used;

using Floats = std::vector<float>;

// What frame_embeddings prints.
std::vector<std::vector<Floats>> read_frames(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  std::vector<std::vector<Floats>> frames(1);
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

// Between two real frames, `share` of the first, and away from both by `noise`.
Embedding between(const Floats& first, const Floats& second, float share, float noise,
                  std::mt19937& random) {
  std::normal_distribution<float> away(0, noise / std::sqrt(static_cast<float>(first.size())));
  Floats vector(first.size());
  float square = 0;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    vector[i] = share * first[i] + (1 - share) * second[i] + away(random);
    square += vector[i] * vector[i];
  }
  for (float& number : vector) number /= std::sqrt(square);
  return Embedding(vector);
}

// The real frames, then what lies between them; edited frames to look for.
struct Bank {
  std::vector<Embedding> rows, queries;
};

Bank make_bank(const std::vector<std::vector<Floats>>& frames, std::size_t entries,
               std::size_t queries, float noise) {
  std::mt19937 random(42);
  const auto any = [&](std::size_t size) { return random() % size; };
  std::uniform_real_distribution<float> share(0, 1);
  Bank bank;
  for (const auto& frame : frames) bank.rows.emplace_back(frame[0]);
  while (bank.rows.size() < entries) {
    const auto &first = frames[any(frames.size())], &second = frames[any(frames.size())];
    bank.rows.push_back(between(first[0], second[0], share(random), noise, random));
  }
  while (bank.queries.size() < queries) {
    const auto& frame = frames[any(frames.size())];
    bank.queries.emplace_back(frame[1 + any(frame.size() - 1)]);
  }
  return bank;
}

// Rows within `radius` of each query, as a segment's descriptors are looked up and measured.
struct Answers {
  std::vector<std::vector<std::uint32_t>> rows;
  std::size_t measured = 0;
};

Answers ask(const staydown::index::EmbeddingRows& index, const Bank& bank, float radius) {
  constexpr std::size_t kBatch = 12;  // a frame's regions and views
  Answers answers{std::vector<std::vector<std::uint32_t>>(bank.queries.size())};
  for (std::size_t first = 0; first < bank.queries.size(); first += kBatch) {
    std::vector<staydown::index::EmbeddingQuery> queries;
    for (std::size_t i = first; i < std::min(first + kBatch, bank.queries.size()); ++i) {
      queries.push_back({&bank.queries[i], radius});
    }
    for (const auto& [query, row] : index.near(queries)) {
      ++answers.measured;
      if (staydown::distance(bank.rows[row], *queries[query].embedding) <= radius) {
        answers.rows[first + query].push_back(row);
      }
    }
  }
  return answers;
}

std::vector<float> distances_of(const std::vector<Embedding>& rows, const Embedding& query) {
  std::vector<float> distances;
  distances.reserve(rows.size());
  for (const Embedding& row : rows) distances.push_back(staydown::distance(row, query));
  return distances;
}

// Of the neighbours within a radius, the closest as many as SearchOptions gives the matcher.
struct Tally {
  std::size_t expected = 0, found = 0;

  void add(const std::vector<float>& distances, float radius,
           const std::vector<std::uint32_t>& rows) {
    std::vector<float> closest = distances;
    const auto most =
        closest.begin() + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(closest.size()) - 1,
                                                   staydown::index::SearchOptions{}.max_hits - 1);
    std::nth_element(closest.begin(), most, closest.end());
    const float limit = std::min(radius, *most);
    const auto within = [&](float d) { return d <= limit; };
    expected += static_cast<std::size_t>(std::count_if(distances.begin(), distances.end(), within));
    found += static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](std::uint32_t row) { return within(distances[row]); }));
  }
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Recall and cost of the index of embeddings");
  std::string path;
  std::size_t entries = 1'000'000, queries = 400;
  float noise = 0.3F;
  std::vector<float> radii{0.3F, 0.4F, 0.5F};
  app.add_option("--vectors", path, "What frame_embeddings wrote")->required();
  app.add_option("--entries", entries);
  app.add_option("--queries", queries);
  app.add_option("--radii", radii);
  app.add_option("--noise", noise,
                 "Length of what is added to a distractor between two real frames");
  CLI11_PARSE(app, argc, argv);

  omp_set_num_threads(1);
  const auto frames = read_frames(path);
  const Bank bank = make_bank(frames, entries, queries, noise);
  double begin = seconds_used();
  std::vector<const Embedding*> rows;
  for (const Embedding& row : bank.rows) rows.push_back(&row);
  const staydown::index::EmbeddingRows index(rows);
  fmt::print("{} real frames, {} entries, {} queries; built in {:.1f} s, {:.1f} bytes an entry\n",
             frames.size(), bank.rows.size(), bank.queries.size(), seconds_used() - begin,
             static_cast<double>(index.bytes()) / static_cast<double>(bank.rows.size()));

  std::vector<Answers> answers;
  const auto count = static_cast<double>(bank.queries.size());
  for (const float radius : radii) {
    begin = seconds_used();
    answers.push_back(ask(index, bank, radius));
    fmt::print("radius {:.2f}: {:.0f} us a query, {:.0f} rows measured\n", radius,
               (seconds_used() - begin) * 1e6 / count,
               static_cast<double>(answers.back().measured) / count);
  }

  begin = seconds_used();
  std::vector<Tally> tallies(radii.size());
  for (std::size_t i = 0; i < bank.queries.size(); ++i) {
    const auto distances = distances_of(bank.rows, bank.queries[i]);
    for (std::size_t r = 0; r < radii.size(); ++r) {
      tallies[r].add(distances, radii[r], answers[r].rows[i]);
    }
  }
  fmt::print("{:.0f} us a query for measuring every row\n", (seconds_used() - begin) * 1e6 / count);
  for (std::size_t r = 0; r < radii.size(); ++r) {
    fmt::print("radius {:.2f}: {:.1f} neighbours a query, {:.4f} of them found\n", radii[r],
               static_cast<double>(tallies[r].expected) / count,
               static_cast<double>(tallies[r].found) / static_cast<double>(tallies[r].expected));
  }
  return 0;
}
