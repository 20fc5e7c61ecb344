#include "exchange/reply.h"

#include <charconv>
#include <string>

#include "core/json_text.h"
#include "net/status.h"
#include "routing/accept.h"

namespace causeway {
namespace {

void append_number(std::pmr::string& out, std::uint64_t number) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

void append_details(std::pmr::string& out, const Exchange& exchange, std::string_view more) {
  out += R"({"requestId":)";
  append_json_string(out, exchange.request_id.view());
  if (!more.empty()) {
    out += ',';
    out += more;
  }
  out += '}';
}

bool wants_problem(const Exchange& exchange) {
  if (exchange.request.head == nullptr) return false;
  const auto accept = exchange.request.head->headers.get(net::HeaderId::kAccept);
  return accept && routing::prefers_problem_json(*accept);
}

void write_body(Exchange& exchange, const Refusal& refusal) {
  std::pmr::string text(&exchange.arena);
  text.reserve(256 + refusal.details.size());
  const bool problem = wants_problem(exchange);
  if (problem) {
    text += R"({"type":"about:blank","title":)";
    append_json_string(text, refusal.message);
    text += R"(,"status":)";
    append_number(text, static_cast<std::uint64_t>(refusal.status));
    text += R"(,"code":)";
    append_number(text, refusal.code);
  } else {
    text += R"({"code":)";
    append_number(text, refusal.code);
    text += R"(,"message":)";
    append_json_string(text, refusal.message);
    text += R"(,"data":null,"timestamp":)";
    append_number(text, static_cast<std::uint64_t>(unix_milliseconds(exchange.worker.wall_now())));
  }
  text += R"(,"details":)";
  append_details(text, exchange, refusal.details);
  text += '}';
  // What a system said about the body that this one replaces.
  for (const net::HeaderId id : {net::HeaderId::kContentEncoding, net::HeaderId::kETag, net::HeaderId::kLastModified})
    exchange.response.headers.remove(id);
  for (const char* name : {"Content-Language", "Content-Disposition", "Content-Location"})
    exchange.response.headers.remove(name);
  exchange.response.headers.set(net::HeaderId::kContentType, problem ? "application/problem+json" : kJsonType);
  exchange.response.prefix = {};
  exchange.response.body = Body(exchange.arena.copy(text));
  exchange.response.suffix = {};
  exchange.response.head_length.reset();
}

}  // namespace

void reply_refusal(Exchange& exchange, const Refusal& refusal) {
  exchange.response.status = refusal.status;
  exchange.code = refusal.code;
  exchange.refused = true;
  write_body(exchange, refusal);
}

void reply_error(Exchange& exchange, const Error& error) {
  const CodeInfo& row = code_info(error.code());
  const ErrorInfo* info = error.info_if();
  net::Headers& headers = exchange.response.headers;
  headers.clear();
  Refusal refusal{http_status(error.code()), number(error.code()), row.message, {}};
  exchange.call_class = class_of_status(refusal.status);
  exchange.code_label = {};  // a system's code that was noted before is not what is answered
  exchange.reason = row.name;
  exchange.failure = row.name;
  if (info != nullptr) {
    if (!info->public_message.empty()) refusal.message = info->public_message;
    refusal.details = info->details;
    if (!info->reason.empty()) exchange.reason = exchange.arena.copy(info->reason);
    if (!info->internal.empty()) exchange.failure = exchange.arena.copy(info->internal);
    if (info->retry_after_seconds > 0)
      headers.set(net::HeaderId::kRetryAfter, exchange.arena.copy(std::to_string(info->retry_after_seconds)));
  }
  if (refusal.status == 401 && exchange.route != nullptr && !exchange.route->challenge.empty())
    headers.set(net::HeaderId::kWwwAuthenticate, exchange.route->challenge);
  if (refusal.status == 503 && !headers.contains(net::HeaderId::kRetryAfter))
    headers.set(net::HeaderId::kRetryAfter, "1");
  reply_refusal(exchange, refusal);
}

void reply_status(Exchange& exchange, Bytes json) {
  const int status = exchange.response.status;
  std::string_view details;
  if (status < 500 && !json.empty()) {
    std::pmr::string text(&exchange.arena);
    text.append(R"("upstream":)").append(json);
    details = exchange.arena.copy(text);
  }
  const std::string_view phrase = net::reason_phrase(status);
  if (status >= 500) exchange.failure = "the system behind failed";
  exchange.reason = "upstream_status";
  reply_refusal(exchange,
                {status, static_cast<std::uint32_t>(status) * 100, phrase.empty() ? "refused" : phrase, details});
}

std::string_view envelope_suffix(Exchange& exchange) {
  constexpr std::string_view kStart = R"(,"timestamp":)";
  char* text = exchange.arena.bytes(kStart.size() + 21);
  char* at = std::copy(kStart.begin(), kStart.end(), text);
  at = std::to_chars(at, at + 20, unix_milliseconds(exchange.worker.wall_now())).ptr;
  *at++ = '}';
  return {text, static_cast<std::size_t>(at - text)};
}

}  // namespace causeway
