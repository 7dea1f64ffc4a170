// What a user asked `staydown scan` for.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "service/config.h"

namespace staydown::cli {

struct ScanOptions {
  std::vector<std::string> inputs;
  std::string bank;
  std::string config;  // path; empty: defaults
  std::string model;   // as --model; empty: as the configuration says
  std::string stream_id, account;
  bool realtime = false, observe = false, allow_gaps = false;
  std::string output, report, reference_media;  // paths; empty: none
  int reconnect_seconds = 60;
  std::string command_line;  // as typed, for the report
};

// One stream of the scan.
struct ScanInput {
  std::string input;
  StreamId stream;
};

// A stream id for each input: `stream_id` if given, else the file's name without its extension or
// the URL without credentials and query; inputs that would share one get "-2", "-3" ...
std::vector<ScanInput> name_streams(const std::vector<std::string>& inputs,
                                    const std::string& stream_id);

}  // namespace staydown::cli
