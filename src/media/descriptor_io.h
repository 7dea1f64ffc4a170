// A file or stdin as FFmpeg's input, read without any of its protocols.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "media/av_ptr.h"
#include "media/interrupt.h"

namespace staydown::media {

// Seekable where the file is. Reads wait with poll, so that a silent pipe can be left. Owns the
// descriptor unless it is stdin's. Neither movable nor thread-safe; `interrupt` outlives it.
class DescriptorIo {
 public:
  // Errors: kNotFound, kIo; the message names `name`.
  static Result<std::unique_ptr<DescriptorIo>> open_file(const std::string& path,
                                                         const std::string& name,
                                                         const Interrupt& interrupt);
  static std::unique_ptr<DescriptorIo> of_stdin(const Interrupt& interrupt);
  ~DescriptorIo();
  DescriptorIo(const DescriptorIo&) = delete;
  DescriptorIo& operator=(const DescriptorIo&) = delete;

  AVIOContext* context() const { return context_.get(); }

 private:
  DescriptorIo(int descriptor, const Interrupt& interrupt);
  static int read(void* self, std::uint8_t* buffer, int size);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);

  int descriptor_;
  const Interrupt& interrupt_;
  AVIOContextPtr context_;
};

}  // namespace staydown::media
