// file: URIs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/segment.h"

namespace staydown::fetch {

// Reads a regular file. What counts is the file that was opened, not its name: a link that leads
// out of the roots is kDenied, also one that is exchanged meanwhile. `path` is decoded already.
Result<Bytes> read_below(const std::vector<std::filesystem::path>& roots, const std::string& path,
                         std::size_t max_bytes);

}  // namespace staydown::fetch
