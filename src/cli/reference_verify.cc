#include <algorithm>
#include <iostream>

#include "cli/app.h"
#include "cli/reference_command.h"
#include "cli/reference_options.h"

namespace staydown::cli {
namespace {

using reference::Finding;
using reference::FindingKind;
using reference::ReferenceBank;

int run_verify(const BankFlags& flags, bool skip_media) {
  const auto bank =
      reference::ReferenceBank::open(flags.bank, {.access = reference::BankAccess::kChange});
  if (!bank) return report(bank.error());
  const auto findings = bank->verify(skip_media ? ReferenceBank::MediaCheck::kSkip
                                                : ReferenceBank::MediaCheck::kDigest);
  if (!findings) return report(findings.error());
  for (const auto& finding : *findings) {
    std::cout << (finding.kind == FindingKind::kDamage ? "damage: " : "note: ")
              << (finding.id.empty() ? flags.bank : finding.id.value) << ": " << finding.message
              << '\n';
  }
  const bool damaged = std::any_of(findings->begin(), findings->end(), [](const Finding& finding) {
    return finding.kind == FindingKind::kDamage;
  });
  if (!damaged) std::cout << flags.bank << ": ok\n";
  return damaged ? kExitError : kExitNothingFound;
}

}  // namespace

void add_reference_verify(CLI::App& reference, int& exit_code) {
  struct VerifyFlags {
    BankFlags bank;
    bool skip_media = false;
  };
  auto flags = std::make_shared<VerifyFlags>();
  auto* command =
      reference.add_subcommand("verify", "Check the file, every digest, and the videos");
  command->footer(
      "Examples:\n  staydown reference verify\n  staydown reference verify --skip-media\n\n"
      "Exit codes: 0 all is well, also if videos are gone or changed (detection does not need "
      "them, "
      "reports do);\n1 something is damaged. A bank of an older Staydown is brought up to date.");
  command->add_flag("--skip-media", flags->skip_media, "Do not read the videos");
  add_bank_flag(*command, flags->bank);
  command->callback(
      [flags, &exit_code] { exit_code = run_verify(flags->bank, flags->skip_media); });
}

}  // namespace staydown::cli
