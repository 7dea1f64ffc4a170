#include "event/dead_letter.h"

#include <charconv>
#include <utility>

namespace staydown::event {
namespace {

constexpr std::string_view kPrefix = "staydown_dead_letter_";

std::string name(const char* field) { return std::string(kPrefix) + field; }

template <typename T>
std::optional<T> integer(const Headers& headers, const char* field) {
  const auto* text = find_header(headers, name(field));
  T value{};
  if (text == nullptr) return std::nullopt;
  const auto* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

}  // namespace

Message to_message(Message original, const DeadLetter& letter) {
  auto& headers = original.headers;
  headers.push_back({name("reason"), letter.reason});
  headers.push_back({name("message"), letter.message});
  headers.push_back({name("topic"), letter.topic});
  headers.push_back({name("partition"), std::to_string(letter.partition)});
  headers.push_back({name("offset"), std::to_string(letter.offset)});
  headers.push_back({name("time"), to_rfc3339(letter.time)});
  if (letter.value_omitted) {
    headers.push_back({name("value"), "omitted"});
    original.value.emplace();
  }
  return original;
}

std::optional<DeadLetter> parse_dead_letter(const Message& message) {
  const auto& headers = message.headers;
  const auto text = [&](const char* field) {
    const auto* value = find_header(headers, name(field));
    return value == nullptr ? std::string() : *value;
  };
  const auto partition = integer<std::int32_t>(headers, "partition");
  const auto offset = integer<std::int64_t>(headers, "offset");
  const auto time = from_rfc3339(text("time"));
  if (text("reason").empty() || text("topic").empty() || !partition || !offset || !time) {
    return std::nullopt;
  }
  return DeadLetter{.reason = text("reason"),
                    .message = text("message"),
                    .topic = text("topic"),
                    .partition = *partition,
                    .offset = *offset,
                    .time = *time,
                    .value_omitted = text("value") == "omitted"};
}

Message original_of(Message message) {
  std::erase_if(message.headers,
                [](const Header& header) { return header.name.starts_with(kPrefix); });
  return message;
}

}  // namespace staydown::event
