#include "adapters/kafka/statistics.h"

#include <gtest/gtest.h>

namespace causeway::kafka {
namespace {

TEST(KafkaStatistics, SumsBrokersAndPartitions) {
  Statistics read;
  ASSERT_TRUE(read_statistics(
      R"({"name":"x","msg_cnt":7,"msg_size":900,"txmsgs":50,"brokers":{
        "a:1/1":{"nodeid":1,"state":"UP","outbuf_cnt":2,"waitresp_cnt":1,"txerrs":3,"txretries":1,"req_timeouts":4,
                 "rtt":{"min":1,"avg":1500}},
        "b:1/2":{"nodeid":2,"state":"TRY_CONNECT","outbuf_cnt":1,"waitresp_cnt":0,"txerrs":1,"txretries":0,
                 "req_timeouts":0,"rtt":{"min":1,"avg":700}},
        "GroupCoordinator":{"nodeid":-1,"state":"UP"}},
       "topics":{"t":{"topic":"t","partitions":{"0":{"partition":0,"consumer_lag":12},
                 "1":{"partition":1,"consumer_lag":-1},"-1":{"partition":-1,"consumer_lag":99}}}}})",
      read));
  EXPECT_EQ(read.brokers_connected, 1);
  EXPECT_EQ(read.request_latency, 1500);
  EXPECT_EQ(read.requests_waiting, 3);
  EXPECT_EQ(read.requests_in_flight, 1);
  EXPECT_EQ(read.request_errors, 4);
  EXPECT_EQ(read.request_timeouts, 4);
  EXPECT_EQ(read.request_retries, 1);
  EXPECT_EQ(read.queued_messages, 7);
  EXPECT_EQ(read.queued_bytes, 900);
  EXPECT_EQ(read.messages_sent, 50);
  EXPECT_EQ(read.consumer_lag, 12);
}

TEST(KafkaStatistics, LeavesWhatIsNone) {
  Statistics read;
  EXPECT_FALSE(read_statistics("", read));
  EXPECT_FALSE(read_statistics("[]", read));
  EXPECT_TRUE(read_statistics("{}", read));
}

}  // namespace
}  // namespace causeway::kafka
