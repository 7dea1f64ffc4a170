// Which learned model a subcommand describes frames with.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace staydown::cli {

// --model, or STAYDOWN_MODEL; empty if neither is given: then the configuration's counts.
void add_model_flag(CLI::App& command, std::string& model);

}  // namespace staydown::cli
