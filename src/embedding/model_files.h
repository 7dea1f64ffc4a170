// What comes with a model beside its graph.
#pragma once

#include <string>
#include <vector>

#include "core/embedding.h"
#include "core/result.h"
#include "embedding/model_manifest.h"

namespace staydown::embedding {

// The vectors of the background set, one after the other; none where the manifest names none.
// Errors: kNotFound, kIo, kCorrupt (not the file of the manifest) or kMalformed (not whole
// vectors).
Result<std::vector<Half>> read_background(const ModelManifest& manifest);

// The text of the calibration file; empty where the manifest names none. Errors as above.
Result<std::string> read_calibration(const ModelManifest& manifest);

}  // namespace staydown::embedding
