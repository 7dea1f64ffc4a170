// A bank may come from others, or from a failing disk. Whatever it holds, each call gives a value
// or an error, and what it gives is sound.
//
// The first byte of the input says how the rest is used: odd = the file itself; even = changes to a
// real bank, five bytes each: where (four, little-endian, modulo its size) and the new value.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "reference/descriptor_blob.h"
#include "reference/reference_bank.h"

namespace {

using namespace staydown;
using namespace staydown::reference;
using namespace std::chrono_literals;

const std::string& path() {
  static const std::string text = [] {
    const std::filesystem::path memory = "/dev/shm";
    const auto folder =
        std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    return (folder / ("staydown-bank-fuzz-" + std::to_string(getpid()) + ".db")).string();
  }();
  return text;
}

void forget_file() {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::remove(path() + suffix);
  }
}

NewGeneration reference_of(const std::string& id) {
  NewGeneration reference;
  reference.info = {.id = ReferenceId(id), .label = "label", .grounds = "grounds"};
  reference.duration = 10s;
  reference.file = MediaFile{.path = "/media/a.mp4", .digest = {1}, .interval = Interval{1s, 2s}};
  for (int i = 0; i < 5; ++i) {
    reference.entries.push_back({.time = 1s * i,
                                 .end = 1s * (i + 1),
                                 .view = View::kFull,
                                 .quality = 100,
                                 .generic = false,
                                 .value = PdqHash{{1, 2, 3, static_cast<std::uint64_t>(i)}}});
  }
  return reference;
}

const Change kChange{.actor = "fuzz", .at = WallTime(1s), .detail = "detail"};

std::string real_bank() {
  forget_file();
  {
    auto bank = ReferenceBank::open(path(), {.access = BankAccess::kCreate}).value();
    for (const char* id : {"a", "b", "c"}) bank.put(reference_of(id), kChange).value();
    if (!bank.disable(ReferenceId("b"), kChange) || !bank.remove(ReferenceId("c"), kChange)) {
      std::abort();
    }
  }
  std::ifstream file(path(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string file_of(std::span<const std::uint8_t> input) {
  static const std::string real = real_bank();
  if ((input[0] & 1) != 0) return {input.begin() + 1, input.end()};
  std::string file = real;
  for (auto rest = input.subspan(1); rest.size() >= 5; rest = rest.subspan(5)) {
    std::size_t where = 0;
    for (std::size_t byte = 4; byte-- > 0;) where = where << 8 | rest[byte];
    file[where % file.size()] = static_cast<char>(rest[4]);
  }
  return file;
}

void read_all(const ReferenceBank& bank) {
  static_cast<void>(bank.revision());
  static_cast<void>(bank.audit());
  static_cast<void>(bank.verify(ReferenceBank::MediaCheck::kSkip));
  if (const auto records = bank.list()) {
    for (const auto& record : *records) static_cast<void>(bank.find(record.info.id));
  }
  const auto changes = bank.changes_since(0);
  if (!changes) return;
  for (const auto& timeline : changes->enforced) {
    if (!check(timeline->entries)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto file = file_of({data, size});
  forget_file();
  std::ofstream(path(), std::ios::binary) << file;
  if (const auto bank = ReferenceBank::open(path())) read_all(*bank);
  if (auto bank = ReferenceBank::open(path(), {.access = BankAccess::kChange})) {
    static_cast<void>(bank->put(reference_of("d"), kChange));
    static_cast<void>(bank->enable(ReferenceId("b"), kChange));
    static_cast<void>(bank->remove(ReferenceId("a"), kChange));
    read_all(*bank);
  }
  forget_file();
  return 0;
}
