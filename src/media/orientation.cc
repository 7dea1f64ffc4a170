#include "media/orientation.h"

#include <cmath>
#include <cstring>

extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/frame.h>
}

namespace staydown::media {

Orientation orientation_of(const std::int32_t* matrix) {
  // Columns of the matrix: where the picture's x and y axes point on the screen.
  const double xx = matrix[0], xy = matrix[1], yx = matrix[3], yy = matrix[4];
  Orientation orientation;
  orientation.mirrored = xx * yy - xy * yx < 0;
  const double x_sign = orientation.mirrored ? -1 : 1;
  const double angle = std::atan2(x_sign * xy, x_sign * xx);  // clockwise, since y points down
  if (!std::isfinite(angle)) return {};
  orientation.quarter_turns = static_cast<int>(std::lround(angle / (M_PI / 2)) + 4) % 4;
  return orientation;
}

Orientation orientation_of(const AVStream& stream) {
  std::size_t size = 0;
  const auto* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (data == nullptr || size < 9 * sizeof(std::int32_t)) return {};
  std::int32_t matrix[9];
  std::memcpy(matrix, data, sizeof matrix);
  return orientation_of(matrix);
}

Orientation orientation_of(const AVFrame& frame, Orientation otherwise) {
  const auto* data = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX);
  if (data == nullptr || data->size < 9 * sizeof(std::int32_t)) return otherwise;
  std::int32_t matrix[9];
  std::memcpy(matrix, data->data, sizeof matrix);
  return orientation_of(matrix);
}

Image upright(const std::uint8_t* pixels, std::ptrdiff_t stride, int width, int height,
              int channels, Orientation orientation) {
  const auto row_bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  if (orientation == Orientation{}) {
    Image image(width, height, channels);
    for (int y = 0; y < height; ++y) std::memcpy(image.row(y), pixels + y * stride, row_bytes);
    return image;
  }
  const bool swaps = orientation.swaps_sides();
  Image image(swaps ? height : width, swaps ? width : height, channels);
  for (int y = 0; y < image.height; ++y) {
    std::uint8_t* out = image.row(y);
    for (int x = 0; x < image.width; ++x, out += channels) {
      int from_x = x, from_y = y;  // undoes the turn
      switch (orientation.quarter_turns) {
        case 1:
          from_x = y, from_y = height - 1 - x;
          break;
        case 2:
          from_x = width - 1 - x, from_y = height - 1 - y;
          break;
        case 3:
          from_x = width - 1 - y, from_y = x;
          break;
        default:
          break;
      }
      if (orientation.mirrored) from_x = width - 1 - from_x;
      std::memcpy(out, pixels + from_y * stride + static_cast<std::ptrdiff_t>(from_x) * channels,
                  static_cast<std::size_t>(channels));
    }
  }
  return image;
}

}  // namespace staydown::media
