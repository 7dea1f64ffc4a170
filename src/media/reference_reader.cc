#include "media/reference_reader.h"

#include <fmt/format.h>

#include <utility>

#include "media/file_decoder.h"
#include "media/scaler.h"

namespace staydown::media {
namespace {

Result<Frame> frame_of(const AVFrame& decoded, MediaTime time, bool rgb,
                       const Presentation& presentation, Scaler& scaler) {
  Frame frame;
  frame.time = time;
  frame.source = source_size(decoded, presentation);
  auto luma = scaler.luma(decoded, presentation);
  if (!luma) return tl::unexpected(std::move(luma.error()));
  frame.luma = *std::move(luma);
  if (!rgb) return frame;
  auto colours = scaler.rgb(decoded, presentation);
  if (!colours) return tl::unexpected(std::move(colours.error()));
  frame.rgb = *std::move(colours);
  return frame;
}

}  // namespace

class ReferenceReader::Impl {
 public:
  Impl(std::unique_ptr<FileDecoder> file, ReferenceReadOptions options)
      : file_(std::move(file)), options_(options) {}

  MediaTime duration() const { return file_->duration(); }

  Result<std::optional<Frame>> next() {
    while (!ended_) {
      auto shown = file_->next();
      if (!shown) return tl::unexpected(std::move(shown.error()));
      if (!*shown) break;
      const auto [decoded, time] = **shown;
      if (options_.interval && time >= options_.interval->end) break;
      if (!is_wanted(time)) continue;
      next_step_ = time - time % options_.step + options_.step;
      auto frame = frame_of(*decoded, time, options_.rgb, file_->presentation(), scaler_);
      if (!frame) return tl::unexpected(std::move(frame.error()));
      return *std::move(frame);
    }
    ended_ = true;
    return std::nullopt;
  }

 private:
  bool is_wanted(MediaTime time) const {
    if (options_.interval && time < options_.interval->begin) return false;
    return options_.pass == ReferencePass::kKeyframes || time >= next_step_;
  }

  std::unique_ptr<FileDecoder> file_;
  ReferenceReadOptions options_;
  Scaler scaler_;
  MediaTime next_step_{};
  bool ended_ = false;
};

Result<ReferenceReader> ReferenceReader::open(const std::string& path,
                                              ReferenceReadOptions options) {
  const auto& interval = options.interval;
  if (options.step <= MediaTime{} ||
      (interval && (interval->begin < MediaTime{} || interval->end <= interval->begin))) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("{}: interval {}, step {}: give a beginning from 0 on, a later end, and a "
                    "positive step",
                    path, interval ? to_string(*interval) : "none", to_string(options.step)));
  }
  const auto decode =
      options.pass == ReferencePass::kKeyframes ? Decode::kKeyframes : Decode::kEveryFrame;
  auto file = FileDecoder::open(path, decode);
  if (!file) return tl::unexpected(std::move(file.error()));
  if (interval && interval->begin > MediaTime{}) {
    if (auto sought = (*file)->seek(interval->begin); !sought) {
      return tl::unexpected(std::move(sought.error()));
    }
  }
  return ReferenceReader(std::make_unique<Impl>(*std::move(file), options));
}

ReferenceReader::ReferenceReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReferenceReader::~ReferenceReader() = default;
ReferenceReader::ReferenceReader(ReferenceReader&&) noexcept = default;
ReferenceReader& ReferenceReader::operator=(ReferenceReader&&) noexcept = default;

MediaTime ReferenceReader::duration() const { return impl_->duration(); }
Result<std::optional<Frame>> ReferenceReader::next() { return impl_->next(); }

Result<std::optional<Frame>> frame_at(const std::string& path, MediaTime time) {
  auto file = FileDecoder::open(path, Decode::kEveryFrame);
  if (!file) return tl::unexpected(std::move(file.error()));
  if (auto sought = (*file)->seek(time); !sought) return tl::unexpected(std::move(sought.error()));
  AVFramePtr latest;
  MediaTime latest_time{};
  while (true) {
    auto shown = (*file)->next();
    if (!shown) return tl::unexpected(std::move(shown.error()));
    if (!*shown || (*shown)->time > time) break;
    latest.reset(av_frame_clone((*shown)->frame));
    latest_time = (*shown)->time;
  }
  if (!latest) return std::nullopt;
  Scaler scaler;
  return frame_of(*latest, latest_time, true, (*file)->presentation(), scaler)
      .map([](Frame&& frame) { return std::optional(std::move(frame)); });
}

}  // namespace staydown::media
