#include "cli/scan_options.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "media/input_source.h"

namespace staydown::cli {
namespace {

// Credentials stand before '@' in the authority, tokens as a rule in the query: neither belongs
// into events.
std::string without_secrets(const std::string& url) {
  std::string shown = url.substr(0, url.find_first_of("?#"));
  const auto scheme = shown.find("://");
  if (scheme == std::string::npos) return shown;
  const auto authority = scheme + 3;
  const auto path = std::min(shown.find('/', authority), shown.size());
  const auto at = shown.rfind('@', path);
  if (at != std::string::npos && at >= authority) shown.erase(authority, at + 1 - authority);
  return shown;
}

std::string name_of(const std::string& input) {
  if (input == "-") return "stdin";
  if (media::is_live(input)) return without_secrets(input);
  const auto stem = std::filesystem::path(input).stem().string();
  return stem.empty() ? input : stem;
}

}  // namespace

std::vector<ScanInput> name_streams(const std::vector<std::string>& inputs,
                                    const std::string& stream_id) {
  std::vector<ScanInput> streams;
  std::set<std::string> taken;
  for (const auto& input : inputs) {
    const auto name = stream_id.empty() ? name_of(input) : stream_id;
    std::string unique = name;
    for (int n = 2; !taken.insert(unique).second; ++n) unique = fmt::format("{}-{}", name, n);
    streams.push_back({input, StreamId(unique)});
  }
  return streams;
}

}  // namespace staydown::cli
