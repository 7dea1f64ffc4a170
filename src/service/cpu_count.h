// How many CPUs this process may use.
#pragma once

#include <filesystem>

namespace staydown::service {

// The smaller of its affinity and its cgroup's quota (cpu.max, rounded down), at least 1. `cgroup`:
// the folder of the control group.
int cpu_count(const std::filesystem::path& cgroup = "/sys/fs/cgroup");

}  // namespace staydown::service
