// What the subcommands of `staydown reference` share.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "cli/cluster_options.h"
#include "kafka/client.h"
#include "reference/reference_bank.h"
#include "service/models.h"
#include "service/reference_topic.h"

namespace staydown::cli {

struct BankFlags {
  std::string bank;
  bool bank_given = false;      // by the command line or the environment
  ClusterOptions cluster = {};  // if there is one, its topic of references counts, and no bank
  std::string actor = {};       // for the audit table
  int wait_seconds = 0;         // for workers to enforce a change
};

// --bank; and the cluster; and --actor and --wait for subcommands that change something.
void add_bank_flag(CLI::App& command, BankFlags& flags);
void add_bank_or_cluster_flags(CLI::App& command, BankFlags& flags);
void add_change_flags(CLI::App& command, BankFlags& flags);

// What people say about a reference when they add it.
struct InfoFlags {
  std::string id, label, grounds, notice;
  std::string max_verdict = "takedown";
  bool confirmed = false;
};
void add_info_flags(CLI::App& command, InfoFlags& flags);

// `name` (of a file) stands in for an id or label that was not given.
ReferenceInfo info_of(const InfoFlags& flags, const std::string& name);

// A bank on disk, or what stands for it on a cluster.
class OpenBank {
 public:
  // Of the options a cluster takes the model of embeddings only: what stands for it is made anew.
  static Result<OpenBank> open(const BankFlags& flags, const reference::BankOptions& options);

  reference::ReferenceBank& operator*() { return topic_ ? topic_->bank() : *bank_; }

  // To be called after each change: puts it on the cluster, waits for the workers and says on
  // standard output who enforces it, or on standard error who does not yet. Nothing remains to be
  // done for a bank on disk.
  enum class Settled : std::uint8_t { kEverywhere, kNotEverywhere };
  Result<Settled> settle();

 private:
  OpenBank() = default;
  std::optional<reference::ReferenceBank> bank_;
  std::unique_ptr<service::ReferenceTopic> topic_;
  kafka::ClientOptions client_;
  std::string workers_;
  std::chrono::seconds wait_{};
};

reference::Change change_by(const BankFlags& flags);

// The models that describe references: as `model` (--model) says, else as the configuration does.
Result<service::Models> models_for(const BankFlags& flags, const std::string& model);

}  // namespace staydown::cli
