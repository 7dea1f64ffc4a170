// One stream against one bank, under several variants.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "banks.h"
#include "variant.h"

namespace staydown::bench {

// Answers a request (see main.cc). Each variant begins anew, as a scan does. Throws
// std::runtime_error or nlohmann::json::exception.
nlohmann::json answer(const nlohmann::json& request, const std::vector<Variant>& variants,
                      Banks& banks);

}  // namespace staydown::bench
