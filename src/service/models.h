// What describes frames in this process.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "descriptor/describer.h"
#include "matching/calibration.h"
#include "reference/reference_bank.h"
#include "service/config.h"

namespace staydown::service {

// PDQ, and the learned model if the configuration names one. A value; what it holds is thread-safe.
struct Models {
  std::string pdq = "pdq-1";
  std::string embedding;            // model and precision, as banks name it; empty: none
  std::string precision = "exact";  // "exact" (PDQ only), "f32", "bf16" or "mixed"
  descriptor::LearnedDescriptor learned;
  std::shared_ptr<const matching::Calibration> calibration;  // of all of them; never null

  // Label of metrics and events: "pdq-1" or "pdq-1+staydown-embedding/3".
  std::string name() const;
  bool colour() const { return learned.embedder != nullptr; }       // whether frames need their RGB
  reference::BankOptions bank(reference::BankAccess access) const;  // that keeps what they make
};

// Loads them for `threads` that describe at once. The calibration is the configured one, else the
// model's, else the one that ships. Errors name the file and the remedy; kInvalidArgument if the
// calibration is another model's.
Result<Models> open_models(const Config& config, int threads);

// Of PDQ alone, by the calibration that ships.
Models hashes_only();

}  // namespace staydown::service
