#include "cli/app.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/config_command.h"
#include "cli/deadletters_command.h"
#include "cli/ingest_command.h"
#include "cli/model_command.h"
#include "cli/reference_command.h"
#include "cli/scan_command.h"
#include "cli/topics_command.h"
#include "cli/worker_command.h"
#include "service/log.h"
#include "service/version.h"

namespace staydown::cli {

int report(const Error& error) {
  std::cerr << "staydown: " << error.message << '\n';
  return kExitError;
}

int run(int argc, char** argv) {
  CLI::App app{"Staydown finds re-uploads of known videos in live streams.", "staydown"};
  app.set_version_flag("--version", std::string("staydown ") + service::kVersion);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  staydown reference add attack.mp4 --bank bank.db --label \"Halle 2019\"\n"
      "  staydown scan rtmp://localhost/live/cam-7 --bank bank.db\n"
      "Each subcommand has its own --help.");
  int exit_code = kExitNothingFound;
  add_reference_command(app, exit_code);
  add_scan_command(app, exit_code);
  add_worker_command(app, exit_code);
  add_ingest_command(app, exit_code);
  add_topics_command(app, exit_code);
  add_deadletters_command(app, exit_code);
  add_model_command(app, exit_code);
  add_config_command(app, exit_code);
  service::set_up_log(service::LogLevel::kInfo);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitNothingFound : kExitUsage;
  } catch (const std::exception& error) {
    std::cerr << "staydown: " << error.what() << '\n';
    return kExitError;
  }
  return exit_code;
}

}  // namespace staydown::cli
