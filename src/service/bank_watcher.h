// Keeps the index in step with the bank while streams are being watched.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "core/result.h"
#include "index/reference_index.h"
#include "service/bank_follower.h"

namespace staydown::service {

// Looks at the bank four times a second from a thread of its own, so that what any process adds,
// disables or removes counts within a second. A bank that vanishes or is locked is logged once, its
// return too; what was enforced stays so. Destruction stops the thread. Nobody else changes
// `index`.
class BankWatcher {
 public:
  // Returns with the bank's references enforced, or says why the bank cannot be read.
  // `embedding_model`: as for BankFollower.
  static Result<std::unique_ptr<BankWatcher>> start(const std::string& bank_path,
                                                    std::shared_ptr<index::ReferenceIndex> index,
                                                    const std::string& embedding_model = {});

 private:
  BankWatcher(const std::string& path, BankFollower follower);
  void watch(const std::stop_token& stop);

  std::string path_;
  BankFollower follower_;
  std::jthread thread_;
};

}  // namespace staydown::service
