#include "cli/model_options.h"

namespace staydown::cli {

void add_model_flag(CLI::App& command, std::string& model) {
  command
      .add_option("--model", model,
                  "Learned descriptor beside hashes: shipped, none, or the path of a manifest; "
                  "instead of model.manifest of the configuration")
      ->envname("STAYDOWN_MODEL");
}

}  // namespace staydown::cli
