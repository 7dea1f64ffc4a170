#include "reference/hash_list.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "descriptor/pdq.h"
#include "reference/lines.h"

namespace staydown::reference {
namespace {

constexpr double kLongestSeconds = 1000.0 * 3600;

struct Fields {
  std::string_view hash, quality, timestamp;
};

template <typename T>
std::optional<T> number_of(std::string_view text) {
  text = without_blanks(text);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Exactly N fields between commas.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> split(std::string_view line) {
  std::array<std::string_view, N> fields;
  for (std::size_t i = 0; i < N; ++i) {
    const auto comma = line.find(',');
    if ((comma == std::string_view::npos) != (i + 1 == N)) return std::nullopt;
    fields[i] = without_blanks(line.substr(0, comma));
    line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  }
  return fields;
}

// Collects the usable lines of a list.
class Collector {
 public:
  void add(std::size_t number, const Fields& fields) {
    const auto hash = descriptor::pdq_from_hex(fields.hash);
    if (!hash) return reject(number, "the hash is not 64 hexadecimal digits");
    const auto quality = number_of<int>(fields.quality);
    if (!quality || *quality < 0 || *quality > 100) {
      return reject(number, "the quality is not a whole number from 0 to 100");
    }
    const auto timestamp = number_of<double>(fields.timestamp);
    if (!timestamp || !(*timestamp >= 0) || *timestamp > kLongestSeconds) {
      return reject(number, "the timestamp is not a number of seconds from 0 to 1000 hours");
    }
    const MediaTime time(std::llround(*timestamp * 1e6));
    if (!list_.descriptors.empty() && time < list_.descriptors.back().time) {
      return reject(number, "the timestamp is earlier than the one before");
    }
    list_.descriptors.push_back(
        {.time = time, .view = View::kFull, .quality = *quality, .value = *hash});
  }

  void reject(std::size_t number, std::string reason) {
    list_.bad.push_back({number, std::move(reason)});
  }

  Result<HashList> finish(HashListFormat format) {
    list_.format = format;
    if (list_.descriptors.empty()) {
      return fail(ErrorCode::kMalformed,
                  list_.bad.empty()
                      ? "holds no hashes"
                      : fmt::format("holds no usable line; the first is line {}: {}",
                                    list_.bad.front().number, list_.bad.front().reason));
    }
    if (!spread_equal_times()) {
      return fail(ErrorCode::kMalformed,
                  "has the same timestamp on every line; without times a "
                  "hash list cannot be matched");
    }
    return std::move(list_);
  }

 private:
  // False if there is nothing to tell how far apart the lines are.
  bool spread_equal_times() {
    auto& all = list_.descriptors;
    MediaTime apart{};  // between lines of the group before
    for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
      while (end < all.size() && all[end].time == all[begin].time) ++end;
      const auto count = static_cast<std::int64_t>(end - begin);
      if (end < all.size()) {
        apart = (all[end].time - all[begin].time) / count;
      } else if (count > 1 && apart == MediaTime::zero()) {
        return false;
      }
      for (std::size_t i = begin + 1; i < end; ++i) all[i].time = all[i - 1].time + apart;
    }
    return true;
  }

  HashList list_;
};

Result<HashList> parse_text(std::string_view text) {
  Collector collector;
  for (const auto& line : lines_of(text)) {
    if (line.text.empty()) continue;
    const auto fields = split<4>(line.text);
    if (!fields) {
      collector.reject(line.number, "does not have the four fields frame,quality,hash,timestamp");
    } else if (const auto frame = number_of<std::int64_t>((*fields)[0]); !frame || *frame < 0) {
      collector.reject(line.number, "the frame is not a whole number from 0 on");
    } else {
      collector.add(line.number, {(*fields)[2], (*fields)[1], (*fields)[3]});
    }
  }
  return collector.finish(HashListFormat::kVpdq);
}

Result<HashList> parse_json(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array()) {
    return fail(ErrorCode::kMalformed, "is not a JSON array of \"hash,quality,timestamp\"");
  }
  Collector collector;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto* element = json[i].get_ptr<const nlohmann::json::string_t*>();
    const auto fields = element == nullptr ? std::nullopt : split<3>(*element);
    if (fields) {
      collector.add(i + 1, {(*fields)[0], (*fields)[1], (*fields)[2]});
    } else {
      collector.reject(i + 1, "is not a string of the three fields hash,quality,timestamp");
    }
  }
  return collector.finish(HashListFormat::kJson);
}

}  // namespace

Result<HashList> parse_hash_list(std::string_view text) {
  const auto begin = without_blanks(text);
  if (begin.empty()) return fail(ErrorCode::kMalformed, "is empty");
  return begin.front() == '[' ? parse_json(begin) : parse_text(text);
}

std::string format_hash_list(std::span<const ReferenceEntry> entries, HashListFormat format) {
  std::string text;
  auto json = nlohmann::json::array();
  std::size_t frame = 0;
  for (const auto& entry : entries) {
    const auto* hash = std::get_if<PdqHash>(&entry.value);
    if (hash == nullptr || entry.view != View::kFull) continue;
    const auto hex = descriptor::to_hex(*hash);
    if (format == HashListFormat::kVpdq) {
      fmt::format_to(std::back_inserter(text), "{},{},{},{:.3f}\n", frame, int{entry.quality}, hex,
                     seconds(entry.time));
    } else {
      json.push_back(fmt::format("{},{},{:.3f}", hex, int{entry.quality}, seconds(entry.time)));
    }
    ++frame;
  }
  return format == HashListFormat::kVpdq ? text : json.dump(1) + "\n";
}

}  // namespace staydown::reference
