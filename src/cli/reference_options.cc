#include "cli/reference_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "cli/app.h"
#include "core/clock.h"
#include "service/worker_reports.h"

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
      ->default_val("bank.db")
      ->each([&flags](const std::string&) { flags.bank_given = true; });
}

void add_bank_or_cluster_flags(CLI::App& command, BankFlags& flags) {
  add_bank_flag(command, flags);
  add_cluster_options(command, flags.cluster);
}

void add_change_flags(CLI::App& command, BankFlags& flags) {
  add_bank_or_cluster_flags(command, flags);
  command
      .add_option("--wait", flags.wait_seconds,
                  "Wait so many seconds for the cluster's workers to enforce the change")
      ->default_val(30)  // longer than a worker that was killed counts as running
      ->check(CLI::Range(0, 3600));
  flags.actor = user();
  command.add_option("--actor", flags.actor, "Who does this, for the audit table; default: $USER");
}

void add_info_flags(CLI::App& command, InfoFlags& flags) {
  command.add_option("--id", flags.id, "Name of the reference; default: made from the file's name");
  command.add_option("--label", flags.label, "What it is, for people; default: the file's name");
  command.add_option("--grounds", flags.grounds, "Why it must stay down: law or policy");
  command.add_option("--notice", flags.notice,
                     "The notice or order that demands it: number or URL");
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
      .confirmed = flags.confirmed,
      .notice = flags.notice};
}

Result<service::Models> models_for(const BankFlags& flags, const std::string& model) {
  auto config = configuration(flags.cluster);
  if (!config) return tl::unexpected(std::move(config.error()));
  if (!model.empty()) config->model.manifest = model;
  return service::open_models(*config, 1);
}

Result<OpenBank> OpenBank::open(const BankFlags& flags, const reference::BankOptions& options) {
  OpenBank opened;
  if (!flags.cluster.brokers.empty() || !flags.cluster.config.empty()) {
    if (flags.bank_given) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("--bank {}: a bank on disk and a cluster (--brokers, --config, or "
                              "STAYDOWN_BROKERS) are both given; give one of them",
                              flags.bank));
    }
    auto cluster = access_to(flags.cluster);
    if (!cluster) return tl::unexpected(std::move(cluster.error()));
    opened.client_ = std::move(cluster->client);
    const auto& topics = cluster->config.kafka.topics;
    opened.workers_ = topics.workers;
    opened.wait_ = std::chrono::seconds(flags.wait_seconds);
    auto topic =
        service::ReferenceTopic::open(opened.client_, topics.references, options.embedding_model);
    if (!topic) return tl::unexpected(std::move(topic.error()));
    opened.topic_ = *std::move(topic);
    return opened;
  }
  auto bank = reference::ReferenceBank::open(flags.bank, options);
  if (!bank) return tl::unexpected(std::move(bank.error()));
  const auto feed = bank->feed();
  if (!feed) return tl::unexpected(feed.error());
  if (*feed && options.access != reference::BankAccess::kRead) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("bank {}: is a worker's cache of the topic {}, which would undo the "
                            "change; give --brokers",
                            flags.bank, (*feed)->topic));
  }
  opened.bank_ = *std::move(bank);
  return opened;
}

Result<OpenBank::Settled> OpenBank::settle() {
  if (!topic_) return Settled::kEverywhere;
  const auto begin = std::chrono::steady_clock::now();
  const auto version = topic_->publish();
  if (!version) return tl::unexpected(version.error());
  if (!*version || wait_ == std::chrono::seconds(0)) return Settled::kEverywhere;
  const auto enforced = service::await_enforcement(client_, workers_, **version, wait_);
  if (!enforced) return tl::unexpected(enforced.error());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (enforced->workers == 0) {
    std::cout << fmt::format("version {}: written; no worker runs\n", **version);
  } else if (enforced->waiting.empty()) {
    std::cout << fmt::format("version {}: in force on {} workers after {:.1f} s\n", **version,
                             enforced->workers, took.count());
  } else {
    std::cerr << fmt::format(
        "staydown: version {}: written, but {} of {} workers do not enforce it after {} s: {}; "
        "look at `staydown reference status`\n",
        **version, enforced->waiting.size(), enforced->workers, wait_.count(),
        fmt::join(enforced->waiting, ", "));
    return Settled::kNotEverywhere;
  }
  std::cout << std::flush;
  return Settled::kEverywhere;
}

reference::Change change_by(const BankFlags& flags) {
  return {.actor = flags.actor, .at = wall_clock(), .detail = {}};
}

}  // namespace staydown::cli
