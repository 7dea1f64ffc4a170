// Files that are either whole or not there.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace staydown::report {

// Writes a temporary file beside `path`, flushes it to disk and renames it, so that a reader never
// sees half of it and a failure leaves what was there. Devices and pipes are written directly. A
// full disk is kDiskFull, anything else kIo; the message names `path`, the reason and the remedy.
Result<void> write_atomically(const std::string& path, std::string_view content);

// Whether write_atomically could begin now: to fail before long work rather than after it. Leaves
// nothing behind.
Result<void> check_writable(const std::string& path);

}  // namespace staydown::report
