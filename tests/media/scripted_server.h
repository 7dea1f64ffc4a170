// A server that does what a test tells it to, connection by connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace staydown::media {

// What a connection gets after its request, and what becomes of it then.
struct Answer {
  enum class Then : std::uint8_t { kClose, kReset, kStaySilent };
  std::string bytes;
  Then then = Then::kClose;
};

// An HTTP answer; `length` is the Content-Length, which may be more than there is; none if
// negative.
std::string http_answer(const std::string& body, std::int64_t length = -1);

// On a free port of this machine. The n-th connection gets the n-th answer; after the last one, no
// connection is accepted.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<Answer> answers);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string url(const std::string& path) const;  // http://127.0.0.1:PORT/path
  std::vector<std::string> requests() const;       // so far

 private:
  void serve();

  std::vector<Answer> answers_;
  std::atomic<int> listener_ = -1, connection_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::jthread thread_;
};

// A TCP port that nobody uses at the moment.
int free_port();

}  // namespace staydown::media
