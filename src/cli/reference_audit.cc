#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/app.h"
#include "cli/reference_command.h"
#include "cli/reference_options.h"

namespace staydown::cli {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const reference::AuditLine& line) {
  return {{"sequence", line.sequence}, {"time", to_rfc3339(line.at)}, {"actor", line.actor},
          {"action", line.action},     {"id", line.id.value},         {"detail", line.detail}};
}

int run_audit(const BankFlags& flags, bool as_json) {
  const auto bank = reference::ReferenceBank::open(flags.bank);
  if (!bank) return report(bank.error());
  const auto lines = bank->audit();
  if (!lines) return report(lines.error());
  for (const auto& line : *lines) {
    if (as_json) {
      std::cout << json_of(line).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    } else {
      std::cout << fmt::format("{}  {}  {}  {}  {}\n", to_rfc3339(line.at), line.actor, line.action,
                               line.id.empty() ? "-" : line.id.value, line.detail);
    }
  }
  return kExitNothingFound;
}

}  // namespace

void add_reference_audit(CLI::App& reference, int& exit_code) {
  struct AuditFlags {
    BankFlags bank;
    bool json = false;
  };
  auto flags = std::make_shared<AuditFlags>();
  auto* command = reference.add_subcommand("audit", "Show every change of the bank, oldest first");
  command->footer(
      "Examples:\n  staydown reference audit\n  staydown reference audit --json | jq "
      "'select(.action == \"remove\")'");
  command->add_flag("--json", flags->json, "One JSON object a line");
  add_bank_flag(*command, flags->bank);
  command->callback([flags, &exit_code] { exit_code = run_audit(flags->bank, flags->json); });
}

}  // namespace staydown::cli
