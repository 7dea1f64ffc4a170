// FFmpeg's settings for the whole process.
#pragma once

namespace staydown::media {

// Called by everything in media/ that opens foreign media; the first call takes effect. FFmpeg
// stops writing to stderr, since what it says about hostile input would flood the logs, and refuses
// single allocations that no segment within the limits needs. Thread-safe.
void set_up_ffmpeg();

}  // namespace staydown::media
