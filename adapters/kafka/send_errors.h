// What an error of producing means. Pure.
#pragma once

#include <librdkafka/rdkafka.h>

namespace causeway::kafka {

/// The broker will never take such a record, or such a batch of them.
bool is_refusal(rd_kafka_resp_err_t error);

}  // namespace causeway::kafka
