// Calls that wait for a broker, ended early by a stop. Private to this folder.
#pragma once

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <thread>

namespace staydown::kafka {

// What a stop waits for at most. A broker that answers does so in less; one that is being connected
// goes on being connected from slice to slice.
inline constexpr std::chrono::milliseconds kSlice{2000};
inline constexpr std::chrono::milliseconds kElection{50};  // between two looks for a leader

// Asks with a slice of patience each time, until there is an answer, `patience` has passed or a
// stop is requested. `ask` gets its timeout in milliseconds and gives librdkafka's code.
template <typename Ask>
rd_kafka_resp_err_t ask_for(std::chrono::milliseconds patience, const std::stop_token& stop,
                            Ask ask) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + patience;
  auto code = RD_KAFKA_RESP_ERR__TIMED_OUT;
  while (!stop.stop_requested()) {
    const auto begin = Clock::now();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - begin);
    if (left <= std::chrono::milliseconds::zero()) break;
    const auto slice = std::min(left, kSlice);
    code = ask(static_cast<int>(slice.count()));
    // A partition that was made or has lost its leader a moment ago gets one.
    if (code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
        code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
      std::this_thread::sleep_for(kElection);
      continue;
    }
    const bool nobody = code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
                        code == RD_KAFKA_RESP_ERR__TRANSPORT ||
                        code == RD_KAFKA_RESP_ERR__WAIT_COORD;
    if (!nobody || Clock::now() - begin < slice) break;
  }
  return code;
}

}  // namespace staydown::kafka
