// The only place that frees what librdkafka allocates. Private to this folder.
#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/deleter.h"
#include "core/result.h"
#include "kafka/client.h"
#include "kafka/record.h"

namespace staydown::kafka {

using ConfPtr = std::unique_ptr<rd_kafka_conf_t, Deleter<rd_kafka_conf_destroy>>;
using ClientPtr = std::unique_ptr<rd_kafka_t, Deleter<rd_kafka_destroy>>;
using MessagePtr = std::unique_ptr<rd_kafka_message_t, Deleter<rd_kafka_message_destroy>>;
using HeadersPtr = std::unique_ptr<rd_kafka_headers_t, Deleter<rd_kafka_headers_destroy>>;
using ErrorPtr = std::unique_ptr<rd_kafka_error_t, Deleter<rd_kafka_error_destroy>>;
using QueuePtr = std::unique_ptr<rd_kafka_queue_t, Deleter<rd_kafka_queue_destroy>>;
using EventPtr = std::unique_ptr<rd_kafka_event_t, Deleter<rd_kafka_event_destroy>>;
using PositionsPtr = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                     Deleter<rd_kafka_topic_partition_list_destroy>>;

// Owned by each client for as long as its handle lives: what callbacks see as `opaque`.
class ClientContext {
 public:
  void* owner = nullptr;

  // Whom to tell of what happens, nobody at first, and who was told until now. Thread-safe.
  std::function<void(const Notice&)> tell_to(std::function<void(const Notice&)> notice);
  void tell(const Notice& notice) const;

 private:
  mutable std::mutex mutex_;
  std::function<void(const Notice&)> notice_;  // guarded by mutex_
};

// librdkafka's defaults, then `defaults`, then the user's properties. Log lines and errors that
// concern no call go to context.notice.
Result<ConfPtr> make_conf(const ClientOptions& options,
                          const std::map<std::string, std::string>& defaults,
                          ClientContext& context);
Result<ClientPtr> make_client(rd_kafka_type_t type, ConfPtr conf);

// Ends a consumer, but waits no longer than `patience`: librdkafka 2.0.2 never ends one that was
// assigned partitions of a topic which has been deleted (its broker's thread goes on), and waits
// long for a broker that neither answers nor goes away. One that does not end is left behind with
// its threads and its context, which tells nobody any more.
void end_consumer(ClientPtr client, std::unique_ptr<ClientContext> context,
                  std::chrono::milliseconds patience);

// `doing`: "topic staydown.state: cannot read partition 3".
Error error_of(rd_kafka_resp_err_t code, const std::string& doing);
Error error_of(const rd_kafka_error_t& error, const std::string& doing);

PositionsPtr to_list(const std::string& topic, const std::vector<Position>& positions);
std::vector<Position> from_list(const rd_kafka_topic_partition_list_t& list);

Record to_record(const rd_kafka_message_t& message);

}  // namespace staydown::kafka
