#include "service/video_ingest.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>

#include "reference/file_digest.h"

namespace staydown::service {
namespace {

std::string_view name_of(media::ReferencePass pass) {
  return pass == media::ReferencePass::kKeyframes ? "keyframes" : "full decode";
}

}  // namespace

Result<VideoIngest> VideoIngest::open(reference::ReferenceBank& bank,
                                      const descriptor::Describer& describer,
                                      const VideoPart& video, IngestRequest request) {
  const auto& path = video.path;
  const auto digest = reference::digest_of_file(path);
  if (!digest) return tl::unexpected(digest.error());
  std::error_code error;
  const auto absolute = std::filesystem::weakly_canonical(path, error);
  VideoIngest ingest(
      bank, describer, std::move(request),
      {.path = error ? path : absolute.string(), .digest = *digest, .interval = video.interval});
  const auto present = bank.find(ingest.request_.info.id);
  if (present && present->file && present->file->digest == ingest.file_.digest &&
      present->file->interval == ingest.file_.interval) {
    ingest.generation_ = present->generation;
  } else if (present) {
    return fail(ErrorCode::kAlreadyExists,
                fmt::format("{}: bank {} already has a reference {} of another video; give another "
                            "--id, or remove that one first",
                            path, bank.path(), present->info.id.value));
  } else if (present.error().code != ErrorCode::kNotFound) {
    return tl::unexpected(present.error());
  }
  return ingest;
}

Result<std::optional<reference::BuiltTimeline>> VideoIngest::build(
    media::ReferencePass pass, const ShowIngest& show, const std::stop_token& stop) const {
  auto reader = media::ReferenceReader::open(file_.path, {.pass = pass,
                                                          .step = request_.timeline.step,
                                                          .interval = file_.interval,
                                                          .rgb = describer_->colour()});
  if (!reader) return tl::unexpected(reader.error());
  auto known = known_frames(*bank_, request_.info.id);
  if (!known) return tl::unexpected(known.error());
  reference::TimelineBuilder builder(request_.timeline, reference::BackgroundSet::embedded(),
                                     *std::move(known));
  const MediaTime begin = file_.interval ? file_.interval->begin : MediaTime::zero();
  MediaTime end = reader->duration();
  if (file_.interval)
    end = end.count() > 0 ? std::min(end, file_.interval->end) : file_.interval->end;
  std::size_t frames = 0;
  while (true) {
    if (stop.stop_requested()) return std::nullopt;
    const auto frame = reader->next();
    if (!frame) return tl::unexpected(frame.error());
    if (!*frame) break;
    // An embedding costs as much as all the rest, so only what is kept gets one.
    auto descriptors = describer_->hashes(std::span(&**frame, 1));
    if (descriptors && describer_->colour() && builder.would_keep(*descriptors)) {
      descriptors = describer_->describe(std::span(&**frame, 1));
    }
    if (!descriptors) return tl::unexpected(descriptors.error());
    builder.add(*descriptors);
    ++frames;
    if (show) show((*frame)->time - begin, std::max(end - begin, MediaTime::zero()));
  }
  if (frames == 0) {
    const auto part = file_.interval ? to_string(*file_.interval) : "it";
    if (pass == media::ReferencePass::kKeyframes) {
      return fail(ErrorCode::kNoKeyframe,
                  fmt::format("{}: no keyframe lies in {}; add it without --keyframes-only",
                              file_.path, part));
    }
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: no frame lies in {}; check --interval", file_.path, part));
  }
  return builder.finish(end);
}

Result<std::optional<Ingested>> VideoIngest::run(media::ReferencePass pass, const ShowIngest& show,
                                                 const std::stop_token& stop) {
  auto timeline = build(pass, show, stop);
  if (!timeline) return tl::unexpected(timeline.error());
  if (!*timeline) return std::nullopt;
  const auto ingested = commit(*bank_, **std::move(timeline), request_,
                               {.name = file_.path,
                                .how = fmt::format("{} of {}", name_of(pass), file_.path),
                                .file = file_,
                                .replaces = generation_});
  if (!ingested) return tl::unexpected(ingested.error());
  generation_ = ingested->generation;
  return *ingested;
}

}  // namespace staydown::service
