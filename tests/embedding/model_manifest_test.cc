#include "embedding/model_manifest.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "embedding/file_bytes.h"
#include "embedding/model_files.h"

namespace staydown::embedding {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

class ModelManifestTest : public testing::Test {
 protected:
  ModelManifestTest() { std::ifstream(STAYDOWN_TEST_MODELS "/mean-colour.json") >> json_; }
  ~ModelManifestTest() override { std::filesystem::remove(path_); }

  Result<ModelManifest> read() {
    std::ofstream(path_) << json_;
    return read_manifest(path_);
  }
  std::string refusal() {
    const auto manifest = read();
    if (manifest) return "no error";
    EXPECT_EQ(manifest.error().code, ErrorCode::kMalformed);
    return manifest.error().message;
  }

  std::filesystem::path path_ =
      std::filesystem::path(testing::TempDir()) / fmt::format("manifest-{}.json", getpid());
  Json json_;
};

TEST_F(ModelManifestTest, NamesWhatComesBesideTheGraph) {
  EXPECT_FALSE(read()->background);
  EXPECT_FALSE(read()->calibration);
  EXPECT_EQ(read()->descriptor(Precision::kBf16), "mean-colour/1/bf16");
  EXPECT_EQ(*read_background(*read()), std::vector<Half>());
  EXPECT_EQ(*read_calibration(*read()), "");

  const std::string bytes = "123456789abc";  // two vectors of three
  const auto file = path_.parent_path() / fmt::format("background-{}.f16", getpid());
  std::ofstream(file) << bytes;
  json_["background"] = {{"file", file.filename()}, {"sha256", digest_of(bytes)}};
  json_["calibration"] = json_["background"];
  const auto manifest = read();
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->background->path, file);
  const auto background = read_background(*manifest);
  ASSERT_TRUE(background) << background.error().message;
  EXPECT_THAT(*background, ElementsAre(0x3231, 0x3433, 0x3635, 0x3837, 0x6139, 0x6362));
  EXPECT_EQ(*read_calibration(*manifest), bytes);

  std::ofstream(file) << "1234567";
  EXPECT_EQ(read_background(*manifest).error().code, ErrorCode::kCorrupt);
  json_["background"]["sha256"] = digest_of("1234567");
  EXPECT_THAT(read_background(*read()).error().message,
              HasSubstr("7 bytes are no whole vectors of 3 half floats"));
  json_["background"]["file"] = "../elsewhere.f16";
  EXPECT_THAT(refusal(), HasSubstr("must name a file beside the manifest"));
  std::filesystem::remove(file);
}

TEST_F(ModelManifestTest, IsReadWhole) {
  const auto manifest = read();
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->model(), "mean-colour/1");
  EXPECT_EQ(manifest->file, path_.parent_path() / "mean-colour.onnx");
  EXPECT_EQ(manifest->sha256, json_["sha256"]);
  EXPECT_EQ(manifest->digest, digest_of(json_.dump()));
  EXPECT_EQ(manifest->input.name, "frames");
  EXPECT_EQ(manifest->input.width, 6);
  EXPECT_EQ(manifest->input.height, 4);
  EXPECT_EQ(manifest->input.layout, "NHWC");
  EXPECT_EQ(manifest->input.type, "u8");
  EXPECT_EQ(manifest->input.colour, "RGB");
  EXPECT_EQ(manifest->output.name, "embeddings");
  EXPECT_EQ(manifest->output.layout, "NRD");
  EXPECT_EQ(manifest->output.dimensions, 3U);
  EXPECT_TRUE(manifest->output.normalised);
  EXPECT_EQ(manifest->precision, Precision::kF32);
  EXPECT_THAT(manifest->regions, ElementsAre(Region{}, Region{0, 0, 0.5F, 1}));
}

TEST_F(ModelManifestTest, SaysHowBytesBecomeFloats) {
  json_["input"]["type"] = "f32";
  json_["input"]["mean"] = {1, 2.5, 3};
  json_["input"]["std"] = {4, 5, 6};
  json_["precision"] = "bf16";
  const auto manifest = read();
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_THAT(manifest->input.mean, ElementsAre(1, 2.5F, 3));
  EXPECT_THAT(manifest->input.std, ElementsAre(4, 5, 6));
  EXPECT_EQ(manifest->precision, Precision::kBf16);
}

