#include "reference/background_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "descriptor/pdq.h"
#include "reference/embedded_background.h"
#include "reference/lines.h"

namespace staydown::reference {

Result<BackgroundSet> BackgroundSet::parse(std::string_view text) {
  std::vector<PdqHash> hashes;
  for (const auto& line : lines_of(text)) {
    if (line.text.empty() || line.text.front() == '#') continue;
    const auto hash = descriptor::pdq_from_hex(line.text.substr(0, line.text.find(' ')));
    if (!hash) {
      return fail(ErrorCode::kMalformed,
                  fmt::format("background set: line {}: is not a hash and a name", line.number));
    }
    hashes.push_back(*hash);
  }
  return BackgroundSet(std::move(hashes));
}

const BackgroundSet& BackgroundSet::embedded() {
  static const BackgroundSet set = [] {
    auto parsed = parse(kEmbeddedBackground);
    if (!parsed) throw std::logic_error(parsed.error().message);
    return std::move(*parsed);
  }();
  return set;
}

bool BackgroundSet::is_near(const PdqHash& hash, int radius) const {
  return std::any_of(hashes_.begin(), hashes_.end(),
                     [&](const PdqHash& other) { return distance(hash, other) <= radius; });
}

}  // namespace staydown::reference
