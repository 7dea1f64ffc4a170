#include <iostream>

#include "cli/app.h"
#include "cli/reference_command.h"
#include "cli/reference_options.h"

namespace staydown::cli {
namespace {

using reference::ReferenceBank;
using Operation = Result<void> (ReferenceBank::*)(const ReferenceId&, const reference::Change&);

struct ChangeKind {
  const char* name;
  const char* done;  // what stdout says afterwards
  const char* description;
  const char* footer;
  Operation operation;
};

constexpr ChangeKind kKinds[] = {
    {"disable", "disabled", "Stop enforcing references, and keep them",
     "Examples:\n  staydown reference disable attack --reason \"wrong video\"\n"
     "  staydown reference disable attack --brokers kafka:9092\n\n"
     "A running scan stops using it within a second, and so does every worker of a cluster.",
     &ReferenceBank::disable},
    {"enable", "enabled", "Enforce disabled references again",
     "Example: staydown reference enable attack", &ReferenceBank::enable},
    {"remove", "removed", "Delete references and their descriptors; the audit table keeps the fact",
     "Example: staydown reference remove attack --reason \"order 17 was lifted\"",
     &ReferenceBank::remove},
};

struct ChangeFlags {
  BankFlags bank;
  std::vector<std::string> ids;
  std::string reason;
};

int run_change(const ChangeKind& kind, const ChangeFlags& flags) {
  auto opened = OpenBank::open(flags.bank, {.access = reference::BankAccess::kChange});
  if (!opened) return report(opened.error());
  ReferenceBank& bank = **opened;
  int exit_code = kExitNothingFound;
  for (const auto& id : flags.ids) {
    auto change = change_by(flags.bank);
    change.detail = flags.reason;
    const auto done = (bank.*kind.operation)(ReferenceId(id), change);
    if (done) {
      std::cout << id << ": " << kind.done << '\n';
    } else {
      exit_code = report(done.error());
    }
  }
  const auto settled = opened->settle();
  if (!settled) return report(settled.error());
  return *settled == OpenBank::Settled::kEverywhere ? exit_code : kExitError;
}

}  // namespace

void add_reference_change(CLI::App& reference, int& exit_code) {
  for (const auto& kind : kKinds) {
    auto flags = std::make_shared<ChangeFlags>();
    auto* command = reference.add_subcommand(kind.name, kind.description);
    command->footer(kind.footer);
    command->add_option("ID", flags->ids, "The references")->required();
    command->add_option("--reason", flags->reason, "Why, for the audit table");
    add_change_flags(*command, flags->bank);
    command->callback([&kind, flags, &exit_code] { exit_code = run_change(kind, *flags); });
  }
}

}  // namespace staydown::cli
