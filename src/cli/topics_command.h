// `staydown topics`: makes the topics that a cluster needs.
#pragma once

#include <CLI/CLI.hpp>

namespace staydown::cli {

// Adds the subcommand; when it has run, `exit_code` holds what the process exits with.
void add_topics_command(CLI::App& app, int& exit_code);

}  // namespace staydown::cli
