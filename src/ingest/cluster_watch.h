// Whether the cluster answers, and has the topic that ingest writes to.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "ingest/status.h"
#include "kafka/client.h"

namespace staydown::ingest {

// Asks for the topic every few seconds, over a connection of its own, from a thread of its own.
// What it hears is on /readyz, in staydown_brokers_up and, when it changes, in the log. `status`
// must outlive it.
class ClusterWatch {
 public:
  static Result<std::unique_ptr<ClusterWatch>> start(kafka::ClientOptions client, std::string topic,
                                                     Status& status);
  ~ClusterWatch();

  void request_stop();  // asks no more

 private:
  class Impl;
  explicit ClusterWatch(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace staydown::ingest
