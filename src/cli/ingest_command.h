// `staydown ingest`: puts files, URLs and live streams on a Kafka cluster as segments.
#pragma once

#include <CLI/CLI.hpp>

namespace staydown::cli {

// Adds the subcommand; when it has run, `exit_code` holds what the process exits with.
void add_ingest_command(CLI::App& app, int& exit_code);

}  // namespace staydown::cli
