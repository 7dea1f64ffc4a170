#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/app.h"
#include "cli/reference_command.h"
#include "cli/reference_options.h"
#include "cli/time_text.h"

namespace staydown::cli {
namespace {

using Json = nlohmann::ordered_json;
using reference::ReferenceRecord;

Json json_of(const ReferenceRecord& record) {
  Json json{{"id", record.info.id.value},
            {"label", record.info.label},
            {"grounds", record.info.grounds},
            {"notice", record.info.notice},
            {"max_verdict", name_of(record.info.max_verdict)},
            {"confirmed", record.info.confirmed},
            {"enabled", record.enabled},
            {"added_by", record.added_by},
            {"added_at", to_rfc3339(record.added_at)},
            {"generation", record.generation},
            {"duration", record.duration.count()},
            {"file", nullptr},
            {"descriptors", Json::array()}};
  if (record.file) {
    json["file"] = {{"path", record.file->path},
                    {"sha256", to_hex(record.file->digest)},
                    {"interval", nullptr}};
    if (const auto& interval = record.file->interval) {
      json["file"]["interval"] = {{"begin", interval->begin.count()},
                                  {"end", interval->end.count()}};
    }
  }
  for (const auto& stored : record.descriptors) {
    json["descriptors"].push_back({{"model", stored.model},
                                   {"entries", stored.entries},
                                   {"bytes", stored.bytes},
                                   {"sha256", to_hex(stored.digest)}});
  }
  return json;
}

// Labels may hold any bytes; those that are not UTF-8 become U+FFFD.
std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::uint64_t entries_of(const ReferenceRecord& record) {
  std::uint64_t entries = 0;
  for (const auto& stored : record.descriptors) entries += stored.entries;
  return entries;
}

void print_table(const std::vector<ReferenceRecord>& records) {
  std::size_t width = 2;
  for (const auto& record : records) width = std::max(width, record.info.id.value.size());
  constexpr auto* kRow = "{:<{}}  {:<8}  {:<8}  {:>12}  {:>8}  {:>3}  {}\n";
  std::cout << fmt::format(kRow, "ID", width, "STATE", "AT MOST", "DURATION", "ENTRIES", "GEN",
                           "LABEL");
  for (const auto& record : records) {
    std::cout << fmt::format(kRow, record.info.id.value, width,
                             record.enabled ? "enabled" : "disabled",
                             name_of(record.info.max_verdict), clock_text(record.duration),
                             entries_of(record), record.generation, record.info.label);
  }
}

void print(const ReferenceRecord& record) {
  const auto line = [](std::string_view name, const std::string& value) {
    std::cout << fmt::format("{:<12} {}\n", name, value);
  };
  line("id", record.info.id.value);
  line("label", record.info.label);
  line("grounds", record.info.grounds);
  line("notice", record.info.notice);
  line("at most", std::string(name_of(record.info.max_verdict)));
  line("confirmed", record.info.confirmed ? "yes" : "no");
  line("state", record.enabled ? "enabled" : "disabled");
  line("added", fmt::format("{} by {}", to_rfc3339(record.added_at), record.added_by));
  line("generation", std::to_string(record.generation));
  line("duration", clock_text(record.duration));
  line("video", record.file ? record.file->path : "none");
  if (record.file) {
    line("sha256", to_hex(record.file->digest));
    if (const auto& interval = record.file->interval) {
      line("part", clock_text(interval->begin) + "-" + clock_text(interval->end));
    }
  }
  for (const auto& stored : record.descriptors) {
    line("descriptors",
         fmt::format("{}: {} entries, {} bytes", stored.model, stored.entries, stored.bytes));
  }
}

int run_list(const BankFlags& flags, bool as_json) {
  auto bank = OpenBank::open(flags, {.access = reference::BankAccess::kRead});
  if (!bank) return report(bank.error());
  const auto records = (**bank).list();
  if (!records) return report(records.error());
  if (as_json) {
    Json json = Json::array();
    for (const auto& record : *records) json.push_back(json_of(record));
    std::cout << dump(json) << '\n';
  } else {
    print_table(*records);
  }
  return kExitNothingFound;
}

int run_show(const BankFlags& flags, const std::string& id, bool as_json) {
  auto bank = OpenBank::open(flags, {.access = reference::BankAccess::kRead});
  if (!bank) return report(bank.error());
  const auto record = (**bank).find(ReferenceId(id));
  if (!record) return report(record.error());
  if (as_json) {
    std::cout << dump(json_of(*record)) << '\n';
  } else {
    print(*record);
  }
  return kExitNothingFound;
}

struct ListFlags {
  BankFlags bank;
  std::string id;
  bool json = false;
};

}  // namespace

void add_reference_list(CLI::App& reference, int& exit_code) {
  auto flags = std::make_shared<ListFlags>();
  auto* list = reference.add_subcommand("list", "List all references");
  list->footer(
      "Examples:\n  staydown reference list\n  staydown reference list --json | jq '.[].id'\n\n"
      "Durations in JSON are microseconds.");
  list->add_flag("--json", flags->json, "As a JSON array");
  add_bank_or_cluster_flags(*list, flags->bank);
  list->callback([flags, &exit_code] { exit_code = run_list(flags->bank, flags->json); });

  auto* show = reference.add_subcommand("show", "Show everything kept about one reference");
  show->footer(
      "Examples:\n  staydown reference show attack\n  staydown reference show attack --json\n\n"
      "Durations in JSON are microseconds.");
  show->add_option("ID", flags->id, "The reference")->required();
  show->add_flag("--json", flags->json, "As a JSON object");
  add_bank_or_cluster_flags(*show, flags->bank);
  show->callback(
      [flags, &exit_code] { exit_code = run_show(flags->bank, flags->id, flags->json); });
}

}  // namespace staydown::cli
