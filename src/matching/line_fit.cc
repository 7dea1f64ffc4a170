#include "matching/line_fit.h"

#include <algorithm>
#include <cmath>

namespace staydown::matching {
namespace {

// Prior of the speed: 1 with a standard deviation of 0.1, so that kWindowSigmas of them make the
// cone 0.75-1.25 before anything is known.
constexpr double kSpeedSigma = 0.1;
constexpr double kPrior = 1 / (kSpeedSigma * kSpeedSigma);
constexpr double kWindowSigmas = 2.5;
// An edited speed is rarely between: 1 is reported while it is within this many deviations.
constexpr double kSnapSigmas = 2.5;

}  // namespace

void LineFit::add(double query, double reference, double sigma) {
  const double weight = 1 / (sigma * sigma);
  weight_ *= forgetting_;
  query_query_ *= forgetting_;
  query_reference_ *= forgetting_;
  reference_reference_ *= forgetting_;
  const double total = weight_ + weight;
  const double to_query = query - mean_query_, to_reference = reference - mean_reference_;
  const double shared = weight_ * weight / total;
  query_query_ += shared * to_query * to_query;
  query_reference_ += shared * to_query * to_reference;
  reference_reference_ += shared * to_reference * to_reference;
  mean_query_ += weight / total * to_query;
  mean_reference_ += weight / total * to_reference;
  weight_ = total;
}

double LineFit::speed() const {
  return std::clamp((query_reference_ + kPrior) / (query_query_ + kPrior), kSlowest, kFastest);
}

double LineFit::misfit() const {
  const double s = speed();
  const double squares = reference_reference_ - 2 * s * query_reference_ + s * s * query_query_;
  return (squares + (s - 1) * (s - 1) * kPrior) / 2;
}

double LineFit::speed_sigma() const { return 1 / std::sqrt(query_query_ + kPrior); }

Window LineFit::at(double query) const {
  const double away = query - mean_query_;
  const double sigma = std::hypot(1 / std::sqrt(weight_), away * speed_sigma());
  return {mean_reference_ + speed() * away, kWindowSigmas * sigma};
}

double LineFit::reported_speed() const {
  return std::abs(speed() - 1) <= kSnapSigmas * speed_sigma() ? 1.0 : speed();
}

double LineFit::reported(double query) const {
  return mean_reference_ + reported_speed() * (query - mean_query_);
}

}  // namespace staydown::matching
