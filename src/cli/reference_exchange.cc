#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "cli/app.h"
#include "cli/reference_command.h"
#include "cli/reference_options.h"
#include "core/clock.h"
#include "service/reference_ingest.h"

namespace staydown::cli {
namespace {

using reference::HashListFormat;

constexpr std::size_t kMaxBadLinesShown = 20;
// A hash a frame for a day of video at 60 frames a second is 480 MB.
constexpr std::size_t kMaxListBytes = 512U << 20;

struct ImportFlags {
  BankFlags bank;
  InfoFlags info;
  std::string file;
  bool skip_bad = false, force = false;
};

Result<std::string> read_text(const std::string& path) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  std::string text, piece(1U << 20, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
    text.append(piece, 0, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMaxListBytes) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{}: is larger than {} MiB; split it", path, kMaxListBytes >> 20));
    }
  }
  if (in.bad() || (path != "-" && !file.is_open())) {
    return fail(ErrorCode::kIo, fmt::format("{}: {}; check the path", path, std::strerror(errno)));
  }
  return text;
}

void show_bad_lines(const std::string& file, const reference::HashList& list) {
  const auto* unit = list.format == HashListFormat::kJson ? "element" : "line";
  for (std::size_t i = 0; i < std::min(list.bad.size(), kMaxBadLinesShown); ++i) {
    std::cerr << fmt::format("{}: {} {}: {}\n", file, unit, list.bad[i].number, list.bad[i].reason);
  }
  if (list.bad.size() > kMaxBadLinesShown) {
    std::cerr << fmt::format("{}: {} more\n", file, list.bad.size() - kMaxBadLinesShown);
  }
}

int run_import(const ImportFlags& flags) {
  const auto text = read_text(flags.file);
  if (!text) return report(text.error());
  const auto list = reference::parse_hash_list(*text);
  if (!list) {
    return report({list.error().code, fmt::format("{}: {}", flags.file, list.error().message)});
  }
  show_bad_lines(flags.file, *list);
  if (!list->bad.empty() && !flags.skip_bad) {
    return report({ErrorCode::kMalformed,
                   fmt::format("{}: {} bad lines, so nothing was imported; correct them, or leave "
                               "them out with --skip-bad",
                               flags.file, list->bad.size())});
  }
  auto bank = OpenBank::open(flags.bank, {.access = reference::BankAccess::kCreate});
  if (!bank) return report(bank.error());
  const auto info = info_of(flags.info, flags.file);
  const auto ingested = service::ingest_hash_list(
      **bank, *list, flags.file,
      {.info = info, .actor = flags.bank.actor, .force = flags.force, .clock = wall_clock});
  if (!ingested) return report(ingested.error());
  std::cout << fmt::format("{}: enforced now: generation {} with {} of {} hashes; {}\n",
                           info.id.value, ingested->generation, ingested->kept, ingested->frames,
                           reference::describe(ingested->composition));
  const auto settled = bank->settle();
  if (!settled) return report(settled.error());
  return *settled == OpenBank::Settled::kEverywhere ? kExitNothingFound : kExitError;
}

struct ExportFlags {
  BankFlags bank;
  std::string id, format = "vpdq", output;
};

int run_export(const ExportFlags& flags) {
  auto bank = OpenBank::open(flags.bank, {.access = reference::BankAccess::kRead});
  if (!bank) return report(bank.error());
  const auto timeline = (**bank).load(ReferenceId(flags.id));
  if (!timeline) return report(timeline.error());
  const auto text = reference::format_hash_list(
      (*timeline)->entries, flags.format == "json" ? HashListFormat::kJson : HashListFormat::kVpdq);
  if (flags.output.empty()) {
    std::cout << text << std::flush;
    return kExitNothingFound;
  }
  std::ofstream file(flags.output, std::ios::binary | std::ios::trunc);
  if (!(file << text << std::flush)) {
    return report({ErrorCode::kIo, fmt::format("{}: {}; check the path and the free space",
                                               flags.output, std::strerror(errno))});
  }
  return kExitNothingFound;
}

void add_import(CLI::App& reference, int& exit_code) {
  auto flags = std::make_shared<ImportFlags>();
  auto* command = reference.add_subcommand("import", "Add a hash list that others share");
  command->footer(
      "Examples:\n"
      "  staydown reference import attack.vpdq --id attack --label \"Halle 2019\"\n"
      "  staydown reference import hashes.json --id attack --skip-bad\n"
      "\n"
      "Reads vPDQ text (frame,quality,hash,timestamp) and JSON ([\"hash,quality,timestamp\", "
      "...]).");
  command->add_option("FILE", flags->file, "The list; - for standard input")->required();
  add_info_flags(*command, flags->info);
  command->add_flag("--skip-bad", flags->skip_bad, "Leave bad lines out");
  command->add_flag("--force", flags->force, "Add it even if most of it is generic");
  add_change_flags(*command, flags->bank);
  command->callback([flags, &exit_code] {
    if (flags->file == "-" && flags->info.id.empty()) {
      throw CLI::ValidationError("--id", "is needed for a list from standard input");
    }
    exit_code = run_import(*flags);
  });
}

void add_export(CLI::App& reference, int& exit_code) {
  auto flags = std::make_shared<ExportFlags>();
  auto* command = reference.add_subcommand("export", "Write a reference as a hash list to share");
  command->footer(
      "Examples:\n"
      "  staydown reference export attack > attack.vpdq\n"
      "  staydown reference export attack --format json --output attack.json\n"
      "\n"
      "The hashes of whole frames; near-duplicates were dropped when it was added.");
  command->add_option("ID", flags->id, "The reference")->required();
  command->add_option("--format", flags->format, "vpdq or json")
      ->check(CLI::IsMember({"vpdq", "json"}))
      ->capture_default_str();
  command->add_option("--output", flags->output, "Write here; default: standard output");
  add_bank_or_cluster_flags(*command, flags->bank);
  command->callback([flags, &exit_code] { exit_code = run_export(*flags); });
}

}  // namespace

void add_reference_exchange(CLI::App& reference, int& exit_code) {
  add_import(reference, exit_code);
  add_export(reference, exit_code);
}

}  // namespace staydown::cli
