// One input that is pulled: a file, standard input, or a live URL.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "core/segment_source.h"
#include "ingest/segment_sink.h"
#include "ingest/status.h"
#include "media/input_source.h"
#include "media/input_url.h"

namespace staydown::ingest {

struct PullOptions {
  std::string input;  // path, "-" or URL
  StreamId stream;
  AccountId account;
  bool realtime = false;  // files at the pace at which they would be on air
  // A live input that is back within this time goes on on the same line of time and numbers; after
  // it, what comes is another broadcast of the same name.
  std::chrono::seconds reconnect{60};
  std::size_t slot = 0;  // of this input in staydown_ingest_inputs
};

// What is wrong with an input before it is opened: a protocol that is not supported, a file that is
// not there or cannot be read. That a URL is off air is not.
Result<void> check_input(const std::string& input);

// Puts the segments of one input into a sink. A URL is called until it answers and whenever it
// breaks off, without end, with a back-off from 0.5 s that doubles up to 10 s, unless it says that
// it ended (the end of an HTTP file or of a playlist). Logs input_opened, input_lost, input_retry
// (after 1, 2, 4, 8 ... attempts, then about every hour), input_ended and input_failed.
//
// Not thread-safe. What it was made with must outlive it.
class PulledInput {
 public:
  PulledInput(PullOptions options, SegmentSink& sink, Status& status,
              Clock& clock = machine_clock());
  ~PulledInput();

  // Until the input ends, or `stop`; what is on its way to the sink then is waited for until
  // `give_up`. A file that is left before its end counts as lost.
  void run(const std::stop_token& stop, const std::stop_token& give_up);

 private:
  std::unique_ptr<SegmentSource> open(const std::stop_token& stop);
  void feed(SegmentSource& source, const std::stop_token& stop, const std::stop_token& give_up);
  void told(media::Link link, const std::string& why);
  void tell_of_attempt(const std::string& why);
  bool back_off(const std::stop_token& stop);
  void show(bool connected);

  const PullOptions options_;
  media::InputKind kind_ = media::InputKind::kFile;
  SegmentSink& sink_;
  Status& status_;
  Clock& clock_;
  IngestHealth::Part part_;
  std::chrono::milliseconds back_off_;
  int attempts_ = 0;        // in vain, since it was there last
  bool was_there_ = false;  // at all
  bool gone_ = false;       // the source ended, though the broadcast perhaps did not
};

}  // namespace staydown::ingest
