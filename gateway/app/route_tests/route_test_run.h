// One test: its request and script as the offline gateway takes them, and what is wrong with what came.
#pragma once

#include "app/offline/offline_call.h"
#include "app/route_tests/mismatch.h"
#include "app/route_tests/test_file.h"

namespace causeway::app {

OfflineRequest request_of(const RouteTest& test);
/// Of one with `deliver`.
OfflineDelivery delivery_of(const RouteTest& test);
std::vector<ScriptedAnswer> script_of(const RouteTest& test);

/// In the order in which a reader looks for the cause: calls to systems, answer, events. What follows from a call that
/// the test does not expect is left out.
Mismatches judge(const RouteTest& test, const OfflineAnswer& answer);

}  // namespace causeway::app
