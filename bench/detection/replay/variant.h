// The pipeline under several configurations at once.
#pragma once

#include <string>
#include <vector>

#include "service/config.h"
#include "service/models.h"

namespace staydown::bench {

// Variants of equal `sampling` sample alike; of these, those of equal `describing` describe alike.
struct Variant {
  std::string name;
  service::Config config;
  service::Models models;
  std::string sampling, describing;  // `describing` is empty for hashes alone
};

// `arguments` are NAME=CONFIG.yaml. Those with a learned descriptor come first, since hashes alone
// can then be taken from what it saw. A model that several name is opened once. Throws
// std::runtime_error with the message of what is wrong.
std::vector<Variant> open_variants(const std::vector<std::string>& arguments);

}  // namespace staydown::bench
