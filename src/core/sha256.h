// SHA-256 (FIPS 180-4): what proves that evidence is about these very bytes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace staydown {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::span<const std::uint8_t> bytes);

// The same, of bytes that come piece by piece. Not thread-safe.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  void update(std::span<const std::uint8_t> bytes);
  Sha256 finish();  // call once

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string to_hex(const Sha256& digest);  // 64 lower-case digits

}  // namespace staydown
