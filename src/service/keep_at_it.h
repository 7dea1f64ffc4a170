// What a worker's threads beside the group do: the same step for ever.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "core/result.h"
#include "service/metrics.h"
#include "service/worker_health.h"

namespace staydown::service {

// Takes one step after the other until `stop`. What fails is counted, shown on /readyz for the
// thread `slot`, and tried again after half a second, then after twice as long, up to ten seconds.
void keep_at_it(const std::stop_token& stop, WorkerHealth& health, std::size_t slot,
                Metrics& metrics, const std::function<Result<void>()>& step);

}  // namespace staydown::service
