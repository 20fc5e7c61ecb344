#include "plugins/envelope/envelope_plugin.h"

#include <string>

#include "core/json_text.h"
#include "exchange/call_values.h"
#include "exchange/media_type.h"
#include "exchange/reply.h"

namespace causeway::plugins {
namespace {

constexpr std::size_t kDepth = CallValues::kAnswerDepth;

Step pass_as_is(Exchange& exchange, std::string_view why) {
  exchange.response.headers.set(net::HeaderId::kXCausewayEnvelope, why);
  exchange.code = exchange.response.status >= 400 ? static_cast<std::uint32_t>(exchange.response.status) * 100 : 0;
  return Step::next();
}

Step refuse(Exchange& exchange, Bytes json) {
  reply_status(exchange, json);
  return Step::next();
}

}  // namespace

const config::Keys<EnvelopeSettings>& EnvelopeSettings::keys() {
  static const auto keys =
      config::Keys<EnvelopeSettings>("envelope")
          .optional("limit", &EnvelopeSettings::limit, "longer answers stream as they are, unwrapped")
          .range(ByteSize{1024}, ByteSize{1u << 30});
  return keys;
}

Step EnvelopePlugin::on_response(Exchange& exchange) const {
  Response& response = exchange.response;
  if (exchange.refused) return Step::next();
  if (response.status == 304 || (response.status >= 300 && response.status < 400)) return Step::next();
  if (exchange.request.head->method == net::Method::kHead) {
    if (!response.body.streams() && !response.body.whole().empty() && json_type(response.headers) != JsonType::kOther)
      return wrap(exchange);       // an answer of our own: the head is that of a GET
    response.head_length.reset();  // the length of the envelope is not known without the body
    return Step::next();
  }
  const JsonType kind = json_type(response.headers);
  if (kind == JsonType::kOther && response.status < 400) return pass_as_is(exchange, "none; reason=type");
  if (!response.body.streams()) return wrap(exchange);
  const auto declared = response.body.source()->declared_size();
  if (declared && *declared > bytes(settings_.limit)) {
    if (response.status < 400) return pass_as_is(exchange, "none; reason=size");
    return refuse(exchange, {});
  }
  return gather_then_wrap(exchange);
}

Task<Result<Flow>> EnvelopePlugin::gather_then_wrap(Exchange& exchange) const {
  Result<Bytes> whole = co_await exchange.response.body.gather(bytes(settings_.limit));
  if (!whole && whole.error().code() != Code::kBodyTooLarge) co_return std::move(whole.error());
  if (!whole) {
    Step passed = exchange.response.status < 400 ? pass_as_is(exchange, "none; reason=size") : refuse(exchange, {});
    co_return std::move(*passed.verdict());
  }
  exchange.call.response_body = *whole;
  exchange.call.response_size = whole->size();
  Step wrapped = wrap(exchange);
  co_return std::move(*wrapped.verdict());
}

Step EnvelopePlugin::wrap(Exchange& exchange) const {
  Response& response = exchange.response;
  const Bytes body = response.body.whole();
  const JsonType kind = json_type(response.headers);
  const bool checked = body.data() == exchange.checked_answer.data() && body.size() == exchange.checked_answer.size();
  const bool known = body.empty() || checked || (exchange.values != nullptr && exchange.values->knows(body, kDepth));
  const auto problem = known ? std::nullopt : check_json(body, kDepth);
  if (response.status >= 400) return refuse(exchange, kind != JsonType::kOther && !problem ? body : Bytes());
  if (problem) {
    if (kind == JsonType::kUnnamed) return pass_as_is(exchange, "none; reason=type");
    return Error(Code::kUpstreamNonsense, std::string("the answer is not the JSON that it says: ") + problem->what +
                                              " at byte " + std::to_string(problem->offset));
  }
  if (response.status == 204 || response.status == 205) response.status = 200;
  if (body.empty()) response.body = Body(Bytes("null"));
  response.prefix = kEnvelopePrefix;
  response.suffix = envelope_suffix(exchange);
  response.headers.set(net::HeaderId::kContentType, kJsonType);
  response.headers.remove(net::HeaderId::kContentEncoding);
  return Step::next();
}

}  // namespace causeway::plugins
