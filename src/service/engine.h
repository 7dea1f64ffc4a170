// Everything that the worker threads of one process share, made from the configuration and a bank.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "service/config.h"
#include "service/detector.h"

namespace staydown::service {

// Loads the bank into an index, keeps the two in step while it lives, and hands out detectors.
// Thread-safe once made.
class Engine {
 public:
  // Errors are the bank's, or the calibration file's; each names the file and the remedy.
  static Result<Engine> open(const Config& config, const std::string& bank_path);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  std::unique_ptr<Detector> make_detector() const;

  const policy::Policy& policy() const;
  event::Versions versions() const;  // of events from now on
  double review_score() const;       // operating thresholds in nats
  double takedown_score() const;

  struct IndexStatus {
    std::size_t frames = 0, references = 0;
    std::uint64_t version = 0;
  };
  IndexStatus index_status() const;  // what is searched now

 private:
  class Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::service
