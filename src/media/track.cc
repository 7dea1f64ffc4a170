#include "media/track.h"

#include <cstring>

namespace staydown::media {

Track track_of(const AVStream& stream) {
  AVCodecParametersPtr parameters(avcodec_parameters_alloc());
  avcodec_parameters_copy(parameters.get(), stream.codecpar);
  Track track{std::move(parameters), stream.time_base, stream.sample_aspect_ratio, std::nullopt};
  std::size_t size = 0;
  const auto* matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (matrix != nullptr && size >= sizeof(*track.display_matrix)) {
    track.display_matrix.emplace();
    std::memcpy(track.display_matrix->data(), matrix, sizeof(*track.display_matrix));
  }
  return track;
}

}  // namespace staydown::media
