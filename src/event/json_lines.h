// Events as JSON lines in a file.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "core/result.h"
#include "event/takedown_event.h"

namespace staydown::event {

// Appends one line an event and flushes it, so that a reader of the file or pipe sees it at once.
// Not thread-safe. A write that fails (disk full, pipe closed) is an error that names the file.
class JsonLinesWriter {
 public:
  static Result<JsonLinesWriter> append_to(const std::string& path);
  static JsonLinesWriter to_stdout();

  Result<void> write(const TakedownEvent& event);

 private:
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  JsonLinesWriter(std::string name, File file) : name_(std::move(name)), file_(std::move(file)) {}

  std::string name_;
  File file_;
};

}  // namespace staydown::event
