#include "service/spool.h"

#include <fmt/format.h>

#include <charconv>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "kafka/topics.h"
#include "service/log.h"

namespace staydown::service {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;
constexpr auto kEvery = 10min;

}  // namespace

Result<void> check_spool_retention(const kafka::ClientOptions& client, const TopicNames& topics,
                                   std::chrono::hours kept) {
  if (kept == 0h) return {};
  auto connection = kafka::Topics::connect(client);
  if (!connection) return tl::unexpected(std::move(connection.error()));
  for (const auto& topic : {topics.segments, topics.dead_letters}) {
    const auto settings = (*connection)->settings(topic, kPatience);
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

std::size_t clean_spool(const std::filesystem::path& spool, std::chrono::hours kept,
                        std::filesystem::file_time_type now) {
  std::size_t removed = 0;
  std::error_code error;
  for (const auto& stream : std::filesystem::directory_iterator(spool, error)) {
    if (!stream.is_directory(error)) continue;
    for (const auto& file : std::filesystem::directory_iterator(stream.path(), error)) {
      if (!file.is_regular_file(error) || now - file.last_write_time(error) <= kept || error) {
        continue;
      }
      if (std::filesystem::remove(file.path(), error)) ++removed;
    }
  }
  return removed;
}

SpoolKeeper::SpoolKeeper(std::filesystem::path spool, std::chrono::hours kept)
    : spool_(std::move(spool)),
      kept_(kept),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void SpoolKeeper::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  do {
    const auto removed = clean_spool(spool_, kept_, std::filesystem::file_time_type::clock::now());
    if (removed > 0) {
      log(LogLevel::kInfo, "spool_cleaned", {{"folder", spool_.string()}, {"files", removed}});
    }
  } while (!stopped.wait_for(lock, stop, kEvery, [&] { return stop.stop_requested(); }));
}

}  // namespace staydown::service
