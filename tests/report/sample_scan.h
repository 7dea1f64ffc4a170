// A scan as the detector would report it, with drawn pictures.
#pragma once

#include <string>

#include "core/frame.h"
#include "report/report_builder.h"

namespace staydown::report {

// A drawn scene in colour that changes with time; the same scene and time give the same picture.
Frame drawn_frame(int scene, MediaTime time);

// Frames of the reference, from the file that the bank knows.
Result<std::optional<Frame>> drawn_reference(const ReferenceId& reference, MediaTime time);

ReferenceTimelinePtr sample_reference(const std::string& label);

// Stream cam-7, 60 s in segments of 2 s, shows the reference's 30 s to 52 s in its own 12 s to 32 s
// at speed 1.1: sent to review at 14 s, takedown at 18 s, closed at the end. The segment at 44 s is
// damaged.
ReportBuilder sample_scan(const std::string& label);

// Stream news, two hours, observed: 10 s of one reference at 1:00:00 and of another at 1:00:20,
// both at the review level, in a picture within the picture.
ReportBuilder long_observed_scan();

// 2026-11-21T20:16:40Z
WallTime sample_time();

}  // namespace staydown::report