TEST_F(ModelManifestTest, SaysUpToWhereMixedPrecisionIsF32) {
  EXPECT_EQ(read()->f32_until, "");
  json_["precision"] = "mixed";
  json_["f32_until"] = "pixels";
  const auto manifest = read();
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->precision, Precision::kMixed);
  EXPECT_EQ(manifest->f32_until, "pixels");
  EXPECT_EQ(manifest->descriptor(manifest->precision), "mean-colour/1/mixed");
}

struct Refusal {
  const char *at, *value, *message;  // a JSON pointer, what stands there, and what is said of it
};

class ModelManifestRefusal : public ModelManifestTest,
                             public testing::WithParamInterface<Refusal> {};

TEST_P(ModelManifestRefusal, NamesTheKeyTheValueAndWhatIsWanted) {
  const auto& [at, value, message] = GetParam();
  json_[Json::json_pointer(at)] = Json::parse(value);
  EXPECT_THAT(refusal(), HasSubstr(message));
}

INSTANTIATE_TEST_SUITE_P(
    Values, ModelManifestRefusal,
    testing::Values(
        Refusal{"/format", "2", "format is 2; it wants 1 to 1"},
        Refusal{"/name", "\"\"", "name is \"\"; it wants a text"},
        Refusal{"/file", "\"../x.onnx\"", "file is \"../x.onnx\"; it must name a file beside"},
        Refusal{"/input/layout", "\"CHW\"",
                "input.layout is \"CHW\"; it wants \"NHWC\" or \"NCHW\""},
        Refusal{"/input/type", "\"f16\"", "input.type is \"f16\"; it wants \"u8\" or \"f32\""},
        Refusal{"/input/batch", "1", "input.batch is 1; it wants a text"},
        Refusal{"/input/width", "2.5", "input.width is 2.5; it wants 1 to 2048"},
        Refusal{"/input/height", "0", "input.height is 0; it wants 1 to 2048"},
        Refusal{"/input/mean", "[1, 2, 3]", "input.type is \"u8\"; it must be \"f32\" for a mean"},
        Refusal{"/output/dims", "5000", "output.dims is 5000; it wants 1 to 4096"},
        Refusal{"/output/layout", "\"ND\"",
                "output.layout is \"ND\"; it has room for one region only"},
        Refusal{"/output/normalised", "1", "output.normalised is 1; it wants true or false"},
        Refusal{"/precision", "\"i4\"",
                "precision is \"i4\"; it wants \"f32\" or \"bf16\" or \"mixed\""},
        Refusal{"/precision", "\"mixed\"", "f32_until is missing"},
        Refusal{"/f32_until", "7", "f32_until is 7; it wants a text"},
        Refusal{"/regions", "[]", "regions is []; it must begin with the whole frame"},
        Refusal{"/regions/0/x1", "0.5", "it must begin with the whole frame"},
        Refusal{"/regions/1/x1", "1.5", "it must lie within 0 to 1 and not be empty"}));

TEST_F(ModelManifestTest, NamesTheKeyThatIsMissing) {
  json_["output"].erase("dims");
  EXPECT_THAT(refusal(), HasSubstr(path_.string() + ": output.dims is missing"));
}

TEST_F(ModelManifestTest, WantsThreeNumbersAboveZeroToDivideBy) {
  json_["input"]["type"] = "f32";
  json_["input"]["mean"] = {0, 0, 0};
  json_["input"]["std"] = {1, 0, 1};
  EXPECT_THAT(refusal(), HasSubstr("input.std is [1,0,1]; it wants numbers above 0"));
  json_["input"]["std"] = {1, 1};
  EXPECT_THAT(refusal(), HasSubstr("input.std is [1,1]; it wants three numbers"));
}

TEST_F(ModelManifestTest, IsJson) {
  json_ = Json();
  EXPECT_THAT(refusal(), HasSubstr("name is missing"));
  std::ofstream(path_) << "{";
  const auto manifest = read_manifest(path_);
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::kMalformed);
}

TEST_F(ModelManifestTest, NamesTheFileThatIsMissing) {
  const auto manifest = read_manifest("/nowhere/manifest.json");
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(manifest.error().message,
            "model manifest /nowhere/manifest.json: No such file or directory");
}

}  // namespace
}  // namespace staydown::embedding
