// The calibration file that ships, as text; the build writes its .cc from the JSON file.
#pragma once

#include <string_view>

namespace staydown::matching {

extern const std::string_view kEmbeddedCalibration;

}  // namespace staydown::matching
