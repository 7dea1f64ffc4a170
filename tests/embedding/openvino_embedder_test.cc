// Held to a model so small that its answers are known: the mean colour of the frame and of its left
// half.
#include "embedding/openvino_embedder.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "embedding/file_bytes.h"
#include "support/test_folder.h"

namespace staydown::embedding {
namespace {

using Json = nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;
using testing::Property;

const std::filesystem::path kManifest = STAYDOWN_TEST_MODELS "/mean-colour.json";

std::shared_ptr<const OpenVinoEmbedder> opened(const EmbedderOptions& options = {},
                                               const std::filesystem::path& manifest = kManifest) {
  auto embedder = OpenVinoEmbedder::open(manifest, options);
  EXPECT_TRUE(embedder) << embedder.error().message;
  return embedder ? *embedder : nullptr;
}

struct Rgb {
  std::uint8_t red, green, blue;
};

Image halves(Rgb left, Rgb right, int width = 12, int height = 8) {
  Image image(width, height, 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const Rgb colour = x < width / 2 ? left : right;
      std::uint8_t* pixel = image.row(y) + x * 3;
      pixel[0] = colour.red, pixel[1] = colour.green, pixel[2] = colour.blue;
    }
  }
  return image;
}

auto near(const std::vector<float>& vector) {
  return Property(&Embedding::floats, Pointwise(FloatNear(1e-3F), vector));
}

TEST(OpenVinoEmbedder, SaysWhatItRuns) {
  const auto embedder = opened();
  EXPECT_EQ(embedder->model(), "mean-colour/1");
  EXPECT_EQ(embedder->precision(), Precision::kF32);
  EXPECT_EQ(embedder->dimensions(), 3U);
  EXPECT_THAT(embedder->manifest().regions, ElementsAre(Region{}, Region{0, 0, 0.5F, 1}));
}

TEST(OpenVinoEmbedder, DescribesEveryRegionOfEveryImageInOrder) {
  const Image red_blue = halves({200, 0, 0}, {0, 0, 200});
  const Image green = halves({0, 90, 0}, {0, 90, 0}, 640, 360);
  const Image* images[] = {&red_blue, &green};
  const auto embeddings = opened()->embed(images);
  ASSERT_TRUE(embeddings) << embeddings.error().message;
  const float half = std::sqrt(0.5F);
  EXPECT_THAT(*embeddings, ElementsAre(ElementsAre(near({half, 0, half}), near({1, 0, 0})),
                                       ElementsAre(near({0, 1, 0}), near({0, 1, 0}))));
}

// Its mean is (20, 40, 130) in BGR; the manifest makes (5, 5, 20) of it.
TEST(OpenVinoEmbedder, FeedsAModelThatWantsShiftedPlanesAndNormalisesWhatItGives) {
  const Image image = halves({100, 60, 20}, {160, 20, 20});
  const Image* images[] = {&image};
  const auto embeddings = opened({}, STAYDOWN_TEST_MODELS "/mean-of-planes.json")->embed(images);
  ASSERT_TRUE(embeddings) << embeddings.error().message;
  const float length = std::sqrt(450.0F);
  EXPECT_THAT(*embeddings, ElementsAre(ElementsAre(near({5 / length, 5 / length, 20 / length}))));
}

// Black has no colour to speak of: this model divides by zero.
TEST(OpenVinoEmbedder, GivesZerosWhereTheModelGivesNoNumbers) {
  const Image image = halves({0, 0, 0}, {0, 9, 0});
  const Image* images[] = {&image};
  const auto embeddings = opened()->embed(images);
  ASSERT_TRUE(embeddings) << embeddings.error().message;
  EXPECT_THAT(*embeddings, ElementsAre(ElementsAre(near({0, 1, 0}), near({0, 0, 0}))));
}

TEST(OpenVinoEmbedder, GivesTheSameHoweverManyThereAre) {
  std::vector<Image> pictures;
  std::vector<const Image*> images;
  for (int i = 0; i < 19; ++i) {
    pictures.push_back(halves({static_cast<std::uint8_t>(10 * i), 77, 30}, {5, 120, 200}));
  }
  for (const Image& picture : pictures) images.push_back(&picture);
  const auto embedder = opened();
  const auto together = embedder->embed(images);
  ASSERT_TRUE(together);
  ASSERT_EQ(together->size(), 19U);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto alone = embedder->embed(std::span(images).subspan(i, 1));
    ASSERT_TRUE(alone);
    EXPECT_EQ((*alone)[0], (*together)[i]) << i;
  }
  EXPECT_TRUE(embedder->embed({})->empty());
}

TEST(OpenVinoEmbedder, ServesThreadsAtOnce) {
  const auto embedder = opened({.threads = 2});
  const Image first = halves({200, 0, 0}, {200, 0, 0}), second = halves({0, 0, 9}, {0, 0, 9});
  const auto check = [&](const Image& image, std::vector<float> wanted) {
    const Image* images[] = {&image};
    for (int i = 0; i < 100; ++i) {
      const auto embeddings = embedder->embed(images);
      ASSERT_TRUE(embeddings);
      EXPECT_THAT((*embeddings)[0][0], near(wanted));
    }
  };
  std::jthread other([&] { check(first, {1, 0, 0}); });
  check(second, {0, 0, 1});
}

