#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/model_options.h"
#include "cli/progress.h"
#include "cli/reference_command.h"
#include "cli/reference_options.h"
#include "cli/signals.h"
#include "cli/time_text.h"
#include "core/clock.h"
#include "service/video_ingest.h"

namespace staydown::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  staydown reference reembed --model shipped
  staydown reference reembed halle-2019 --bank bank.db --model my-model/manifest.json
  staydown reference reembed --brokers kafka:9092

Each reference without descriptors of the model gets them from the video it was added from, as its next generation;
it is enforced all the while. References that came as hash lists, or whose video is gone or has changed, keep their
hashes and are named.

Exit codes: 0 every reference that was added from a video has the model's descriptors; 1 some have not, or an error.)";

struct ReembedFlags {
  BankFlags bank;
  std::string model;
  std::vector<std::string> ids;
};

bool has_model(const reference::ReferenceRecord& record, const std::string& model) {
  return std::ranges::any_of(record.descriptors, [&](const auto& stored) {
    return stored.model == model && stored.entries > 0;
  });
}

// What a reference lacks for being described again; nothing if it can be.
std::optional<std::string> lacking(const reference::ReferenceRecord& record) {
  if (!record.file) return "came as a hash list; it keeps its hashes";
  std::error_code error;
  if (!std::filesystem::exists(record.file->path, error)) {
    return fmt::format("its video {} is gone; put it back and repeat", record.file->path);
  }
  return std::nullopt;
}

Result<std::vector<reference::ReferenceRecord>> chosen(const reference::ReferenceBank& bank,
                                                       const std::vector<std::string>& ids) {
  if (ids.empty()) return bank.list();
  std::vector<reference::ReferenceRecord> records;
  for (const auto& id : ids) {
    auto record = bank.find(ReferenceId(id));
    if (!record) return tl::unexpected(std::move(record.error()));
    records.push_back(*std::move(record));
  }
  return records;
}

// The next generation of one reference; false if `stop` came first.
Result<bool> reembed(reference::ReferenceBank& bank, const reference::ReferenceRecord& record,
                     const descriptor::Describer& describer, const BankFlags& flags,
                     Progress& progress, const std::stop_token& stop) {
  auto ingest =
      service::VideoIngest::open(bank, describer, {record.file->path, record.file->interval},
                                 {.info = record.info, .actor = flags.actor, .clock = wall_clock});
  if (!ingest) return tl::unexpected(std::move(ingest.error()));
  const auto show = [&](MediaTime done, MediaTime whole) {
    progress.show(
        fmt::format("{}: {} of {}", record.info.id.value, clock_text(done), clock_text(whole)));
  };
  const auto ingested = ingest->run(media::ReferencePass::kFull, show, stop);
  progress.clear();
  if (!ingested) return tl::unexpected(ingested.error());
  if (*ingested) {
    std::cout << fmt::format("{}: generation {} with {} of {} frames\n", record.info.id.value,
                             (*ingested)->generation, (*ingested)->kept, (*ingested)->frames)
              << std::flush;
  }
  return ingested->has_value();
}

int run_reembed(const ReembedFlags& flags) {
  const auto stop = stop_on_signals();
  const auto models = models_for(flags.bank, flags.model);
  if (!models) return report(models.error());
  if (models->embedding.empty()) {
    return report({ErrorCode::kInvalidArgument,
                   "reembed: no learned model is configured; name one with --model"});
  }
  auto bank = OpenBank::open(flags.bank, models->bank(reference::BankAccess::kChange));
  if (!bank) return report(bank.error());
  const auto records = chosen(**bank, flags.ids);
  if (!records) return report(records.error());
  const descriptor::Describer describer(descriptor::kReferenceViews, models->learned);
  int exit_code = kExitNothingFound;
  Progress progress;
  for (const auto& record : *records) {
    const auto& id = record.info.id.value;
    if (has_model(record, models->embedding)) {
      std::cout << fmt::format("{}: has {} already\n", id, models->embedding);
      continue;
    }
    if (const auto lack = lacking(record)) {
      std::cout << fmt::format("{}: not described again: {}\n", id, *lack) << std::flush;
      if (record.file) exit_code = kExitError;
      continue;
    }
    const auto done = reembed(**bank, record, describer, flags.bank, progress, stop);
    if (!done) {
      exit_code = report(done.error());
      continue;
    }
    if (!*done) {
      std::cerr << "staydown: stopped; what was complete is in force, the same command goes on\n";
      return kExitError;
    }
    const auto settled = bank->settle();
    if (!settled) return report(settled.error());
    if (*settled == OpenBank::Settled::kNotEverywhere) exit_code = kExitError;
  }
  return exit_code;
}

}  // namespace

void add_reference_reembed(CLI::App& reference, int& exit_code) {
  auto flags = std::make_shared<ReembedFlags>();
  auto* command = reference.add_subcommand(
      "reembed", "Describe references by another learned model, from their videos");
  command->footer(kExamples);
  command->add_option("ID", flags->ids, "References; default: all that lack the model");
  add_model_flag(*command, flags->model);
  add_change_flags(*command, flags->bank);
  command->callback([flags, &exit_code] { exit_code = run_reembed(*flags); });
}

}  // namespace staydown::cli
