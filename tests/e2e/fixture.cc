#include "e2e/fixture.h"

#include <unistd.h>

#include <sstream>

namespace staydown::e2e {

using namespace std::chrono_literals;

std::vector<std::string> staydown(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"env", "STAYDOWN_MODEL=none", STAYDOWN_BINARY});
  return arguments;
}

std::vector<nlohmann::json> events_of(const std::string& lines) {
  std::vector<nlohmann::json> events;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) events.push_back(nlohmann::json::parse(line));
  return events;
}

nlohmann::json decisions_of(const std::vector<nlohmann::json>& events) {
  auto decisions = nlohmann::json::array();
  for (auto event : events) {
    event.erase("time");
    event["data"].erase("latency");
    decisions.push_back(std::move(event));
  }
  return decisions;
}

std::string Scan::write_video(const std::string& name, std::vector<Part> parts) {
  support::VideoSpec video;
  video.parts = std::move(parts);
  video.gop = 2 * video.fps;
  video.kilobits = 500;
  support::encode_to_file(video, path(name));
  return path(name);
}

std::string Scan::add_reference(const std::vector<std::string>& options) {
  const auto video = write_video("reference.ts", {{.seed = kReferenceSeed, .duration = 20s}});
  std::vector<std::string> arguments{"reference",     "add",  video,   "--bank",
                                     path("bank.db"), "--id", "attack"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const auto added = support::run(staydown(arguments));
  EXPECT_EQ(added.status, 0) << added.err;
  return path("bank.db");
}

std::string Scan::make_stream(const std::string& name, const Part& copy) {
  return write_video(name, {{.seed = kBackgroundSeed, .duration = 8s},
                            copy,
                            {.seed = kBackgroundSeed + 1, .duration = 6s}});
}

std::string Scan::make_background(const std::string& name, MediaTime duration) {
  return write_video(name, {{.seed = kBackgroundSeed, .duration = duration}});
}

}  // namespace staydown::e2e
