#include "report/thumbnails.h"

#include <utility>

#include "media/jpeg.h"

namespace staydown::report {

Picture picture_of(const Frame& frame) {
  auto jpeg = media::encode_jpeg(frame.rgb.empty() ? frame.luma : frame.rgb, kPictureWidth);
  return jpeg ? std::make_shared<const Bytes>(std::move(*jpeg)) : nullptr;
}

void Thumbnails::add(const Frame& frame) {
  if (auto picture = picture_of(frame)) pictures_.insert_or_assign(frame.time, std::move(picture));
  while (!pictures_.empty() && (pictures_.size() > kMaxPictures ||
                                pictures_.begin()->first < pictures_.rbegin()->first - span_)) {
    pictures_.erase(pictures_.begin());
  }
}

Picture Thumbnails::at(MediaTime time) const {
  const auto found = pictures_.find(time);
  return found == pictures_.end() ? nullptr : found->second;
}

}  // namespace staydown::report
