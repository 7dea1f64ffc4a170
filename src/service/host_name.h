// What this machine, or pod, is called.
#pragma once

#include <string>

namespace staydown::service {

std::string host_name();  // "host" if it has no name

}  // namespace staydown::service
