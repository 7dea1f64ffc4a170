// How long a process takes from an existing bank on disk to an index that answers; see
// bench/results/2026-11-22-warm-start.md.
#include <fmt/core.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "service/bank_follower.h"

namespace {

using namespace staydown;
using namespace std::chrono_literals;

constexpr std::size_t kEntriesOfOne = 20'000;  // 80 minutes at four a second

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double resident_mb() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / 1024;
}

PdqHash any_hash(std::mt19937_64& random) {
  PdqHash hash;
  for (auto& word : hash.words) word = random();
  return hash;
}

// Hashes that resemble nothing, in references of a common length.
void make_bank(const std::string& path, std::size_t entries) {
  auto bank = reference::ReferenceBank::open(path, {.access = reference::BankAccess::kCreate});
  if (!bank) throw std::runtime_error(bank.error().message);
  std::mt19937_64 random(42);
  for (std::size_t done = 0; done < entries; done += kEntriesOfOne) {
    reference::NewGeneration reference;
    reference.info.id = ReferenceId(fmt::format("r{}", done / kEntriesOfOne));
    const auto count = std::min(kEntriesOfOne, entries - done);
    for (std::size_t i = 0; i < count; ++i) {
      const MediaTime time = static_cast<std::int64_t>(i) * 250ms;
      reference.entries.push_back(
          {.time = time, .end = time + 250ms, .quality = 100, .value = any_hash(random)});
    }
    reference.duration = reference.entries.back().end;
    if (const auto put = bank->put(reference, {.actor = "bench", .at = {}, .detail = {}}); !put) {
      throw std::runtime_error(put.error().message);
    }
  }
}

// Microseconds of CPU time a query of eight descriptors takes, each.
double query_cost(const index::IndexSnapshot& index) {
  constexpr int kRounds = 200, kBatch = 8;
  std::mt19937_64 random(7);
  std::vector<Descriptor> descriptors(kBatch, Descriptor{.quality = 100, .value = PdqHash{}});
  const double begin = cpu_seconds();
  for (int round = 0; round < kRounds; ++round) {
    for (auto& descriptor : descriptors) descriptor.value = any_hash(random);
    (void)index.search(descriptors, {});
  }
  return (cpu_seconds() - begin) / (kRounds * kBatch) * 1e6;
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("Measures how long a bank on disk takes to be enforced");
  std::string path;
  std::size_t entries = 1'000'000;
  bool make = false;
  app.add_option("--bank", path, "The bank; with --make the file to write")->required();
  app.add_option("--entries", entries, "Of a bank that is made")->capture_default_str();
  app.add_flag("--make", make, "Make it, and do nothing else");
  CLI11_PARSE(app, argc, argv);
  if (make) {
    if (std::filesystem::exists(path)) throw std::runtime_error(path + ": exists already");
    make_bank(path, entries);
    return 0;
  }
  const auto index = std::make_shared<index::ReferenceIndex>();
  service::BankFollower follower(path, index);
  const auto begin = std::chrono::steady_clock::now();
  const double used = cpu_seconds();
  if (const auto loaded = follower.catch_up(); !loaded) {
    throw std::runtime_error(loaded.error().message);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const double cpu = cpu_seconds() - used;
  const auto snapshot = index->snapshot();
  fmt::print(
      "{} entries: enforced after {:.2f} s ({:.2f} s of CPU time), {:.0f} MB resident, {:.0f} us a "
      "query\n",
      snapshot->entries(), took.count(), cpu, resident_mb(), query_cost(*snapshot));
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_warm_start: {}\n", error.what());
  return 1;
}
