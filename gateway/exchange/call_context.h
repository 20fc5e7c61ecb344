// The variables of the context as JSON texts: each made anew from the exchange, in its arena. Internal to call_values.
#pragma once

#include <string_view>

#include "exchange/exchange.h"

namespace causeway {

/// The path's parameters, decoded: `{"id":"7"}`.
std::string_view params_json(Exchange& exchange);
/// The query's, decoded, ascending by name; of a repeated one the last. What has a broken escape stays as it was sent.
std::string_view query_json(Exchange& exchange);
/// Names in lower case; several fields of a name are joined by ", ". Credentials are left out, and so are names that
/// only the gateway may set: what a caller says under them means nothing.
std::string_view headers_json(Exchange& exchange);
/// `{"name","roles","scopes"}`, null when nobody proved who they are.
std::string_view consumer_json(Exchange& exchange);
/// `"v2"`, null without versions.
std::string_view version_json(Exchange& exchange);
/// Of the call's record; null when it has none.
std::string_view txid_json(Exchange& exchange);

}  // namespace causeway
