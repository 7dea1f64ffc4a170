#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <optional>
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
  staydown reference add attack.mp4 --label "Halle 2019" --grounds "TCO order 17" --confirmed
  staydown reference add news.mp4 --interval 1:30-2:15.5 --id halle-clip --max-verdict review
  staydown reference add a.mp4 b.mp4 --bank bank.db
  staydown reference add attack.mp4 --brokers kafka:9092

Each video is added twice: its keyframes first, which are enforced at once, then the whole video, at up to 25
frames a second where it moves fast, as the next generation of the same reference. Keyframes find what holds still
for a second or two; a picture that moves fast is found from the second pass on, which streams that run are then
searched for too. After Ctrl-C the bank holds the last complete generation; the same command again goes on. The bank
keeps hashes, never the video. With --brokers the reference goes to every worker of the cluster, and each pass ends
when all that run enforce it.)";

struct AddFlags {
  BankFlags bank;
  InfoFlags info;
  std::vector<std::string> videos;
  std::string interval;
  std::string model;
  bool force = false, keyframes_only = false;
};

// "halle: keyframes 41 %, 0:12.000 left"
std::string progress_text(const std::string& id, media::ReferencePass pass, MediaTime done,
                          MediaTime whole, MediaTime elapsed) {
  const auto* what = pass == media::ReferencePass::kKeyframes ? "keyframes" : "whole video";
  if (whole <= MediaTime::zero()) return fmt::format("{}: {}, {}", id, what, clock_text(done));
  const double share = std::min(1.0, seconds(done) / seconds(whole));
  if (share < 0.01) return fmt::format("{}: {} {:.0f} %", id, what, 100 * share);
  const auto left = std::chrono::round<std::chrono::seconds>(elapsed * ((1 - share) / share));
  return fmt::format("{}: {} {:.0f} %, {} s left", id, what, 100 * share, left.count());
}

// One video on its way into the bank.
struct Addition {
  std::string path, id;
  service::VideoIngest ingest;
};

std::string outcome_text(const std::string& id, media::ReferencePass pass,
                         const service::Ingested& ingested) {
  const bool first = pass == media::ReferencePass::kKeyframes;
  return fmt::format("{}: {}: generation {} with {} of {} {}; {}", id,
                     first ? "enforced now" : "complete", ingested.generation, ingested.kept,
                     ingested.frames, first ? "keyframes" : "frames",
                     reference::describe(ingested.composition));
}

enum class PassEnd : std::uint8_t { kDone, kStopped };

Result<PassEnd> run_pass(Addition& addition, media::ReferencePass pass, Progress& progress,
                         const std::stop_token& stop) {
  const auto begin = std::chrono::steady_clock::now();
  const auto show = [&](MediaTime done, MediaTime whole) {
    const auto elapsed = std::chrono::floor<MediaTime>(std::chrono::steady_clock::now() - begin);
    progress.show(progress_text(addition.id, pass, done, whole, elapsed));
  };
  const auto ingested = addition.ingest.run(pass, show, stop);
  progress.clear();
  if (!ingested) return tl::unexpected(ingested.error());
  if (!*ingested) return PassEnd::kStopped;
  std::cout << outcome_text(addition.id, pass, **ingested) << std::endl;
  return PassEnd::kDone;
}

// The keyframes of a video that the bank has already have nothing to add.
Result<PassEnd> run_keyframes(Addition& addition, const AddFlags& flags, Progress& progress,
                              const std::stop_token& stop) {
  if (const auto generation = addition.ingest.generation(); generation != 0) {
    std::cout << fmt::format("{}: already in the bank as generation {}; {}\n", addition.id,
                             generation,
                             flags.keyframes_only ? "its keyframes have nothing to add"
                                                  : "going on with the whole video")
              << std::flush;
    return PassEnd::kDone;
  }
  auto ran = run_pass(addition, media::ReferencePass::kKeyframes, progress, stop);
  const bool full_pass_follows = !flags.keyframes_only;
  if (!ran && full_pass_follows && ran.error().code == ErrorCode::kNoKeyframe) {
    return PassEnd::kDone;
  }
  return ran;
}

