#include "media/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <random>
#include <stdexcept>
#include <utility>

namespace staydown::media {
namespace {

// A bound socket and its port, which is below those that the kernel gives to callers: a caller that
// tries a port of that range until somebody listens may end up connected to itself.
std::pair<int, int> bind_to_free_port() {
  std::minstd_rand random(std::random_device{}());
  for (int tries = 0; tries < 1'000; ++tries) {
    const int port = std::uniform_int_distribution(15'000, 32'000)(random);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      return {socket, port};
    }
    ::close(socket);
  }
  throw std::runtime_error("no free port");
}

std::string receive_request(int connection) {
  std::string request;
  std::array<char, 4096> part{};
  while (request.find("\r\n\r\n") == std::string::npos) {
    const auto count = ::recv(connection, part.data(), part.size(), 0);
    if (count <= 0) break;
    request.append(part.data(), static_cast<std::size_t>(count));
  }
  return request;
}

void send_all(int connection, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto count = ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

void wait_until_closed(int connection) {
  std::array<char, 4096> part{};
  while (::recv(connection, part.data(), part.size(), 0) > 0) {
  }
}

void reset_on_close(int connection) {
  const linger now{1, 0};
  ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

std::string http_answer(const std::string& body, std::int64_t length) {
  std::string head = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
  if (length >= 0) {
    head += "Accept-Ranges: bytes\r\nContent-Length: " + std::to_string(length) + "\r\n";
  }
  return head + "\r\n" + body;
}

ScriptedServer::ScriptedServer(std::vector<Answer> answers) : answers_(std::move(answers)) {
  const auto [listener, port] = bind_to_free_port();
  listener_ = listener;
  port_ = port;
  ::listen(listener, 8);
  thread_ = std::jthread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  if (const int connection = connection_; connection >= 0) ::shutdown(connection, SHUT_RDWR);
  thread_.join();
}

std::string ScriptedServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/" + path;
}

std::vector<std::string> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedServer::serve() {
  for (const auto& answer : answers_) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) break;
    connection_ = connection;
    auto request = receive_request(connection);
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
    }
    send_all(connection, answer.bytes);
    if (answer.then == Answer::Then::kStaySilent) wait_until_closed(connection);
    if (answer.then == Answer::Then::kReset) reset_on_close(connection);
    connection_ = -1;
    ::close(connection);
  }
  ::close(listener_.exchange(-1));
}

int free_port() {
  const auto [socket, port] = bind_to_free_port();
  ::close(socket);
  return port;
}

}  // namespace staydown::media
