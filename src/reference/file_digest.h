// SHA-256 of a file's bytes.
#pragma once

#include <string>

#include "core/result.h"
#include "core/sha256.h"

namespace staydown::reference {

// Reads the file once, piece by piece. kNotFound or kIo names the path and the reason.
Result<Sha256> digest_of_file(const std::string& path);

}  // namespace staydown::reference