// Those videos that can be added; the others are reported in `exit_code` and on stderr.
std::vector<Addition> open_additions(const AddFlags& flags, reference::ReferenceBank& bank,
                                     const descriptor::Describer& describer, int& exit_code) {
  std::optional<Interval> interval;  // its form was checked with the command line
  if (!flags.interval.empty()) interval = parse_interval(flags.interval).value();
  std::vector<Addition> additions;
  for (const auto& path : flags.videos) {
    const auto info = info_of(flags.info, path);
    auto ingest = service::VideoIngest::open(
        bank, describer, {path, interval},
        {.info = info, .actor = flags.bank.actor, .force = flags.force, .clock = wall_clock});
    if (ingest) {
      additions.push_back({path, info.id.value, *std::move(ingest)});
    } else {
      exit_code = report(ingest.error());
    }
  }
  return additions;
}

// One pass of every addition; those that fail are taken out.
PassEnd run_all(std::vector<Addition>& additions, int& exit_code, OpenBank& bank,
                const std::function<Result<PassEnd>(Addition&)>& run_one) {
  std::vector<Addition> left;
  for (auto& addition : additions) {
    auto end = run_one(addition);
    if (end && *end == PassEnd::kDone) {
      const auto settled = bank.settle();
      if (!settled) {
        end = tl::unexpected(settled.error());
      } else if (*settled == OpenBank::Settled::kNotEverywhere) {
        exit_code = kExitError;
      }
    }
    if (!end) {
      exit_code = report(end.error());
    } else if (*end == PassEnd::kStopped) {
      std::cerr << "staydown: " << addition.path
                << ": stopped; the bank holds what was complete, the same command goes on\n";
      exit_code = kExitError;
      return PassEnd::kStopped;
    } else {
      left.push_back(std::move(addition));
    }
  }
  additions = std::move(left);
  return PassEnd::kDone;
}

int run_add(const AddFlags& flags) {
  const auto stop = stop_on_signals();
  const auto models = models_for(flags.bank, flags.model);
  if (!models) return report(models.error());
  auto bank = OpenBank::open(flags.bank, models->bank(reference::BankAccess::kCreate));
  if (!bank) return report(bank.error());
  const descriptor::Describer describer(descriptor::kReferenceViews, models->learned);
  int exit_code = kExitNothingFound;
  auto additions = open_additions(flags, **bank, describer, exit_code);
  Progress progress;
  // All keyframes first: every video is enforced before any is looked at closely.
  const auto keyframes = run_all(additions, exit_code, *bank, [&](Addition& addition) {
    return run_keyframes(addition, flags, progress, stop);
  });
  if (keyframes == PassEnd::kDone && !flags.keyframes_only) {
    run_all(additions, exit_code, *bank, [&](Addition& addition) {
      return run_pass(addition, media::ReferencePass::kFull, progress, stop);
    });
  }
  return exit_code;
}

}  // namespace

void add_reference_add(CLI::App& reference, int& exit_code) {
  auto flags = std::make_shared<AddFlags>();
  auto* command = reference.add_subcommand("add", "Add videos; enforced within seconds");
  command->footer(kExamples);
  command->add_option("VIDEO", flags->videos, "Video files")->required();
  add_info_flags(*command, flags->info);
  command
      ->add_option("--interval", flags->interval,
                   "Only this part, FROM-TO, as seconds or [HH:]MM:SS[.fff]")
      ->check([](const std::string& text) {
        const auto parsed = parse_interval(text);
        return parsed ? std::string() : parsed.error().message;
      });
  command->add_flag("--force", flags->force, "Add it even if most of it is generic");
  command->add_flag("--keyframes-only", flags->keyframes_only, "Leave out the second pass");
  add_model_flag(*command, flags->model);
  add_change_flags(*command, flags->bank);
  command->callback([flags, &exit_code] {
    if (flags->videos.size() > 1 && !flags->info.id.empty()) {
      throw CLI::ValidationError("--id", "names one reference; add the videos one by one");
    }
    if (flags->videos.size() > 1 && !flags->interval.empty()) {
      throw CLI::ValidationError("--interval", "is of one video; add the videos one by one");
    }
    exit_code = run_add(*flags);
  });
}

}  // namespace staydown::cli
