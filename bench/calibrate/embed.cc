// Writes what a learned model makes of frames, as prepare.py and corpus.cc read it: the numbers of
// regions and of dimensions, then for every frame its time in milliseconds and as many vectors as
// there are regions. Little-endian: 32-bit integers and half floats.
//   embed MANIFEST CACHE video VIDEO STEP_IN_MILLISECONDS > FILE
//   embed MANIFEST CACHE frames WIDTH HEIGHT < RGB > FILE    a frame a second
// CACHE keeps compiled models.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "embedding/openvino_embedder.h"
#include "media/reference_reader.h"

namespace {

using namespace staydown;

constexpr std::size_t kBatch = 8;

template <typename T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

template <typename T>
void write(std::span<const T> values) {
  if (std::fwrite(values.data(), sizeof(T), values.size(), stdout) != values.size()) {
    throw std::runtime_error("cannot write to standard output");
  }
}

struct Picture {
  std::int32_t milliseconds = 0;
  Image rgb;
};

void embed_all(const embedding::OpenVinoEmbedder& embedder,
               const std::function<std::optional<Picture>()>& next) {
  const std::int32_t header[] = {static_cast<std::int32_t>(embedder.regions()),
                                 static_cast<std::int32_t>(embedder.dimensions())};
  write<std::int32_t>(header);
  std::vector<Picture> batch;
  do {
    batch.clear();
    std::vector<const Image*> images;
    while (batch.size() < kBatch) {
      auto picture = next();
      if (!picture) break;
      batch.push_back(*std::move(picture));
    }
    for (const Picture& picture : batch) images.push_back(&picture.rgb);
    const auto embeddings = value_of(embedder.embed(images));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      write<std::int32_t>({&batch[i].milliseconds, 1});
      for (const Embedding& region : embeddings[i]) write<Half>(region.halves());
    }
  } while (batch.size() == kBatch);
}

void embed_video(const embedding::OpenVinoEmbedder& embedder, const char* path, int step) {
  auto reader = value_of(media::ReferenceReader::open(
      path,
      {.pass = media::ReferencePass::kFull, .step = std::chrono::milliseconds(step), .rgb = true}));
  embed_all(embedder, [&]() -> std::optional<Picture> {
    auto frame = value_of(reader.next());
    if (!frame) return std::nullopt;
    return Picture{static_cast<std::int32_t>(std::lround(seconds(frame->time) * 1000)),
                   std::move(frame->rgb)};
  });
}

void embed_frames(const embedding::OpenVinoEmbedder& embedder, int width, int height) {
  std::int32_t number = 0;
  embed_all(embedder, [&]() -> std::optional<Picture> {
    Image rgb(width, height, 3);
    if (std::fread(rgb.pixels.data(), 1, rgb.pixels.size(), stdin) != rgb.pixels.size()) {
      return std::nullopt;
    }
    return Picture{1000 * number++, std::move(rgb)};
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 6 ? argv[3] : "";
  if (what != "video" && what != "frames") {
    std::fprintf(stderr,
                 "usage: embed MANIFEST CACHE video VIDEO STEP_IN_MILLISECONDS > FILE\n"
                 "       embed MANIFEST CACHE frames WIDTH HEIGHT < RGB > FILE\n");
    return 2;
  }
  try {
    const auto embedder = value_of(embedding::OpenVinoEmbedder::open(argv[1], {.cache = argv[2]}));
    if (what == "video") {
      embed_video(*embedder, argv[4], std::atoi(argv[5]));
    } else {
      embed_frames(*embedder, std::atoi(argv[4]), std::atoi(argv[5]));
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "embed: %s\n", error.what());
    return 1;
  }
}
