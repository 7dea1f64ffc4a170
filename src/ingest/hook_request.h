// What media servers send when a part of a broadcast is complete.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "ingest/recorded_files.h"

namespace staydown::ingest {

// SRS, http_hooks.on_hls: JSON with app, stream, cwd and file. The stream is "app/stream".
Result<RecordedFile> parse_srs(std::string_view body);

// nginx-rtmp, on_record_done: a form with app, name and path. The stream is "app/name".
Result<RecordedFile> parse_nginx_rtmp(std::string_view body);

// scripts/mediamtx-hook.sh and whoever else: a form with stream and path.
Result<RecordedFile> parse_form_file(std::string_view body);

// The same bytes, in a time that does not tell where they differ. No token is the same as none.
bool same_token(std::string_view a, std::string_view b);

}  // namespace staydown::ingest
