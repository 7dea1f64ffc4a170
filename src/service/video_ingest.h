// From a video file to an enforced reference: read, describe, drop near-duplicates, commit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "core/result.h"
#include "descriptor/describer.h"
#include "media/reference_reader.h"
#include "service/reference_ingest.h"

namespace staydown::service {

// A video file, or a part of it.
struct VideoPart {
  std::string path;
  std::optional<Interval> interval{};
};

// How far a pass has come; `whole` is 0 if the container does not say how long the video is.
using ShowIngest = std::function<void(MediaTime done, MediaTime whole)>;

// Adds one video to a bank in passes, each of which becomes the next generation of the same id: the
// keyframes, which are enforced within seconds, then the whole video.
//
// An id that the bank already has for the same file and interval goes on from there, so that an
// interrupted add can be repeated; for anything else it is taken (kAlreadyExists). Not thread-safe.
// The bank must outlive it.
class VideoIngest {
 public:
  // Reads the file once for its digest. kNotFound or kIo names the file.
  static Result<VideoIngest> open(reference::ReferenceBank& bank,
                                  const descriptor::Describer& describer, const VideoPart& video,
                                  IngestRequest request);

  // Generation that the bank has of this very video; 0 = none. The keyframes have nothing to add
  // to it.
  std::uint64_t generation() const { return generation_; }

  // Nothing is committed, and nullopt returned, once `stop` was requested. The first pass refuses
  // what is mostly generic (kTooGeneric); later ones only report it, since the reference is
  // enforced already. kNoKeyframe: the interval is so short that it needs a full pass. Other errors
  // are the reader's, the describer's and the bank's.
  Result<std::optional<Ingested>> run(media::ReferencePass pass, const ShowIngest& show,
                                      const std::stop_token& stop);

 private:
  VideoIngest(reference::ReferenceBank& bank, const descriptor::Describer& describer,
              IngestRequest request, reference::MediaFile file)
      : bank_(&bank),
        describer_(&describer),
        request_(std::move(request)),
        file_(std::move(file)) {}

  Result<std::optional<reference::BuiltTimeline>> build(media::ReferencePass pass,
                                                        const ShowIngest& show,
                                                        const std::stop_token& stop) const;

  reference::ReferenceBank* bank_;
  const descriptor::Describer* describer_;
  IngestRequest request_;
  reference::MediaFile file_;
  std::uint64_t generation_ = 0;  // that the next pass replaces; 0 = the id is new
};

}  // namespace staydown::service
