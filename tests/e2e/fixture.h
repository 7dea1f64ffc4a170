// The built binary on synthetic videos, as a user runs it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/synthetic_video.h"
#include "support/test_folder.h"

namespace staydown::e2e {

using support::Finished;
using support::Part;

// The command line: by hashes only, unless the arguments name a --model.
std::vector<std::string> staydown(std::vector<std::string> arguments);

// The events of JSON lines.
std::vector<nlohmann::json> events_of(const std::string& lines);

// What must not depend on pace: ids, verdicts, intervals, scores, evidence.
nlohmann::json decisions_of(const std::vector<nlohmann::json>& events);

// A folder of its own with a reference video (`kReferenceSeed`, 20 s) and a bank that knows it as
// "attack".
class Scan : public testing::Test {
 protected:
  static constexpr std::uint64_t kReferenceSeed = 7, kBackgroundSeed = 100;

  std::string path(const std::string& name) const { return folder_ / name; }
  std::string add_reference(
      const std::vector<std::string>& options = {});  // to bank.db; gives the bank's path
  // 8 s of background, `copy`, 6 s of background; as MPEG-TS with 2 s between keyframes.
  std::string make_stream(const std::string& name, const Part& copy);
  std::string make_background(const std::string& name, MediaTime duration);
  std::string write_video(const std::string& name, std::vector<Part> parts);

 private:
  const support::TestFolder folder_;
};

}  // namespace staydown::e2e
