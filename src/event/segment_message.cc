#include "event/segment_message.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

namespace staydown::event {
namespace {

constexpr const char* kType = "live.staydown.segment.v1";

tl::unexpected<Error> malformed(std::string_view header, std::string_view value,
                                std::string_view expected) {
  constexpr std::size_t kShown = 80;
  return fail(ErrorCode::kMalformed, fmt::format("header {}: \"{}\" is not {}", header,
                                                 value.substr(0, kShown), expected));
}

class HeaderReader {
 public:
  explicit HeaderReader(const Headers& headers) : headers_(headers) {}

  std::string text(std::string_view name) const {
    const auto* value = find_header(headers_, name);
    return value == nullptr ? std::string() : *value;
  }

  Result<std::string> required(std::string_view name) const {
    auto value = text(name);
    if (value.empty())
      return fail(ErrorCode::kMalformed, fmt::format("header {} is missing", name));
    return value;
  }

  Result<std::optional<std::int64_t>> integer(std::string_view name) const {
    const auto* value = find_header(headers_, name);
    if (value == nullptr) return std::nullopt;
    std::int64_t number = 0;
    const auto* end = value->data() + value->size();
    const auto read = std::from_chars(value->data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return malformed(name, *value, "a whole number");
    return number;
  }

 private:
  const Headers& headers_;
};

// Media time and sequence must leave room for arithmetic.
constexpr std::int64_t kLargest = std::int64_t{1} << 53;

}  // namespace

Result<SegmentMessage> parse_segment(const Message& message, WallTime arrived) {
  const HeaderReader headers(message.headers);
  const auto version = headers.required("ce_specversion");
  if (!version) return tl::unexpected(version.error());
  if (*version != "1.0") return malformed("ce_specversion", *version, "1.0");
  const auto type = headers.required("ce_type");
  if (!type) return tl::unexpected(type.error());
  if (*type != kType) return malformed("ce_type", *type, kType);
  auto id = headers.required("ce_id");
  if (!id) return tl::unexpected(id.error());
  auto source = headers.required("ce_source");
  if (!source) return tl::unexpected(source.error());

  SegmentMessage parsed;
  parsed.id = *std::move(id);
  parsed.source = *std::move(source);
  parsed.content_type = headers.text("content-type");
  Segment& segment = parsed.segment;
  const auto subject = headers.text("ce_subject");
  segment.stream = StreamId(subject.empty() ? message.key : subject);
  if (segment.stream.empty()) {
    return fail(ErrorCode::kMalformed, "header ce_subject (the stream's id) is missing");
  }
  segment.account = AccountId(headers.text("ce_account"));
  const auto sequence = headers.integer("ce_sequence");
  if (!sequence) return tl::unexpected(sequence.error());
  parsed.has_sequence = sequence->has_value();
  segment.sequence = sequence->value_or(0);
  const auto start = headers.integer("ce_mediatime");
  if (!start) return tl::unexpected(start.error());
  if (!*start) return fail(ErrorCode::kMalformed, "header ce_mediatime is missing");
  segment.start = MediaTime(**start);
  const auto duration = headers.integer("ce_duration");
  if (!duration) return tl::unexpected(duration.error());
  segment.duration = MediaTime(duration->value_or(0));
  for (const auto& [name, value] :
       {std::pair<const char*, std::int64_t>{"ce_sequence", segment.sequence},
        {"ce_mediatime", segment.start.count()},
        {"ce_duration", segment.duration.count()}}) {
    if (value < 0 || value > kLargest) {
      return malformed(name, std::to_string(value), "a number from 0 to 2^53");
    }
  }
  segment.ingested = arrived;
  if (const auto* time = find_header(message.headers, "ce_time")) {
    const auto ingested = from_rfc3339(*time);
    if (!ingested) return malformed("ce_time", *time, "an RFC 3339 time");
    segment.ingested = *ingested;
  }
  parsed.replay = find_header(message.headers, kReplayHeader) != nullptr;
  parsed.data_ref = headers.text("ce_dataref");
  parsed.init_ref = headers.text("ce_initref");
  const bool has_bytes = message.value && !message.value->empty();
  if (!has_bytes && parsed.data_ref.empty()) {
    return fail(ErrorCode::kMalformed, "the record has neither a value nor the header ce_dataref");
  }
  if (has_bytes && !parsed.data_ref.empty()) {
    return fail(ErrorCode::kMalformed, "the record has both a value and the header ce_dataref");
  }
  return parsed;
}

Message to_message(SegmentMessage from) {
  Segment& segment = from.segment;
  Message message;
  message.key = segment.stream.value;
  message.headers = {{"ce_specversion", "1.0"},
                     {"ce_id", std::move(from.id)},
                     {"ce_source", std::move(from.source)},
                     {"ce_type", kType},
                     {"ce_subject", segment.stream.value},
                     {"ce_time", to_rfc3339(segment.ingested)},
                     {"ce_mediatime", std::to_string(segment.start.count())},
                     {"content-type", std::move(from.content_type)}};
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty()) message.headers.push_back({name, std::move(value)});
  };
  if (from.has_sequence) add("ce_sequence", std::to_string(segment.sequence));
  if (segment.duration > MediaTime::zero()) {
    add("ce_duration", std::to_string(segment.duration.count()));
  }
  add("ce_account", segment.account.value);
  add("ce_dataref", std::move(from.data_ref));
  add("ce_initref", std::move(from.init_ref));
  if (from.replay) add(kReplayHeader, "1");
  message.value = std::move(segment.bytes);
  return message;
}

}  // namespace staydown::event
