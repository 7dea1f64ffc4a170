#include "cli/app.h"

#include <CLI/CLI.hpp>

#include "cli/reference_command.h"

namespace staydown::cli {

int run(int argc, char** argv) {
  CLI::App app{"Staydown finds re-uploads of known videos in live streams.", "staydown"};
  app.set_version_flag("--version", "staydown " STAYDOWN_VERSION);
  app.require_subcommand(1);
  int exit_code = kExitNothingFound;
  add_reference_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitNothingFound : kExitUsage;
  }
  return exit_code;
}

}  // namespace staydown::cli
