#include "ingest/pulled_input.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "service/log.h"

namespace staydown::ingest {
namespace {

using namespace std::chrono_literals;
using media::InputKind;
using service::Count;
using service::Level;
using service::log;
using service::LogLevel;

constexpr auto kFirstBackOff = 500ms, kLongestBackOff = 10'000ms;
constexpr int kAttemptsInAnHour = 360;

// Of a file or a local playlist; empty for anything else.
std::string local_path(const media::InputUrl& url) {
  constexpr std::string_view kPrefix = "file:";
  const bool local = url.kind == InputKind::kFile || url.kind == InputKind::kPlaylist;
  return local && url.url.starts_with(kPrefix) ? url.url.substr(kPrefix.size()) : "";
}

// Numbers grow across restarts, so that a worker sees a new epoch and no repeats.
std::int64_t first_sequence(const Clock& clock) { return clock.wall().time_since_epoch().count(); }

}  // namespace

Result<void> check_input(const std::string& input) {
  const auto url = media::parse_input(input);
  if (!url) return tl::unexpected(url.error());
  const auto path = local_path(*url);
  if (path.empty()) return {};
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: a folder; --watch takes what appears there", path));
  }
  if (access(path.c_str(), R_OK) == 0) return {};
  return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              fmt::format("{}: {}", path, std::strerror(errno)));
}

PulledInput::PulledInput(PullOptions options, SegmentSink& sink, Status& status, Clock& clock)
    : options_(std::move(options)),
      sink_(sink),
      status_(status),
      clock_(clock),
      part_(status.health, "input " + options_.stream.value),
      back_off_(kFirstBackOff) {
  if (const auto url = media::parse_input(options_.input)) kind_ = url->kind;
  show(false);
}

PulledInput::~PulledInput() {
  status_.metrics.set(Level::kIngestInputs, 0, "connected", options_.slot);
  status_.metrics.set(Level::kIngestInputs, 0, "away", options_.slot);
}

void PulledInput::run(const std::stop_token& stop, const std::stop_token& give_up) {
  do {
    const auto source = open(stop);
    if (!source) return;
    feed(*source, stop, give_up);
    show(false);
    if (stop.stop_requested()) {
      if (kind_ != InputKind::kFile) return;
      return status_.ledger.lost(options_.stream,
                                 {ErrorCode::kUnavailable, "ingest ended before the file", true},
                                 options_.input);
    }
    if (!gone_) {
      log(LogLevel::kInfo, "input_ended", {{"stream", options_.stream.value}});
      return;
    }
  } while (back_off(stop));
}

std::unique_ptr<SegmentSource> PulledInput::open(const std::stop_token& stop) {
  const bool can_wait = kind_ != InputKind::kFile && kind_ != InputKind::kStdin;
  gone_ = false;
  do {
    part_.alive();
    media::InputOptions how;
    how.stream = options_.stream;
    how.account = options_.account;
    how.reconnect_for = options_.reconnect;
    how.tell = [this](media::Link link, const std::string& why) { told(link, why); };
    auto source = media::open_input(options_.input, how, stop, clock_);
    if (stop.stop_requested()) return nullptr;
    if (source) {
      told(media::Link::kBack, {});
      const bool paced = options_.realtime && kind_ == InputKind::kFile;
      return paced ? media::at_real_time(*std::move(source), clock_) : *std::move(source);
    }
    if (!can_wait) {
      status_.ledger.lost(options_.stream, source.error(), options_.input);
      return nullptr;
    }
    tell_of_attempt(source.error().message);
  } while (back_off(stop));
  return nullptr;
}

void PulledInput::feed(SegmentSource& source, const std::stop_token& stop,
                       const std::stop_token& give_up) {
  // How long these take is up to whoever writes them, or to the pace.
  std::error_code ignored;
  const bool may_take_any_time =
      kind_ == InputKind::kStdin || options_.realtime ||
      (kind_ == InputKind::kFile && !std::filesystem::is_regular_file(options_.input, ignored));
  const auto base = first_sequence(clock_);
  while (true) {
    may_take_any_time ? part_.waits() : part_.alive();
    auto next = source.next(stop);
    if (!next) {
      status_.ledger.lost(options_.stream, next.error());
      continue;
    }
    if (!*next) return;
    back_off_ = kFirstBackOff;
    Segment segment = **std::move(next);
    segment.sequence += base;
    part_.waits();  // the sink speaks for itself
    if (const auto published = sink_.publish(std::move(segment), give_up); !published) {
      status_.ledger.lost(options_.stream, published.error());
      if (give_up.stop_requested()) return;
    }
  }
}

void PulledInput::told(media::Link link, const std::string& why) {
  using media::Link;
  part_.alive();
  switch (link) {
    case Link::kLost:
    case Link::kGone:
      gone_ = link == Link::kGone;
      show(false);
      log(LogLevel::kWarning, "input_lost", {{"stream", options_.stream.value}, {"message", why}});
      break;
    case Link::kTried:
      tell_of_attempt(why);
      break;
    case Link::kBack:
      attempts_ = 0;
      if (std::exchange(was_there_, true)) status_.metrics.add(Count::kIngestReconnects);
      show(true);
      log(LogLevel::kInfo, "input_opened", {{"stream", options_.stream.value}});
  }
}

void PulledInput::tell_of_attempt(const std::string& why) {
  ++attempts_;
  const bool is_power_of_two = (attempts_ & (attempts_ - 1)) == 0;
  if (attempts_ < kAttemptsInAnHour ? !is_power_of_two : attempts_ % kAttemptsInAnHour != 0) return;
  log(LogLevel::kWarning, "input_retry",
      {{"stream", options_.stream.value}, {"attempt", attempts_}, {"message", why}});
}

bool PulledInput::back_off(const std::stop_token& stop) {
  part_.alive();
  const auto now = std::exchange(back_off_, std::min(2 * back_off_, kLongestBackOff));
  return clock_.wait_for(now, stop);
}

void PulledInput::show(bool connected) {
  status_.metrics.set(Level::kIngestInputs, connected ? 1 : 0, "connected", options_.slot);
  status_.metrics.set(Level::kIngestInputs, connected ? 0 : 1, "away", options_.slot);
}

}  // namespace staydown::ingest
