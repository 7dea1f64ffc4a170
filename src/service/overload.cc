#include "service/overload.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kUpAfter = 1s, kDownAfter = 5s;

}  // namespace

bool Overload::update(MediaTime age, Moment now) {
  if (age > budget_) {
    calm_ = false;
    if (step_ == kSteps || now - changed_ < kUpAfter) return false;
    ++step_;
    changed_ = now;
    return true;
  }
  if (step_ == 0 || 2 * age > budget_) {
    calm_ = false;
    return false;
  }
  if (!calm_) {
    calm_ = true;
    calm_since_ = now;
  }
  if (now - calm_since_ < kDownAfter) return false;
  --step_;
  changed_ = calm_since_ = now;
  return true;
}

MediaTime Overload::spacing(int step) { return step < 2 ? 0s : step == 2 ? 4s : 8s; }

}  // namespace staydown::service
