#include "cli/model_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/app.h"
#include "embedding/openvino_embedder.h"

namespace staydown::cli {
namespace {

constexpr int kBatch = 8, kRepeats = 10;

struct ModelOptions {
  std::string manifest, precision;
};

// The least of several runs, for one picture of a batch; other work on the machine only adds.
Result<double> milliseconds_of(const embedding::OpenVinoEmbedder& embedder) {
  Image image(kWorkingSize, kWorkingSize * 9 / 16, 3);
  std::fill_n(image.pixels.data(), image.pixels.size(), std::uint8_t{99});
  const std::vector<const Image*> images(kBatch, &image);
  double least = 0;
  for (int i = 0; i <= kRepeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (const auto embedded = embedder.embed(images); !embedded) {
      return tl::unexpected(embedded.error());
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    least = i <= 1 ? took.count() : std::min(least, took.count());  // the first one is set-up
  }
  return least / kBatch;
}

Result<void> check(const ModelOptions& options) {
  const auto embedder = embedding::OpenVinoEmbedder::open(
      options.manifest, {.precision = embedding::precision_of(options.precision)});
  if (!embedder) return tl::unexpected(embedder.error());
  const auto milliseconds = milliseconds_of(**embedder);
  if (!milliseconds) return tl::unexpected(milliseconds.error());
  const embedding::ModelManifest& manifest = (*embedder)->manifest();
  std::cout << fmt::format(
      "{}: ok\n"
      "input:     {}x{} pixels\n"
      "output:    {} of {} numbers\n"
      "precision: {}\n"
      "cost:      {:.2f} ms a frame on one thread, {} frames at a time\n",
      manifest.model(), manifest.input.width, manifest.input.height,
      manifest.regions.size() == 1 ? "one vector"
                                   : fmt::format("{} vectors", manifest.regions.size()),
      manifest.output.dimensions, name_of((*embedder)->precision()), *milliseconds, kBatch);
  return {};
}

}  // namespace

void add_model_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ModelOptions>();
  auto* command = app.add_subcommand("model", "Check a learned descriptor");
  command->require_subcommand(1);
  auto* check_command = command->add_subcommand(
      "check", "Say whether a model can be used here, in which precision, and what a frame costs");
  check_command->footer(
      "Example: staydown model check models/manifest.json\n"
      "How to describe a model of your own: models/README.md.");
  check_command->add_option("MANIFEST", options->manifest, "The model's manifest (JSON)")
      ->required();
  check_command
      ->add_option(
          "--precision", options->precision,
          "f32, bf16 or mixed (f32 up to the manifest's f32_until, then bf16), instead of the "
          "manifest's; a processor without bf16 runs f32")
      ->check(CLI::IsMember({"f32", "bf16", "mixed"}));
  check_command->callback([options, &exit_code] {
    const auto checked = check(*options);
    if (checked) return;
    exit_code = report(checked.error());
  });
}

}  // namespace staydown::cli
