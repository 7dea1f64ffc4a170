#include "service/watched_stream.h"

#include <utility>

#include "core/archive.h"

namespace staydown::service {
namespace {

// Of the fields of everything below: a change of any of them is another version.
constexpr std::uint8_t kVersion = 8;

ReferenceTimelinePtr resolve(ReferenceHeader header, const ReferenceSet& enforced) {
  const auto found = enforced.find(header.info.id);
  if (found != enforced.end() && found->second->generation == header.generation &&
      found->second->info == header.info) {
    return found->second;
  }
  auto stub = std::make_shared<ReferenceTimeline>();
  stub->info = std::move(header.info);
  stub->generation = header.generation;
  stub->duration = header.duration;
  return stub;
}

}  // namespace

Bytes save_stream(const WatchedStream& stream) {
  ArchiveWriter body;
  body(stream.account, stream.air.end, stream.air.ingested, stream.sampler.memory(), stream.cases);
  stream.tracker.save(body);
  std::vector<ReferenceHeader> references;
  for (const auto& reference : body.references()) {
    references.push_back({reference->info, reference->generation, reference->duration});
  }
  ArchiveWriter whole;
  whole(kVersion, references);
  Bytes bytes = whole.bytes();
  bytes.insert(bytes.end(), body.bytes().begin(), body.bytes().end());
  return bytes;
}

Result<WatchedStream> load_stream(std::span<const std::uint8_t> saved, WatchedStream stream,
                                  const ReferenceSet& enforced) {
  ArchiveReader head(saved, {});
  std::uint8_t version = 0;
  std::vector<ReferenceHeader> headers;
  head(version);
  if (!head.failed() && version == kVersion) head(headers);
  if (head.failed() || version != kVersion) {
    return fail(ErrorCode::kCorrupt, "saved stream of another version, or damaged");
  }
  std::vector<ReferenceTimelinePtr> references;
  references.reserve(headers.size());
  for (auto& header : headers) references.push_back(resolve(std::move(header), enforced));

  ArchiveReader body(head.left(), std::move(references));
  media::SamplerMemory memory;
  body(stream.account, stream.air.end, stream.air.ingested, memory, stream.cases);
  const bool whole = stream.tracker.load(body);
  if (body.failed() || (whole && !body.done()))
    return fail(ErrorCode::kCorrupt, "saved stream is damaged");
  stream.sampler.recall(std::move(memory));
  return stream;
}

}  // namespace staydown::service
