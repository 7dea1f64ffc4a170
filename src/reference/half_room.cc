#include "reference/half_room.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace staydown::reference {
namespace {

class File {
 public:
  explicit File(const std::filesystem::path& folder) {
    std::string name = (folder / ".staydown-vectors-XXXXXX").string();
    descriptor_ = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ >= 0) unlink(name.c_str());  // goes with the last mapping
  }
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Of whole pages that are there, since writing to one for which the disk has no room ends the
  // process. nullptr if that cannot be had.
  void* map(std::size_t bytes) const {
    if (descriptor_ < 0 || posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes)) != 0) {
      return nullptr;
    }
    void* const mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
    return mapped == MAP_FAILED ? nullptr : mapped;
  }

 private:
  int descriptor_ = -1;
};

}  // namespace

std::shared_ptr<Half[]> room_for_halves(std::size_t count, const std::filesystem::path& folder) {
  const std::size_t bytes = count * sizeof(Half);
  if (count >= kMappedHalves && !folder.empty()) {
    if (void* const mapped = File(folder).map(bytes)) {
      return {static_cast<Half*>(mapped), [bytes](Half* room) { munmap(room, bytes); }};
    }
  }
  return std::make_shared<Half[]>(count);
}

}  // namespace staydown::reference
