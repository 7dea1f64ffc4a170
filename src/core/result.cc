#include "core/result.h"

namespace staydown {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kTruncated:
      return "truncated";
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kUnsupportedContainer:
      return "unsupported_container";
    case ErrorCode::kUnsupportedCodec:
      return "unsupported_codec";
    case ErrorCode::kNoVideo:
      return "no_video";
    case ErrorCode::kNoKeyframe:
      return "no_keyframe";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kTimeLimit:
      return "time_limit";
    case ErrorCode::kDecodeFailed:
      return "decode_failed";
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kAlreadyExists:
      return "already_exists";
    case ErrorCode::kTooGeneric:
      return "too_generic";
    case ErrorCode::kBusy:
      return "busy";
    case ErrorCode::kDiskFull:
      return "disk_full";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kDenied:
      return "denied";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace staydown
