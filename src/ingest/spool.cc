#include "ingest/spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <span>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/sha256.h"
#include "kafka/topics.h"
#include "service/log.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kPatience = 30s, kOneLook = 1s;
constexpr auto kEvery = 10min;

// NAME_MAX is 255 on Linux' file systems, 143 on eCryptfs.
constexpr std::size_t kLongestName = 140, kDigestDigits = 32;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

std::string escaped(std::string_view text, char mark, std::string_view plain_too) {
  std::string out;
  for (const char c : text) {
    out += is_plain(c) || plain_too.find(c) != std::string_view::npos
               ? std::string(1, c)
               : fmt::format("{}{:02X}", mark, static_cast<unsigned char>(c));
  }
  return out;
}

// No stream's own name holds "~~", so that a shortened one is like none.
std::string folder_name(const std::string& stream) {
  auto name = escaped(stream, '~', "");
  if (name.empty()) return "~";
  if (name.size() <= kLongestName) return name;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(stream.data());
  const auto digest = to_hex(sha256({bytes, stream.size()})).substr(0, kDigestDigits);
  return name.substr(0, kLongestName - kDigestDigits - 2) + "~~" + digest;
}

// <sequence>.ts, or what was left half written of it. Ingest numbers from the microseconds since
// 1970 on, which media servers' own files (000123.ts) do not.
bool is_ours(std::string name) {
  if (name.ends_with(".part")) name.resize(name.size() - 5);
  if (!name.ends_with(".ts")) return false;
  name.resize(name.size() - 3);
  return name.size() >= 16 &&
         std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

// What is there now; an error ends the list.
std::vector<fs::directory_entry> entries_of(const fs::path& folder) {
  std::vector<fs::directory_entry> entries;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    entries.push_back(*entry);
  }
  return entries;
}

bool write(const fs::path& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  return !file.fail();
}

Result<std::map<std::string, std::string>> settings_of(kafka::Topics& topics,
                                                       const std::string& topic,
                                                       const std::stop_token& stop) {
  const auto end = machine_clock().now() + kPatience;
  while (true) {
    auto settings = topics.settings(topic, kOneLook);
    if (settings || settings.error().code != ErrorCode::kUnavailable || stop.stop_requested() ||
        machine_clock().now() >= end) {
      return settings;
    }
  }
}

}  // namespace

Result<std::string> spool(const Segment& segment, const fs::path& folder) {
  const auto streams = fs::absolute(folder) / folder_name(segment.stream.value);
  const auto path = streams / fmt::format("{}.ts", segment.sequence);
  const auto part = path.string() + ".part";
  std::error_code error;
  // Again where somebody cleans up: the folder may go between the two steps.
  bool written = false;
  for (int attempt = 0; attempt < 2 && !written; ++attempt) {
    fs::create_directories(streams, error);
    written = !error && write(part, segment.bytes);
  }
  if (written) fs::rename(part, path, error);
  if (!written || error) {
    const auto why = error ? error.message() : "it cannot be written; is the disk full?";
    fs::remove(part, error);
    return fail(ErrorCode::kIo, fmt::format("{}: {}", path.string(), why));
  }
  return "file://" + escaped(path.string(), '%', "/.~");
}

Result<void> check_spool_retention(const kafka::ClientOptions& client,
                                   const service::TopicNames& topics, std::chrono::hours kept,
                                   const std::stop_token& stop) {
  if (kept == 0h) return {};
  auto connection = kafka::Topics::connect(client);
  if (!connection) return tl::unexpected(std::move(connection.error()));
  for (const auto& topic : {topics.segments, topics.dead_letters}) {
    const auto settings = settings_of(**connection, topic, stop);
    if (!settings) return tl::unexpected(settings.error());
    const auto found = settings->find("retention.ms");
    if (found == settings->end()) continue;
    std::int64_t ms = 0;
    const auto& text = found->second;
    std::from_chars(text.data(), text.data() + text.size(), ms);
    const auto needed = std::chrono::ceil<std::chrono::hours>(std::chrono::milliseconds(ms));
    if (ms >= 0 && kept >= needed) continue;
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--spool-hours: {} h are less than topic {} keeps its records ({}), "
                            "which would then name files that are gone; give at least {}",
                            kept.count(), topic,
                            ms < 0 ? std::string("for ever") : fmt::format("{} h", needed.count()),
                            ms < 0 ? std::string("0, which never removes files")
                                   : std::to_string(needed.count())));
  }
  return {};
}

std::size_t clean_spool(const fs::path& folder, std::chrono::hours kept, fs::file_time_type now) {
  std::size_t removed = 0;
  std::error_code error;
  for (const auto& stream : entries_of(folder)) {
    if (!stream.is_directory(error) || stream.is_symlink(error)) continue;
    const auto before = removed;
    for (const auto& file : entries_of(stream.path())) {
      if (!is_ours(file.path().filename().string()) || file.is_symlink(error) ||
          !file.is_regular_file(error)) {
        continue;
      }
      const auto written = file.last_write_time(error);
      if (!error && now - written > kept && fs::remove(file.path(), error)) ++removed;
    }
    // Fails while there is anything in it.
    if (removed > before) fs::remove(stream.path(), error);
  }
  return removed;
}

void keep_spool_clean(const fs::path& folder, std::chrono::hours kept,
                      const std::stop_token& stop) {
  do {
    const auto removed = clean_spool(folder, kept, fs::file_time_type::clock::now());
    if (removed > 0) {
      service::log(service::LogLevel::kInfo, "spool_cleaned",
                   {{"folder", folder.string()}, {"files", removed}});
    }
  } while (machine_clock().wait_for(kEvery, stop));
}

}  // namespace staydown::ingest
