// Compiled models as files, so that a start need not compile.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace staydown::embedding {

// A folder of files, one a key; about 12 MB for the shipped model. Nothing in it is ever needed:
// what is missing, damaged or cannot be written is as if it were not there. Files carry their
// digest, since OpenVINO runs a damaged model without a word and gives other vectors. Whoever may
// write to the folder decides what the models say.
//
// Thread-safe, and safe for processes at once: files are put in place whole.
class CompiledModels {
 public:
  explicit CompiledModels(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::optional<std::string> find(std::string_view key) const;
  void keep(std::string_view key, std::string_view model) const;

 private:
  std::filesystem::path path_of(std::string_view key) const;
  std::filesystem::path folder_;
};

}  // namespace staydown::embedding
