// Hash lists come from others. What is read is sound, and reads the same once written.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "reference/descriptor_blob.h"
#include "reference/hash_list.h"
#include "reference/timeline_builder.h"

namespace {

using namespace staydown;
using namespace staydown::reference;

void demand(bool holds) {
  if (!holds) std::abort();
}

void demand_written_form_reads_the_same(const std::vector<ReferenceEntry>& entries,
                                        HashListFormat format) {
  const auto list = parse_hash_list(format_hash_list(entries, format));
  // All times within one millisecond are written alike, which is a list without times.
  if (!list) return demand(entries.back().time - entries.front().time < MediaTime(1000));
  demand(list->bad.empty() && list->descriptors.size() == entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    demand(list->descriptors[i].value == entries[i].value);
    demand(list->descriptors[i].quality == entries[i].quality);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto list = parse_hash_list({reinterpret_cast<const char*>(data), size});
  if (!list) return 0;
  static const BackgroundSet no_background({});
  TimelineBuilder builder({}, no_background);
  builder.add(list->descriptors);
  const auto built = builder.finish(MediaTime::zero());
  demand(!built.entries.empty() && check(built.entries).has_value());
  demand_written_form_reads_the_same(built.entries, HashListFormat::kVpdq);
  demand_written_form_reads_the_same(built.entries, HashListFormat::kJson);
  return 0;
}
