// Which addresses belong to the open Internet.
#pragma once

#include <sys/socket.h>

namespace staydown::fetch {

// False for what the special-purpose registries (RFC 6890 and its updates) do not call globally
// reachable: loopback, private, link-local, carrier NAT, benchmarks, documentation, multicast, and
// IPv6 addresses that hold such an IPv4 address.
bool is_public(const sockaddr& address);

}  // namespace staydown::fetch
