// A TCP socket that is bound to a free port of this machine.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace staydown::support {

class LoopbackSocket {
 public:
  LoopbackSocket() : number_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(number_, any, size), 0);
    EXPECT_EQ(getsockname(number_, any, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~LoopbackSocket() { close(number_); }
  LoopbackSocket(const LoopbackSocket&) = delete;
  LoopbackSocket& operator=(const LoopbackSocket&) = delete;

  int number() const { return number_; }
  int port() const { return port_; }

 private:
  int number_;
  int port_ = 0;
};

// Free at the moment; a port that somebody else takes meanwhile fails the test loudly.
inline int free_port() { return LoopbackSocket().port(); }

}  // namespace staydown::support
