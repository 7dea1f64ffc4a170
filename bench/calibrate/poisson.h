// What a count may stand for.
#pragma once

#include <cmath>
#include <cstdint>

namespace staydown::calibrate {

// Upper 95 % bound of a Poisson mean of which n were seen: half the 95 % quantile of chi-squared
// with 2 n + 2 degrees of freedom, by Wilson and Hilferty's approximation.
inline double poisson_upper(std::int64_t n) {
  const double degrees = 2.0 * static_cast<double>(n) + 2;
  const double part = 2 / (9 * degrees);
  return degrees * std::pow(1 - part + 1.645 * std::sqrt(part), 3) / 2;
}

}  // namespace staydown::calibrate
