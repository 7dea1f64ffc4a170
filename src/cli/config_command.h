// `staydown config`: what can be set, and whether a file sets it rightly.
#pragma once

#include <CLI/CLI.hpp>

namespace staydown::cli {

// Adds the subcommand; when it has run, `exit_code` holds what the process exits with.
void add_config_command(CLI::App& app, int& exit_code);

}  // namespace staydown::cli
