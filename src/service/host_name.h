// What this machine, or pod, is called.
#pragma once

#include <string>

namespace staydown::service {

std::string host_name(const char* otherwise);  // what it is called if it has no name

}  // namespace staydown::service
