#include "ingest/hook_request.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

namespace staydown::ingest {
namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
               digit(text[i + 2]) >= 0) {
      out += static_cast<char>(16 * digit(text[i + 1]) + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// application/x-www-form-urlencoded; the last field of a name counts.
Fields form(std::string_view body) {
  Fields fields;
  while (!body.empty()) {
    const auto end = std::min(body.find('&'), body.size());
    const auto field = body.substr(0, end);
    const auto equals = std::min(field.find('='), field.size());
    const auto value = field.substr(std::min(equals + 1, field.size()));
    fields[decoded(field.substr(0, equals))] = decoded(value);
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return fields;
}

Result<std::string> field(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  if (found == fields.end() || found->second.empty()) {
    return fail(ErrorCode::kMalformed, fmt::format("the field {} is missing", name));
  }
  return found->second;
}

Result<RecordedFile> file_of(const Result<std::string>& stream, const Result<std::string>& path) {
  if (!stream) return tl::unexpected(stream.error());
  if (!path) return tl::unexpected(path.error());
  return RecordedFile{StreamId(*stream), *path};
}

}  // namespace

Result<RecordedFile> parse_srs(std::string_view body) {
  try {
    const auto json = nlohmann::json::parse(body);
    if (json.at("action") != "on_hls") {
      return fail(ErrorCode::kMalformed, "the action is not on_hls");
    }
    const std::filesystem::path cwd = json.at("cwd").get<std::string>();
    const auto file = cwd / json.at("file").get<std::string>();
    return RecordedFile{
        StreamId(json.at("app").get<std::string>() + "/" + json.at("stream").get<std::string>()),
        file.lexically_normal().string()};
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorCode::kMalformed, error.what());
  }
}

Result<RecordedFile> parse_nginx_rtmp(std::string_view body) {
  const auto fields = form(body);
  const auto app = field(fields, "app"), name = field(fields, "name");
  if (!app) return tl::unexpected(app.error());
  if (!name) return tl::unexpected(name.error());
  return file_of(*app + "/" + *name, field(fields, "path"));
}

Result<RecordedFile> parse_form_file(std::string_view body) {
  const auto fields = form(body);
  return file_of(field(fields, "stream"), field(fields, "path"));
}

bool same_token(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() && !a.empty() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^
                  static_cast<unsigned char>(b.empty() ? '\0' : b[i % b.size()]);
  }
  return difference == 0;
}

}  // namespace staydown::ingest
