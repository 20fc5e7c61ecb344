#include "adapters/kafka/failure_cause.h"

#include <gtest/gtest.h>

namespace causeway::kafka {
namespace {

TEST(FailureCause, IsTheSameHoweverItIsTold) {
  const std::string refused = "Connect to ipv4#127.0.0.1:9092 failed: Connection refused";
  for (const char* prefix :
       {"", "127.0.0.1:9092/1: ", "127.0.0.1:9092/bootstrap: ", "kafka-1:9092/-1: ", "127.0.0.1:9092: ",
        "GroupCoordinator: ", "GroupCoordinator: 127.0.0.1:9092: ", "[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: ",
        "[thrd:GroupCoordinator]: GroupCoordinator: "})
    for (const char* suffix :
         {"", " (after 0ms in state CONNECT)", " (after 2ms in state CONNECT, 30 identical error(s) suppressed)", "\n"})
      EXPECT_EQ(cause_of(prefix + refused + suffix), refused) << prefix << suffix;
}

TEST(FailureCause, KeepsWhatIsNoName) {
  EXPECT_EQ(cause_of("Disconnected"), "Disconnected");
  EXPECT_EQ(cause_of("ssl: certificate verify failed: unable to get issuer"),
            "ssl: certificate verify failed: unable to get issuer");
  EXPECT_EQ(cause_of("127.0.0.1:9092/1: 1 request(s) timed out: disconnect (average rtt 10.192ms)"),
            "1 request(s) timed out: disconnect");
  EXPECT_EQ(cause_of(""), "");
}

TEST(FailureCause, IsComparedWithoutItsNumbers) {
  EXPECT_EQ(without_digits("Connect to ipv4#127.0.0.1:9092 failed"), "Connect to ipv#...: failed");
}

}  // namespace
}  // namespace causeway::kafka
