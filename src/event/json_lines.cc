#include "event/json_lines.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace staydown::event {
namespace {

int keep_open(std::FILE*) { return 0; }

tl::unexpected<Error> failed(const std::string& name, const char* doing, int code) {
  const auto reason = std::system_category().message(code);
  return fail(code == ENOSPC ? ErrorCode::kDiskFull : ErrorCode::kIo,
              fmt::format("{}: cannot {}: {}", name, doing, reason));
}

}  // namespace

Result<JsonLinesWriter> JsonLinesWriter::append_to(const std::string& path) {
  File file(std::fopen(path.c_str(), "ae"), &std::fclose);
  if (!file) return failed(path, "open for appending events", errno);
  return JsonLinesWriter(path, std::move(file));
}

JsonLinesWriter JsonLinesWriter::to_stdout() {
  return JsonLinesWriter("standard output", File(stdout, &keep_open));
}

Result<void> JsonLinesWriter::write(const TakedownEvent& event) {
  const std::string line = to_json(event) + '\n';
  errno = 0;
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() ||
      std::fflush(file_.get()) != 0) {
    return failed(name_, "write an event", errno);
  }
  return {};
}

}  // namespace staydown::event
