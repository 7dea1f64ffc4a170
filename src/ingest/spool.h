// The folder of segments that are too large for the topic: their files, and how long these stay.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>

#include "core/result.h"
#include "core/segment.h"
#include "kafka/client.h"
#include "service/config.h"

namespace staydown::ingest {

// Writes a segment to a file of its own in a folder of its stream below `folder`, whole or not at
// all, and gives its file: URI. Names are made of plain characters, differ where stream ids differ,
// and are as long as any file system takes. kIo: it cannot be written.
Result<std::string> spool(const Segment& segment, const std::filesystem::path& folder);

// A file must stay as long as a record may name it: at least as long as the segment and the
// dead-letter topic keep theirs. kInvalidArgument names the topic and how long is needed. `kept` of
// zero: files are never removed, or by somebody else. Waits for brokers for up to 30 s, or until
// `stop` (kUnavailable).
Result<void> check_spool_retention(const kafka::ClientOptions& client,
                                   const service::TopicNames& topics, std::chrono::hours kept,
                                   const std::stop_token& stop = {});

// Removes what `spool` wrote and is older than `kept`, with the folders of streams that it leaves
// empty; gives the number of files. Touches nothing else.
std::size_t clean_spool(const std::filesystem::path& folder, std::chrono::hours kept,
                        std::filesystem::file_time_type now);

// Does so every ten minutes until `stop`.
void keep_spool_clean(const std::filesystem::path& folder, std::chrono::hours kept,
                      const std::stop_token& stop);

}  // namespace staydown::ingest
