// The command line: one file per subcommand.
#pragma once

#include "core/result.h"

namespace staydown::cli {

// What the process exits with. Scans use all of them.
enum ExitCode : int {
  kExitNothingFound = 0,  // also: success of every other command
  kExitError = 1,
  kExitUsage = 2,
  kExitTakedown = 3,
  kExitReview = 4,
};

// Writes "staydown: <message>" to stderr; gives kExitError.
int report(const Error& error);

int run(int argc, char** argv);

}  // namespace staydown::cli
