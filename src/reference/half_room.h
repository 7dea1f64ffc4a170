// Room for the numbers of many embeddings, outside the process's own memory where that matters.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "core/embedding.h"

namespace staydown::reference {

// From so many numbers on room lies in a file. Fewer are not worth a mapping, of which Linux gives
// a process 65,530 (vm.max_map_count).
inline constexpr std::size_t kMappedHalves = 32'768;

// Room for `count` numbers, zero, kept as long as something points into it. From kMappedHalves on
// it is a file of `folder` that has no name, mapped: its pages are the system's cache, which writes
// them back and lets them go when memory is short. Where no such file can be made (`folder` is
// empty or cannot be written, the disk is full) it is memory. Thread-safe.
std::shared_ptr<Half[]> room_for_halves(std::size_t count, const std::filesystem::path& folder);

}  // namespace staydown::reference
