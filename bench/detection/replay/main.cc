// What `staydown scan` says of streams under several configurations, each frame decoded and
// described once for all of them. Driven by bench/detection/run.py: every line on standard input is
// a job, and every answer one line of JSON.
//   bench_replay NAME=CONFIG.yaml...
//   {"file": "a.ts", "stream": "id", "bank": "bank.db", "without": "reference", "variants":
//   ["NAME"]}
//     -> {"variants": {"NAME": {"events": [...], "cpu_s": s}}, "shared_cpu_s": s}
//      | {"error": "why"}
// Events are those that scan prints, but for latencies and the index's version. CPU seconds are of
// a variant's own search, matching and events; the shared ones of reading, decoding and describing.
// `without` may be absent.
#include <cstdio>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "banks.h"
#include "job.h"
#include "variant.h"

namespace staydown::bench {
namespace {

void serve(const std::vector<Variant>& variants) {
  Banks banks;
  for (std::string line; std::getline(std::cin, line);) {
    nlohmann::json said;
    try {
      said = answer(nlohmann::json::parse(line), variants, banks);
    } catch (const std::exception& error) {
      said = {{"error", error.what()}};
    }
    std::cout << said << std::endl;
  }
}

}  // namespace
}  // namespace staydown::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_replay NAME=CONFIG.yaml...\n");
    return 2;
  }
  try {
    staydown::bench::serve(staydown::bench::open_variants({argv + 1, argv + argc}));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_replay: %s\n", error.what());
    return 1;
  }
}