TEST(OpenVinoEmbedder, RefusesAPictureWithoutColours) {
  const Image grey(12, 8, 1);
  const Image* images[] = {&grey};
  const auto embeddings = opened()->embed(images);
  ASSERT_FALSE(embeddings);
  EXPECT_EQ(embeddings.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(embeddings.error().message, HasSubstr("wants RGB pictures; one is 12x8 with 1"));
}

// A copy of a model and its manifest that may be changed.
class ChangedFolder {
 public:
  explicit ChangedFolder(const std::string& name) : name_(name) {
    for (const char* ending : {".json", ".onnx"}) {
      std::filesystem::copy(std::filesystem::path(STAYDOWN_TEST_MODELS) / (name + ending),
                            folder_.path());
    }
  }

  std::filesystem::path manifest() const { return folder_ / (name_ + ".json"); }
  std::filesystem::path model() const { return folder_ / (name_ + ".onnx"); }
  void change(const std::function<void(Json&)>& change) const {
    Json json;
    std::ifstream(manifest()) >> json;
    change(json);
    std::ofstream(manifest()) << json;
  }

 private:
  const std::string name_;
  const support::TestFolder folder_{"changed"};
};

class ChangedModel : public testing::Test {
 protected:
  Error error() const {
    const auto embedder = OpenVinoEmbedder::open(folder_.manifest(), {});
    EXPECT_FALSE(embedder);
    return embedder ? Error{} : embedder.error();
  }

  const ChangedFolder folder_{"mean-colour"};
};

TEST_F(ChangedModel, IsRefusedWhenItIsNotTheFileOfTheManifest) {
  std::ofstream(folder_.model(), std::ios::app) << "more";
  EXPECT_EQ(error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(error().message, HasSubstr("but the manifest says"));
}

TEST_F(ChangedModel, IsRefusedWhenItIsMissing) {
  std::filesystem::remove(folder_.model());
  EXPECT_EQ(error().code, ErrorCode::kNotFound);
}

// A member of the manifest (a JSON pointer) that is set to a value.
struct Change {
  const char *at, *value, *message;
};
class ChangedManifest : public ChangedModel, public testing::WithParamInterface<Change> {};

TEST_P(ChangedManifest, IsRefusedWhenTheModelIsNotWhatItSays) {
  const auto& [at, value, message] = GetParam();
  folder_.change([&](Json& json) { json[Json::json_pointer(at)] = Json::parse(value); });
  EXPECT_EQ(error().code, ErrorCode::kMalformed);
  EXPECT_THAT(error().message, AllOf(HasSubstr("mean-colour.onnx: "), HasSubstr(message)));
}

INSTANTIATE_TEST_SUITE_P(
    Values, ChangedManifest,
    testing::Values(
        Change{"/output/dims", "4",
               "embeddings is f32 [1..8,2,3], but the manifest says f32 [?,2,4]"},
        Change{"/input/width", "7", "frames is u8 [?,4,6,3], but the manifest says u8 [?,4,7,3]"},
        Change{"/input/type", "\"f32\"",
               "frames is u8 [?,4,6,3], but the manifest says f32 [?,4,6,3]"},
        Change{"/input/layout", "\"NCHW\"", "but the manifest says u8 [?,3,4,6]"},
        Change{"/input/name", "\"images\"", "there is no input \"images\"; there is \"frames\""},
        Change{"/output/name", "\"vectors\"",
               "there is no output \"vectors\"; there is \"embeddings\""}));

TEST_F(ChangedModel, IsRefusedWhenItIsNoModel) {
  std::ofstream(folder_.model()) << "nothing";
  folder_.change([](Json& json) { json["sha256"] = digest_of("nothing"); });
  EXPECT_EQ(error().code, ErrorCode::kMalformed);
  EXPECT_THAT(error().message, testing::Not(HasSubstr("\n")));
}

TEST(OpenVinoEmbedder, RefusesVectorsOfAnotherLengthThanTheManifestSays) {
  const ChangedFolder folder("mean-of-planes");
  folder.change([](Json& json) { json["output"]["normalised"] = true; });
  const auto embedder = OpenVinoEmbedder::open(folder.manifest(), {});
  ASSERT_FALSE(embedder);
  EXPECT_EQ(embedder.error().code, ErrorCode::kMalformed);
  EXPECT_THAT(
      embedder.error().message,
      testing::ContainsRegex("gives a vector of length [0-9.]+; vectors must have length 1"));
}

// The tests' model as one that is run in f32 up to a tensor.
class MixedManifest {
 public:
  explicit MixedManifest(const std::string& tensor) {
    Json json;
    std::ifstream(kManifest) >> json;
    json["precision"] = "mixed";
    json["f32_until"] = tensor;
    std::ofstream(path()) << json;
    std::filesystem::copy_file(STAYDOWN_TEST_MODELS "/mean-colour.onnx",
                               folder_.path() / "mean-colour.onnx");
  }
  std::filesystem::path path() const { return folder_.path() / "manifest.json"; }
  std::string refusal() const {
    const auto embedder = OpenVinoEmbedder::open(path(), {});
    return embedder ? "no error" : embedder.error().message;
  }

 private:
  const support::TestFolder folder_;
};

TEST(OpenVinoEmbedder, RunsAModelInF32UpToATensorAndIsNamedForIt) {
  const MixedManifest manifest("pixels");
  const auto embedder = opened({}, manifest.path());
  EXPECT_EQ(embedder->precision(), Precision::kMixed);
  std::vector<Image> pictures;
  std::vector<const Image*> images;
  for (int i = 0; i < 11; ++i) {
    pictures.push_back(halves({static_cast<std::uint8_t>(20 * i), 77, 30}, {5, 120, 200}));
  }
  for (const Image& picture : pictures) images.push_back(&picture);
  const auto mixed = embedder->embed(images);
  const auto f32 = opened()->embed(images);
  ASSERT_TRUE(mixed) << mixed.error().message;
  ASSERT_EQ(mixed->size(), f32->size());
  for (std::size_t i = 0; i < mixed->size(); ++i) {
    for (std::size_t r = 0; r < 2; ++r) {
      EXPECT_GE(dot((*mixed)[i][r].halves(), (*f32)[i][r].halves()), 0.999) << i << ", " << r;
    }
  }
}

TEST(OpenVinoEmbedder, NamesTheTensorThatDoesNotPartTheGraph) {
  EXPECT_THAT(MixedManifest("nowhere").refusal(),
              HasSubstr("f32_until is \"nowhere\", but the graph has no tensor of that name"));
  EXPECT_THAT(MixedManifest("left_half").refusal(),
              HasSubstr("f32_until is \"left_half\", but the graph does not all go through it"));
  const auto without = OpenVinoEmbedder::open(kManifest, {.precision = Precision::kMixed});
  ASSERT_FALSE(without);
  EXPECT_THAT(without.error().message, HasSubstr("manifest has no f32_until"));
}

TEST(OpenVinoEmbedder, NeedsAThread) {
  const auto embedder = OpenVinoEmbedder::open(kManifest, {.threads = 0});
  ASSERT_FALSE(embedder);
  EXPECT_EQ(embedder.error().message, "model mean-colour/1: threads is 0; give at least 1");
}

// Whatever happens to the folder, the answer is the same.
class CompiledModelFolder : public testing::Test {
 protected:
  std::filesystem::path file() const {
    return *std::filesystem::directory_iterator(options_.cache);
  }
  void expect(bool from_cache) const {
    const auto embedder = opened(options_);
    EXPECT_EQ(embedder->from_cache(), from_cache);
    EXPECT_EQ(embedder->precision(), Precision::kF32);
    const Image image = halves({200, 0, 0}, {0, 0, 200});
    const Image* images[] = {&image};
    EXPECT_EQ(*embedder->embed(images), *opened()->embed(images));
  }

  const support::TestFolder parent_;
  const std::filesystem::path folder_ = parent_.path() / "compiled";
  const EmbedderOptions options_{.cache = folder_ / "models"};
};

TEST_F(CompiledModelFolder, SparesCompilingFromTheSecondTimeOn) {
  expect(false);
  expect(true);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(options_.cache), {}), 1);
}

