// PDQ of the frames that media/ gives against the public implementation's hashes of the same clip.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "descriptor/parity_clip.h"
#include "descriptor/pdq.h"
#include "media/reference_reader.h"

namespace staydown::descriptor {
namespace {

using ::testing::Each;
using ::testing::Le;
using ::testing::SizeIs;

struct PublicHash {
  int quality = 0;
  PdqHash hash;
};

std::vector<PublicHash> public_hashes() {
  std::ifstream file(STAYDOWN_PARITY_HASHES);
  std::vector<PublicHash> hashes;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string frame, quality, hex;
    std::getline(fields, frame, ',');
    std::getline(fields, quality, ',');
    std::getline(fields, hex, ',');
    hashes.push_back({std::stoi(quality), pdq_from_hex(hex).value()});
  }
  return hashes;
}

std::vector<PdqResult> hashes_of(const std::string& path) {
  auto reader = media::ReferenceReader::open(
      path, {.pass = media::ReferencePass::kFull, .step = std::chrono::milliseconds(1)});
  std::vector<PdqResult> results;
  while (reader) {
    auto frame = reader->next();
    if (!frame) {
      ADD_FAILURE() << frame.error().message;
      break;
    }
    if (!*frame) break;
    results.push_back(pdq((*frame)->luma, (*frame)->source));
  }
  return results;
}

TEST(PdqParity, IsWithinTenBitsOfThePublicHashes) {
  const std::string path = testing::TempDir() + "staydown_parity_clip.mp4";
  support::encode_to_file(parity_clip(), path);
  const std::vector<PublicHash> expected = public_hashes();
  const std::vector<PdqResult> found = hashes_of(path);
  ASSERT_THAT(found, SizeIs(expected.size()));

  std::vector<int> distances, quality_differences;
  for (std::size_t i = 0; i < found.size(); ++i) {
    distances.push_back(distance(found[i].hash, expected[i].hash));
    quality_differences.push_back(std::abs(found[i].quality - expected[i].quality));
  }
  EXPECT_THAT(distances, Each(Le(10)));
  EXPECT_THAT(quality_differences, Each(Le(2)));
  std::nth_element(distances.begin(), distances.begin() + 20, distances.end());
  EXPECT_THAT(distances[20], Le(2));  // the median
}

}  // namespace
}  // namespace staydown::descriptor
