// `staydown worker`: watches the streams of a Kafka cluster.
#pragma once

#include <CLI/CLI.hpp>

namespace staydown::cli {

// Adds the subcommand; when it has run, `exit_code` holds what the process exits with.
void add_worker_command(CLI::App& app, int& exit_code);

}  // namespace staydown::cli
