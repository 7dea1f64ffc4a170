// A folder with the smallest learned model that can be matched: the mean colour of a picture, with
// a background set of one grey picture and a calibration of round figures.
#pragma once

#include <filesystem>
#include <string>

namespace staydown::support {

// Writes it into `folder`, which must be there; gives the manifest's path. `model` is what the
// calibration says it is of.
std::string write_learned_model(const std::filesystem::path& folder,
                                const std::string& model = "mean-colour/1/f32");

}  // namespace staydown::support
