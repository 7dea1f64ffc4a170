#include "cli/reference_options.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "cli/app.h"

namespace staydown::cli {
namespace {

std::string user() {
  const char* name = std::getenv("USER");
  if (name != nullptr && *name != '\0') return name;
  const passwd* entry = getpwuid(geteuid());
  return entry != nullptr ? entry->pw_name : "unknown";
}

// A valid reference id that resembles `name`.
std::string id_from(const std::string& name) {
  std::string id;
  for (const char c : name) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '.' || c == '_' || c == ':';
    if (allowed) {
      id += c;
    } else if (!id.empty() && id.back() != '-') {
      id += '-';
    }
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id.substr(0, 128);
}

}  // namespace

void add_bank_flag(CLI::App& command, BankFlags& flags) {
  command.add_option("--bank", flags.bank, "Bank of references")
      ->envname("STAYDOWN_BANK")
      ->default_val("bank.db");
}

void add_bank_and_actor_flags(CLI::App& command, BankFlags& flags) {
  add_bank_flag(command, flags);
  flags.actor = user();
  command.add_option("--actor", flags.actor, "Who does this, for the audit table; default: $USER");
}

void add_info_flags(CLI::App& command, InfoFlags& flags) {
  command.add_option("--id", flags.id, "Name of the reference; default: made from the file's name");
  command.add_option("--label", flags.label, "What it is, for people; default: the file's name");
  command.add_option("--grounds", flags.grounds, "Why it must stay down: law, policy, notice");
  command.add_option("--max-verdict", flags.max_verdict, "The most that it may cause")
      ->check(CLI::IsMember({"review", "takedown"}))
      ->capture_default_str();
  command.add_flag("--confirmed", flags.confirmed,
                   "Never fall back to review, however many streams show it at once");
}

ReferenceInfo info_of(const InfoFlags& flags, const std::string& name) {
  const auto stem = std::filesystem::path(name).stem().string();
  return {
      .id = ReferenceId(flags.id.empty() ? id_from(stem) : flags.id),
      .label = flags.label.empty() ? stem : flags.label,
      .grounds = flags.grounds,
      .max_verdict = flags.max_verdict == "review" ? VerdictKind::kReview : VerdictKind::kTakedown,
      .confirmed = flags.confirmed};
}

Result<reference::ReferenceBank> open_bank(const BankFlags& flags, reference::BankAccess access) {
  return reference::ReferenceBank::open(flags.bank, {.access = access});
}

reference::Change change_by(const BankFlags& flags) {
  return {.actor = flags.actor, .at = wall_clock(), .detail = {}};
}

WallTime wall_clock() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

int report(const Error& error) {
  std::cerr << "staydown: " << error.message << '\n';
  return kExitError;
}

}  // namespace staydown::cli
