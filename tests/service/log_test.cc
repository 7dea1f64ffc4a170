#include "service/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

namespace staydown::service {
namespace {

TEST(Log, WritesOneLineWithFieldsThatAnyLogfmtReaderParses) {
  std::ostringstream lines;
  const auto before = spdlog::default_logger();
  auto logger = std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_st>(lines));
  logger->set_pattern("level=%l %v");
  spdlog::set_default_logger(logger);

  log(LogLevel::kWarning, "segment_lost",
      {{"stream", "cam-7"},
       {"bytes", 17},
       {"reason", "said \"no\"\nand left"},
       {"path", "a\\b"},
       {"empty", ""}});

  spdlog::set_default_logger(before);
  EXPECT_EQ(lines.str(),
            "level=warning event=segment_lost stream=cam-7 bytes=17 reason=\"said "
            "\\\"no\\\"\\x0aand left\" "
            "path=a\\b empty=\"\"\n");
}

}  // namespace
}  // namespace staydown::service
