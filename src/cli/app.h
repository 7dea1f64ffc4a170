// The command line: one file per subcommand.
#pragma once

namespace staydown::cli {

// What the process exits with. Scans use all of them.
enum ExitCode : int {
  kExitNothingFound = 0,  // also: success of every other command
  kExitError = 1,
  kExitUsage = 2,
  kExitTakedown = 3,
  kExitReview = 4,
};

int run(int argc, char** argv);

}  // namespace staydown::cli
