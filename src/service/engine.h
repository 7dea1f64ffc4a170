// Everything that the worker threads of one process share, made from the configuration and a bank.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "service/config.h"
#include "service/detector.h"
#include "service/models.h"

namespace staydown::service {

// Hands out detectors that share an index. Thread-safe once made.
class Engine {
 public:
  // Loads the bank into an index and keeps the two in step while it lives. Errors are the bank's;
  // each names the file and the remedy.
  static Result<Engine> open(const Config& config, const Models& models,
                             const std::string& bank_path);
  // Over an index that somebody else keeps up to date, and that is loaded already.
  static Engine over(const Config& config, const Models& models,
                     std::shared_ptr<const index::ReferenceIndex> index);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  std::unique_ptr<Detector> make_detector() const;
  // One that leaves looking at segments to `looker`, which sees what it would see itself.
  std::unique_ptr<Detector> make_detector(std::shared_ptr<const Looker> looker) const;
  std::shared_ptr<const descriptor::Describer> describer() const;  // of its detectors

  const policy::Policy& policy() const;
  policy::Policy& shared_policy() const;  // of all its detectors
  event::Versions versions() const;       // of events from now on
  double review_score() const;            // operating thresholds in nats
  double takedown_score() const;

 private:
  class Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::service
