#include "support/child_process.h"

#include <gtest/gtest.h>

#include <csignal>

namespace staydown::support {
namespace {

TEST(ChildProcess, GivesBothOutputsAndTheStatus) {
  const auto finished = run({"sh", "-c", "echo one; echo two >&2; exit 3"});
  EXPECT_EQ(finished.status, 3);
  EXPECT_EQ(finished.out, "one\n");
  EXPECT_EQ(finished.err, "two\n");
}

TEST(ChildProcess, CanBeAwaitedAndSignalled) {
  ChildProcess child(
      {"sh", "-c", "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.01; done"});
  ASSERT_TRUE(child.await_out("ready"));
  child.signal(SIGTERM);
  const auto finished = child.wait();
  EXPECT_EQ(finished.status, 5);
  EXPECT_EQ(finished.out, "ready\nbye\n");
}

}  // namespace
}  // namespace staydown::support
