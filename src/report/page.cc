#include "report/page.h"

#include <openssl/evp.h>

#include <map>

#include "core/sha256.h"
#include "report/page_parts.h"

namespace staydown::report {
namespace {

std::string replace_each(std::string_view text, const std::map<char, std::string_view>& escapes) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto escape = escapes.find(c);
    if (escape == escapes.end()) {
      out += c;
    } else {
      out += escape->second;
    }
  }
  return out;
}

std::string escape_html(std::string_view text) {
  return replace_each(
      text, {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}, {'\'', "&#39;"}});
}

// In JSON these can only stand inside strings; without them no text can end a script element.
std::string escape_json(std::string_view json) {
  return replace_each(json, {{'<', "\\u003c"}, {'>', "\\u003e"}, {'&', "\\u0026"}});
}

std::string digest_of(std::string_view text) {
  const auto digest = sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return "'sha256-" + base64(digest) + "'";
}

// Fills each {{name}} once, in one pass: what is filled in is never looked at again.
std::string fill(std::string_view page, const std::map<std::string_view, std::string>& values) {
  std::string out;
  while (true) {
    const auto open = page.find("{{");
    out += page.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = page.find("}}", open);
    out += values.at(page.substr(open + 2, close - open - 2));
    page.remove_prefix(close + 2);
  }
}

}  // namespace

std::string base64(std::span<const std::uint8_t> bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a zero
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string render_page(const PageContent& content) {
  const std::string policy = "default-src 'none'; img-src data:; style-src " +
                             digest_of(kPageStyle) + "; script-src " + digest_of(kPageScript) +
                             "; base-uri 'none'; form-action 'none'";
  return fill(kPageMarkup, {{"policy", policy},
                            {"title", escape_html(content.title)},
                            {"summary", escape_html(content.summary)},
                            {"style", std::string(kPageStyle)},
                            {"script", std::string(kPageScript)},
                            {"data", escape_json(content.json)}});
}

}  // namespace staydown::report
