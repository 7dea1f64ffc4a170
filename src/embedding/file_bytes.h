// Whole files in memory, and their digests.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"

namespace staydown::embedding {

// `what` begins the message. Errors: kNotFound, or kIo where there is something that cannot be
// read.
Result<std::string> read_file(std::string_view what, const std::filesystem::path& path);

std::string digest_of(std::string_view bytes);  // SHA-256, 64 lower-case digits

}  // namespace staydown::embedding
