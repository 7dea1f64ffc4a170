// A worker process: threads, their pages for a cluster, and what must be there before they start.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "core/result.h"
#include "service/config.h"

namespace staydown::service {

// Runs until `stop` is requested, or a thread ends with an error that it cannot wait out, which
// stops the others. Before it starts it looks whether brokers answer (30 s) and topics are there,
// the state topic with as many partitions as the segment topic; then an error names what is missing
// and the remedy. Then it reads the references, of which `bank_path` is the cache, and what the
// group has fired; its pages are there meanwhile. A stop ends all of this within seconds, but for
// the loading of the index. `begins` is called before it joins the group: until then the process
// may end at any moment, and nothing is lost.
Result<void> run_worker(const Config& config, const std::string& bank_path,
                        const std::stop_token& stop, const std::function<void()>& begins);

}  // namespace staydown::service
