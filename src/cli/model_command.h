// `staydown model`: says whether a learned descriptor can be used on this machine.
#pragma once

#include <CLI/CLI.hpp>

namespace staydown::cli {

// Adds the subcommand; when it has run, `exit_code` holds what the process exits with.
void add_model_command(CLI::App& app, int& exit_code);

}  // namespace staydown::cli
