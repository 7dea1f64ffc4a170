#include "service/models.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/learned_model.h"
#include "support/test_folder.h"

namespace staydown::service {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class ModelsTest : public testing::Test {
 protected:
  static Config with(const std::string& manifest) {
    Config config;
    config.model.manifest = manifest;
    return config;
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  static std::string refusal(const Config& config) {
    const auto models = open_models(config, 1);
    return models ? "no error" : models.error().message;
  }

  const support::TestFolder folder_;
};

TEST_F(ModelsTest, AreHashesAloneWhereNoneIsNamed) {
  const auto models = open_models(with("none"), 1);
  ASSERT_TRUE(models) << models.error().message;
  EXPECT_EQ(models->name(), "pdq-1");
  EXPECT_EQ(models->precision, "exact");
  EXPECT_EQ(models->embedding, "");
  EXPECT_FALSE(models->colour());
  EXPECT_EQ(models->calibration->version(), matching::Calibration::embedded().version());
  EXPECT_EQ(models->bank(reference::BankAccess::kRead).embedding_model, "");
}

TEST_F(ModelsTest, BringTheirBackgroundAndCalibration) {
  const auto models = open_models(with(support::write_learned_model(folder_.path())), 2);
  ASSERT_TRUE(models) << models.error().message;
  EXPECT_EQ(models->name(), "pdq-1+mean-colour/1");
  EXPECT_EQ(models->embedding, "mean-colour/1/f32");
  EXPECT_EQ(models->precision, "f32");
  EXPECT_TRUE(models->colour());
  EXPECT_EQ(models->calibration->version(), "both");
  EXPECT_EQ(models->bank(reference::BankAccess::kCreate).embedding_model, "mean-colour/1/f32");
  EXPECT_NEAR(models->learned.norm->commonness(Embedding{1, 0, 0}), 0.57735, 1e-3);
}

// It is found from any folder, and nothing has to be said for it.
TEST_F(ModelsTest, AreHashesAndTheShippedModelUnlessToldOtherwise) {
  const auto models = open_models({}, 1);
  ASSERT_TRUE(models) << models.error().message;
  EXPECT_THAT(models->name(), StartsWith("pdq-1+staydown-embedding/"));
  EXPECT_EQ(models->calibration->model(), models->embedding);
  EXPECT_GT(models->calibration->cap(DescriptorKind::kEmbedding), 0);
}

// So it can be run for less, or more exactly, without being measured again.
TEST_F(ModelsTest, ACalibrationOfF32OrMixedPrecisionHoldsForBoth) {
  for (const std::string precision : {"f32", "mixed"}) {
    Config config;
    config.model.precision = precision;
    const auto models = open_models(config, 1);
    ASSERT_TRUE(models) << models.error().message;
    EXPECT_THAT(models->embedding, testing::EndsWith("/" + precision));
    EXPECT_EQ(models->precision, precision);
    EXPECT_THAT(models->calibration->model(), testing::EndsWith("/mixed"));
  }
}

TEST_F(ModelsTest, AnotherModelsCalibrationIsRefused) {
  const auto manifest = support::write_learned_model(folder_.path(), "mean-colour/2/f32");
  EXPECT_EQ(refusal(with(manifest)),
            "calibration both: is of mean-colour/2/f32, and frames are described by "
            "mean-colour/1/f32; take the calibration of that model and precision");
}

TEST_F(ModelsTest, AModelThatNobodyCalibratedIsRefused) {
  EXPECT_THAT(refusal(with(STAYDOWN_TEST_MODELS "/mean-colour.json")),
              HasSubstr("mean-colour.json: names no calibration; make one with bench/calibrate"));
}

TEST_F(ModelsTest, FilesThatAreNotTheManifestsAreRefused) {
  const auto manifest = support::write_learned_model(folder_.path());
  write("calibration.json", "{}");
  EXPECT_THAT(refusal(with(manifest)),
              AllOf(HasSubstr("calibration.json"), HasSubstr("SHA-256 is not the one")));
  write("background.f16", "short");
  EXPECT_THAT(refusal(with(manifest)),
              AllOf(HasSubstr("background.f16"), HasSubstr("SHA-256 is not the one")));
}

TEST_F(ModelsTest, WhatIsNotThereIsNamed) {
  EXPECT_EQ(refusal(with("/nowhere/manifest.json")),
            "model manifest /nowhere/manifest.json: No such file or directory");
  Config config = with("none");
  config.calibration_path = "/nowhere/calibration.json";
  EXPECT_THAT(refusal(config), HasSubstr("/nowhere/calibration.json: cannot read the calibration"));
}

TEST_F(ModelsTest, TheConfiguredCalibrationCountsBeforeTheModels) {
  Config config = with(support::write_learned_model(folder_.path()));
  config.calibration_path = STAYDOWN_MODELS "/pdq-calibration.json";
  const auto models = open_models(config, 1);
  ASSERT_TRUE(models) << models.error().message;
  EXPECT_EQ(models->calibration->version(), matching::Calibration::embedded().version());
}

}  // namespace
}  // namespace staydown::service
