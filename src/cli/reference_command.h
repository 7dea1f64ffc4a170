// `staydown reference`: what goes into a bank, and what is in it.
#pragma once

#include <CLI/CLI.hpp>

namespace staydown::cli {

// Adds the subcommand; when it has run, `exit_code` holds what the process exits with.
void add_reference_command(CLI::App& app, int& exit_code);

// Its own subcommands, each in reference_<name>.cc.
void add_reference_add(CLI::App& reference, int& exit_code);
void add_reference_list(CLI::App& reference, int& exit_code);    // and show
void add_reference_change(CLI::App& reference, int& exit_code);  // disable, enable, remove
void add_reference_verify(CLI::App& reference, int& exit_code);
void add_reference_exchange(CLI::App& reference, int& exit_code);  // import, export
void add_reference_reembed(CLI::App& reference, int& exit_code);
void add_reference_audit(CLI::App& reference, int& exit_code);
void add_reference_cluster(CLI::App& reference, int& exit_code);  // publish, status

}  // namespace staydown::cli
