// SIGTERM is answered within 10 s, whatever the brokers do.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "cluster/cluster.h"
#include "support/loopback_socket.h"

namespace staydown::cluster {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Takes connections and says nothing.
class SilentBroker {
 public:
  SilentBroker() { EXPECT_EQ(listen(socket_.number(), 16), 0); }

  // Waits until somebody asks for something.
  void await_question() const {
    const int connection = accept(socket_.number(), nullptr, nullptr);
    char first = 0;
    EXPECT_EQ(recv(connection, &first, 1, MSG_PEEK), 1);
    asking_ = connection;  // stays open
  }
  std::string name() const { return "127.0.0.1:" + std::to_string(socket_.port()); }

 private:
  support::LoopbackSocket socket_;
  mutable int asking_ = -1;
};

TEST(WorkerEnds, WhileItStartsAndNoBrokerAnswers) {
  const SilentBroker broker;
  const auto bank = testing::TempDir() + "staydown-ends-" + std::to_string(getpid()) + ".db";
  support::ChildProcess worker({STAYDOWN_BINARY, "worker", "--brokers", broker.name(), "--bank",
                                bank, "--listen", "127.0.0.1:0"});
  broker.await_question();
  worker.signal(SIGTERM);
  const auto ended = worker.wait(8s);
  EXPECT_EQ(ended.status, 0) << ended.err;
}

class WorkerEndsOnABroker : public Cluster {
 protected:
  WorkerEndsOnABroker() : WorkerEndsOnABroker(std::make_unique<support::OwnBroker>()) {}
  ~WorkerEndsOnABroker() override { kill(broker_pid_, SIGCONT); }

  std::unique_ptr<support::OwnBroker> broker_;
  pid_t broker_pid_ = 0;

 private:
  explicit WorkerEndsOnABroker(std::unique_ptr<support::OwnBroker> broker)
      : Cluster(broker->brokers()), broker_(std::move(broker)), broker_pid_(broker_->pid()) {
    make_topics(2);
  }
};

TEST_F(WorkerEndsOnABroker, ThatHasGone) {
  const auto worker = start_worker("a");
  ASSERT_TRUE(worker->await_err("event=worker_ready thread=0")) << worker->err();
  broker_->stop();
  worker->signal(SIGTERM);
  const auto ended = worker->wait(10s);
  EXPECT_LE(ended.status, 1) << ended.err;
  broker_->start();
}

TEST_F(WorkerEndsOnABroker, ThatHasFallenSilent) {
  const auto worker = start_worker("a");
  ASSERT_TRUE(worker->await_err("event=worker_ready thread=0")) << worker->err();
  ASSERT_GT(broker_pid_, 0);
  kill(broker_pid_, SIGSTOP);
  worker->signal(SIGTERM);
  const auto ended = worker->wait(10s);
  EXPECT_LE(ended.status, 1) << ended.err;
}

}  // namespace
}  // namespace staydown::cluster
