// The shipped model by the pipeline's scaler and runtime, held to what the training's own network
// says.
#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "embedding/area_scaler.h"
#include "embedding/openvino_embedder.h"

namespace staydown::embedding {
namespace {

using Json = nlohmann::json;

// As models/train/release.py makes it.
Image test_picture(int width = 480, int height = 270) {
  Image image(width, height, 3);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.row(y)[x * 3 + c] = static_cast<std::uint8_t>(
            x * (3 + 2 * c) + y * (7 - 2 * c) + 61 * ((x / 40 + y / 30) % 4) + x * y / 64 % 23 * c);
      }
    }
  }
  return image;
}

Json parity() {
  Json json;
  std::ifstream(STAYDOWN_MODELS "/staydown-embedding-parity.json") >> json;
  return json;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
  }
  return product / std::sqrt(aa * bb);
}

std::shared_ptr<const OpenVinoEmbedder> opened(Precision precision) {
  auto embedder =
      OpenVinoEmbedder::open(STAYDOWN_MODELS "/manifest.json", {.precision = precision});
  EXPECT_TRUE(embedder) << embedder.error().message;
  return embedder ? *embedder : nullptr;
}

class ShippedModel : public testing::TestWithParam<Precision> {};

// 0.999 is what a precision must reach to be the manifest's; f32 leaves the last digits only.
TEST_P(ShippedModel, SaysWhatTheTrainingsNetworkSays) {
  const auto embedder = opened(GetParam());
  const double least = embedder->precision() == Precision::kF32 ? 0.99999 : 0.999;
  const Image image = test_picture();
  const Image* images[] = {&image};
  const auto embeddings = embedder->embed(images);
  ASSERT_TRUE(embeddings) << embeddings.error().message;
  const auto wanted = parity().at("vectors").get<std::vector<std::vector<float>>>();
  ASSERT_EQ(embeddings->front().size(), wanted.size());
  for (std::size_t r = 0; r < wanted.size(); ++r) {
    ASSERT_EQ(embeddings->front()[r].size(), wanted[r].size());
    EXPECT_GE(cosine(embeddings->front()[r].floats(), wanted[r]), least) << "region " << r;
  }
}

TEST_P(ShippedModel, GivesUnitVectorsThatDoNotDependOnTheBatch) {
  const auto embedder = opened(GetParam());
  std::vector<Image> pictures;
  std::vector<const Image*> images;
  for (int i = 0; i < 11; ++i) pictures.push_back(test_picture(480 - 16 * i, 270 + 8 * i));
  for (const Image& picture : pictures) images.push_back(&picture);
  const auto together = embedder->embed(images);
  ASSERT_TRUE(together) << together.error().message;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto alone = embedder->embed(std::span(images).subspan(i, 1));
    ASSERT_TRUE(alone) << alone.error().message;
    EXPECT_EQ((*alone)[0], (*together)[i]) << "picture " << i;
    for (const Embedding& vector : (*alone)[0]) {
      EXPECT_NEAR(dot(vector.halves(), vector.halves()), 1, 1e-3);
    }
  }
}

std::vector<Precision> precisions() {
  const auto manifest = read_manifest(STAYDOWN_MODELS "/manifest.json");
  if (!manifest || manifest->f32_until.empty()) return {Precision::kF32};
  return {Precision::kF32, Precision::kMixed};
}
INSTANTIATE_TEST_SUITE_P(Precisions, ShippedModel, testing::ValuesIn(precisions()),
                         [](const auto& of) { return std::string(name_of(of.param)); });

TEST(ShippedModelPixels, AreThoseOfTheTraining) {
  const auto manifest = read_manifest(STAYDOWN_MODELS "/manifest.json");
  ASSERT_TRUE(manifest) << manifest.error().message;
  const auto width = static_cast<std::size_t>(manifest->input.width);
  std::vector<std::uint8_t> pixels(width * static_cast<std::size_t>(manifest->input.height) * 3);
  AreaScaler(manifest->input.width, manifest->input.height).scale(test_picture(), pixels);
  const auto wanted = parity().at("first_row").get<std::vector<int>>();
  ASSERT_EQ(wanted.size(), width * 3);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_LE(std::abs(wanted[i] - pixels[i]), 1) << i;  // rounding
  }
}

}  // namespace
}  // namespace staydown::embedding
