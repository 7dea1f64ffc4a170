#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/app.h"
#include "cli/reference_command.h"
#include "cli/reference_options.h"
#include "core/clock.h"
#include "service/worker_reports.h"

namespace staydown::cli {
namespace {

using Json = nlohmann::ordered_json;

// Copies the references of a bank, as they are, into what stands for the topic.
int run_publish(const BankFlags& flags) {
  if (flags.cluster.brokers.empty() && flags.cluster.config.empty()) {
    return report({ErrorCode::kInvalidArgument, "--brokers is needed: where to publish"});
  }
  const auto from = reference::ReferenceBank::open(flags.bank);
  if (!from) return report(from.error());
  const auto records = from->list();
  if (!records) return report(records.error());
  BankFlags cluster = flags;
  cluster.bank_given = false;  // the bank is what is published
  auto to = OpenBank::open(cluster, {.access = reference::BankAccess::kChange});
  if (!to) return report(to.error());
  int exit_code = kExitNothingFound;
  reference::Adoption adoption;
  for (const auto& record : *records) {
    const auto& id = record.info.id;
    const auto there = (**to).find(id);
    if (there && there->descriptors == record.descriptors) {
      std::cout << id.value << ": there already\n";
      continue;
    }
    if (there) {
      exit_code =
          report({ErrorCode::kAlreadyExists,
                  fmt::format("reference {}: the cluster has another of that id", id.value)});
      continue;
    }
    auto packed = from->pack(id);
    if (!packed) {
      exit_code = report(packed.error());
      continue;
    }
    adoption.references.push_back(*std::move(packed));
  }
  if (const auto done = (**to).adopt(adoption); !done) return report(done.error());
  const auto settled = to->settle();
  if (!settled) return report(settled.error());
  if (*settled == OpenBank::Settled::kNotEverywhere) exit_code = kExitError;
  for (const auto& reference : adoption.references) {
    std::cout << reference.record.info.id.value << ": published\n";
  }
  return exit_code;
}

Json json_of(const event::WorkerReport& report, bool late) {
  return {{"instance", report.instance},
          {"at", to_rfc3339(report.at)},
          {"late", late},
          {"ready", report.ready},
          {"software", report.software},
          {"model", report.model},
          {"references_version", report.references_version},
          {"references", report.references},
          {"frames", report.frames},
          {"partitions", report.partitions},
          {"lag", report.lag}};
}

int run_status(const ClusterOptions& cluster, bool as_json) {
  const auto access = access_to(cluster);
  if (!access) return report(access.error());
  const auto reports = service::read_reports(access->client, access->config.kafka.topics.workers);
  if (!reports) return report(reports.error());
  std::int64_t newest = -1;
  std::size_t width = 8;
  for (const auto& one : *reports) {
    newest = std::max(newest, one.references_version);
    width = std::max(width, one.instance.size());
  }
  const auto now = wall_clock();
  bool all_well = true;
  Json json = Json::array();
  if (!as_json) {
    std::cout << fmt::format("{:<{}}  {:<10}  {:>8}  {:>10}  {:>9}  {:>6}  {}\n", "INSTANCE", width,
                             "STATE", "VERSION", "REFERENCES", "FRAMES", "LAG", "SOFTWARE");
  }
  for (const auto& one : *reports) {
    const bool late = now - one.at > service::kReportsLate;
    const bool behind = one.references_version < newest;
    all_well = all_well && !late && !behind && one.ready;
    json.push_back(json_of(one, late));
    if (as_json) continue;
    const auto state =
        late         ? fmt::format("silent {}s",
                                   std::chrono::round<std::chrono::seconds>(now - one.at).count())
        : !one.ready ? "not ready"
        : behind     ? "behind"
                     : "ready";
    std::cout << fmt::format("{:<{}}  {:<10}  {:>8}  {:>10}  {:>9}  {:>6}  {}, {}\n", one.instance,
                             width, state, one.references_version, one.references, one.frames,
                             one.lag, one.software, one.model);
  }
  if (as_json) std::cout << json.dump(2) << '\n';
  return all_well ? kExitNothingFound : kExitError;
}

}  // namespace

void add_reference_cluster(CLI::App& reference, int& exit_code) {
  auto flags = std::make_shared<BankFlags>();
  auto* publish = reference.add_subcommand("publish", "Put the references of a bank on a cluster");
  publish->footer(
      "Example: staydown reference publish --bank bank.db --brokers kafka:9092\n\n"
      "Those that the cluster has already are left as they are; the bank stays as it is.");
  add_change_flags(*publish, *flags);
  publish->callback([flags, &exit_code] { exit_code = run_publish(*flags); });

  struct StatusFlags {
    ClusterOptions cluster;
    bool json = false;
  };
  auto status_flags = std::make_shared<StatusFlags>();
  auto* status = reference.add_subcommand("status", "Show what each worker of a cluster enforces");
  status->footer(
      "Example: staydown reference status --brokers kafka:9092\n\n"
      "VERSION is the offset in the topic of references up to which a worker enforces them.\n"
      "Exit codes: 0 all workers are ready and enforce the same, 1 one is behind, silent or not "
      "ready, 2 usage.");
  status->add_flag("--json", status_flags->json, "As a JSON array");
  add_cluster_options(*status, status_flags->cluster);
  status->callback([status_flags, &exit_code] {
    exit_code = run_status(status_flags->cluster, status_flags->json);
  });
}

}  // namespace staydown::cli
