// The parts of a verdict on one test, each in a file of its own.
#pragma once

#include "app/route_tests/mismatch.h"
#include "app/route_tests/test_file.h"

namespace causeway::app {

/// False when a call was made that the test does not expect: the rest would only follow from it.
bool judge_calls(const RouteTest& test, const OfflineAnswer& answer, Mismatches& out);
void judge_answer(const RouteTest& test, const OfflineAnswer& answer, Mismatches& out);
void judge_delivery(const RouteTest& test, const OfflineAnswer& answer, Mismatches& out);
void judge_events(const RouteTest& test, const OfflineAnswer& answer, Mismatches& out);

/// Texts must be equal; `what` names it.
void judge_text(const Wanted<std::string>& expected, std::string_view actual, const std::string& what, Mismatches& out);
/// Those that are named; several fields of one name are joined by commas.
void judge_headers(const WantedHeaders& expected, const HeaderList& actual, const std::string& what, Mismatches& out);

}  // namespace causeway::app
