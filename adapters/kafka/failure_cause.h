// What librdkafka says of a connection that failed, so that one cause is told once.
#pragma once

#include <string>
#include <string_view>

namespace causeway::kafka {

/// `GroupCoordinator: 127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 0ms in state
/// CONNECT, 30 identical error(s) suppressed)` without what is in brackets and without the names in front: they differ
/// between what is logged and what comes as an event, and between a broker before and after it has told its id.
std::string cause_of(std::string_view text);

/// Ports, addresses and times differ from try to try.
std::string without_digits(std::string_view text);

}  // namespace causeway::kafka
