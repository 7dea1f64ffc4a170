#include <gmock/gmock.h>

#include <csignal>

#include "e2e/fixture.h"

namespace staydown::e2e {
namespace {

using namespace std::chrono_literals;
using support::ChildProcess;
using support::run;
using testing::HasSubstr;

TEST_F(Scan, EnforcesAReferenceThatIsAddedWhileItRuns) {
  const auto bank = path("bank.db");
  const auto other = write_video("other.ts", {{.seed = 55, .duration = 6s}});
  ASSERT_EQ(run(staydown({"reference", "add", other, "--bank", bank, "--id", "other"})).status, 0);
  const auto stream = write_video("stream.ts", {{.seed = kBackgroundSeed, .duration = 4s},
                                                {.seed = kReferenceSeed, .duration = 16s}});

  ChildProcess scan(staydown({"scan", stream, "--bank", bank, "--realtime"}));
  ASSERT_TRUE(scan.await_err("event=bank_loaded"));
  add_reference();
  EXPECT_TRUE(scan.await_out("\"opened\"")) << scan.wait().err;
  const auto finished = scan.wait();
  EXPECT_EQ(finished.status, 3) << finished.err;
}

TEST_F(Scan, EndsCleanlyOnInterrupt) {
  const auto bank = add_reference();
  const auto stream = write_video("stream.ts", {{.seed = kReferenceSeed, .duration = 60s}});
  ChildProcess scan(staydown({"scan", stream, "--bank", bank, "--realtime"}));
  ASSERT_TRUE(scan.await_out("\"opened\""));
  scan.signal(SIGINT);
  const auto finished = scan.wait(20s);
  EXPECT_EQ(finished.status, 3) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("\"closed\""));
  EXPECT_THAT(finished.err, HasSubstr("event=scan_done"));
}

}  // namespace
}  // namespace staydown::e2e
