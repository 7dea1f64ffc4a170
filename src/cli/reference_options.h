// What the subcommands of `staydown reference` share.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "reference/reference_bank.h"

namespace staydown::cli {

struct BankFlags {
  std::string bank;
  std::string actor;  // for the audit table
};

// --bank; and --actor for subcommands that change the bank.
void add_bank_flag(CLI::App& command, BankFlags& flags);
void add_bank_and_actor_flags(CLI::App& command, BankFlags& flags);

// What people say about a reference when they add it.
struct InfoFlags {
  std::string id, label, grounds;
  std::string max_verdict = "takedown";
  bool confirmed = false;
};
void add_info_flags(CLI::App& command, InfoFlags& flags);

// `name` (of a file) stands in for an id or label that was not given.
ReferenceInfo info_of(const InfoFlags& flags, const std::string& name);

Result<reference::ReferenceBank> open_bank(const BankFlags& flags, reference::BankAccess access);

reference::Change change_by(const BankFlags& flags);
WallTime wall_clock();

// Writes "staydown: <message>" to stderr; gives kExitError.
int report(const Error& error);

}  // namespace staydown::cli