TEST_F(CompiledModelFolder, MayBeDamaged) {
  expect(false);
  const auto size = std::filesystem::file_size(file());
  {
    std::fstream bytes(file(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(size - 1));
    bytes << '!';
  }
  expect(false);
  std::filesystem::resize_file(file(), size / 2);
  expect(false);
  std::filesystem::resize_file(file(), 0);
  expect(false);
  std::ofstream(file(), std::ios::binary)
      << digest_of("of another OpenVINO") << "of another OpenVINO";
  expect(false);
  expect(true);
}

TEST_F(CompiledModelFolder, KeepsBothPartsOfMixedPrecision) {
  MixedManifest manifest("pixels");
  EXPECT_FALSE(opened(options_, manifest.path())->from_cache());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(options_.cache), {}), 2);
  const auto embedder = opened(options_, manifest.path());
  EXPECT_TRUE(embedder->from_cache());
  const Image image = halves({200, 0, 0}, {0, 0, 200});
  const Image* images[] = {&image};
  EXPECT_EQ(*embedder->embed(images), *opened({}, manifest.path())->embed(images));
  std::filesystem::remove(file());
  EXPECT_FALSE(opened(options_, manifest.path())->from_cache());
}

TEST_F(CompiledModelFolder, NeedNotBeWritable) {
  std::ofstream(folder_) << "a file";
  expect(false);
}

TEST_F(CompiledModelFolder, KeepsPrecisionsApart) {
  expect(false);
  auto options = options_;
  options.precision = Precision::kBf16;
  EXPECT_FALSE(opened(options)->from_cache());
  EXPECT_TRUE(opened(options)->from_cache());
  EXPECT_EQ(opened(options)->precision(), opened({.precision = Precision::kBf16})->precision());
  expect(true);
}

}  // namespace
}  // namespace staydown::embedding
