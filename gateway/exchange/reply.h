// The one place where an Error becomes an answer, and where the text of the envelope is written (handbook 2.2; design:
// "Envelope and codes").
#pragma once

#include <string_view>

#include "core/result.h"
#include "exchange/exchange.h"

namespace causeway {

/// Fills exchange.response with the envelope of `error`, or with RFC 9457 problem details when the caller prefers them,
/// and notes code, reason and failure for the record.
void reply_error(Exchange& exchange, const Error& error);

struct Refusal {
  int status = 500;
  std::uint32_t code = 50000;
  std::string_view message;
  std::string_view details;  ///< further members of `details`, ready JSON without the outer braces
};

/// The same for a code that is not the gateway's own: a system's error.
void reply_refusal(Exchange& exchange, const Refusal& refusal);

/// A system's 4xx or 5xx keeps its status. What a 4xx says goes on as `details.upstream` (`json`: its body, empty when
/// it is none or not JSON), what a 5xx says stays in the log.
void reply_status(Exchange& exchange, Bytes json);

/// `{"code":0,"message":"success","data":` and `,"timestamp":…}`: the success envelope around a body that is already
/// JSON.
inline constexpr std::string_view kEnvelopePrefix = R"({"code":0,"message":"success","data":)";
std::string_view envelope_suffix(Exchange& exchange);

inline constexpr std::string_view kJsonType = "application/json";

}  // namespace causeway
