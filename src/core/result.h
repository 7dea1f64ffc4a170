// Errors as values. The data path never throws across a folder: adapters turn what third-party code
// throws or returns into an `Error` where it happens.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace staydown {

// Closed set: the name of a code (`name_of`) is what logs, counters and exit messages show.
enum class ErrorCode {
  kTruncated,             // media ends in the middle of something
  kMalformed,             // input does not follow its format
  kUnsupportedContainer,  // demuxer is not on the allow-list, or none recognises the bytes
  kUnsupportedCodec,      // decoder is not on the allow-list
  kNoVideo,               // container holds no video stream
  kNoKeyframe,            // nothing in the segment can be decoded on its own
  kTooLarge,              // over a limit on bytes, pixels, packets or frames
  kTimeLimit,             // over the CPU time that one segment may cost
  kDecodeFailed,          // decoder gave no usable frame
  kInvalidArgument,       // the caller or user asked for something that makes no sense
  kNotFound,
  kAlreadyExists,
  kTooGeneric,  // a reference that would match unrelated videos
  kBusy,        // another process holds what is needed
  kDiskFull,
  kIo,           // any other failure of a file, socket or device
  kCorrupt,      // stored data is damaged
  kUnavailable,  // a service or URL does not answer
  kDenied,       // not allowed by a service's access control, or by our own rules
  kInternal,
};

std::string_view name_of(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string message;     // names the input, the reason and, where there is one, the remedy
  bool retriable = false;  // the same call may succeed later
};

template <typename T>
using Result = tl::expected<T, Error>;

// `return fail(ErrorCode::kIo, "...")` from any function that returns a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message,
                                                bool retriable = false) {
  return tl::unexpected<Error>(Error{code, std::move(message), retriable});
}

}  // namespace staydown
