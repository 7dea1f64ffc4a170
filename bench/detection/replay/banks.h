// Banks that were opened, as indexes.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "index/reference_index.h"
#include "service/models.h"

namespace staydown::bench {

// Reads each bank once for each model and keeps it; what changes in a bank later is not seen. Not
// thread-safe. Throws std::runtime_error.
class Banks {
 public:
  // What `models` can search of the bank at `path`, as a scan enforces it; `without` names a
  // reference that is left out as if it were disabled, or is empty.
  std::shared_ptr<const index::ReferenceIndex> index(const std::string& path,
                                                     const service::Models& models,
                                                     const std::string& without);

 private:
  struct Bank {
    std::vector<ReferenceTimelinePtr> references;
    std::shared_ptr<const index::ReferenceIndex> index;
  };
  std::map<std::pair<std::string, std::string>, Bank> banks_;  // by path and embeddings' model
};

}  // namespace staydown::bench
