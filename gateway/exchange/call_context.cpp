#include "exchange/call_context.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/json_text.h"
#include "net/characters.h"
#include "net/header_rules.h"
#include "net/percent.h"
#include "net/query.h"

namespace causeway {
namespace {

using Text = std::pmr::string;

class JsonText {
 public:
  explicit JsonText(Exchange& exchange) : arena_(exchange.arena), text_(&exchange.arena) { text_ += '{'; }
  void member(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(text_, value);
  }
  /// The name is a JSON string already.
  void quoted_member(std::string_view name, std::string_view value) {
    if (text_.size() > 1) text_ += ',';
    text_.append(name) += ':';
    append_json_string(text_, value);
  }
  void list(std::string_view name, const auto& values) {
    begin(name);
    text_ += '[';
    for (const auto& value : values) {
      if (text_.back() != '[') text_ += ',';
      append_json_string(text_, value);
    }
    text_ += ']';
  }
  std::string_view done() {
    text_ += '}';
    return arena_.copy(text_);
  }

 private:
  void begin(std::string_view name) {
    if (text_.size() > 1) text_ += ',';
    append_json_string(text_, name);
    text_ += ':';
  }

  runtime::Arena& arena_;
  Text text_;
};

template <class Decode>
std::string_view decoded(Exchange& exchange, std::string_view raw, Decode decode) {
  if (raw.find_first_of("%+") == std::string_view::npos) return raw;
  Text text(&exchange.arena);
  return decode(text, raw) ? exchange.arena.copy(text) : raw;
}

struct Pair {
  std::string_view name;
  std::string_view value;
};

std::pmr::vector<Pair> sorted(std::pmr::vector<Pair> pairs) {
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.name < b.name; });
  return pairs;
}

/// With `-` for everything that stands between words.
Text folded(Exchange& exchange, std::string_view name) {
  Text text(&exchange.arena);
  for (const char c : name) text += net::kFold[static_cast<unsigned char>(c)];
  return text;
}

std::string_view lower(Exchange& exchange, std::string_view name) {
  char* text = exchange.arena.bytes(name.size());
  std::transform(name.begin(), name.end(), text,
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return {text, name.size()};
}

bool says_credential(std::string_view folded_name) {
  constexpr std::string_view kWords[] = {"authorization", "cookie", "api-key", "apikey",   "signature", "hmac",
                                         "nonce",         "token",  "secret",  "password", "credential"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return folded_name.find(word) != std::string_view::npos; });
}

}  // namespace

std::string_view params_json(Exchange& exchange) {
  JsonText json(exchange);
  const routing::Parameters& parameters = exchange.match.parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    json.member(parameters.name(i), decoded(exchange, parameters.value(i), [](Text& out, std::string_view raw) {
                  return net::append_decoded(out, raw);
                }));
  return json.done();
}

std::string_view query_json(Exchange& exchange) {
  const auto decode = [&](std::string_view raw) {
    return decoded(exchange, raw,
                   [](Text& out, std::string_view text) { return net::append_decoded_query(out, text); });
  };
  std::pmr::vector<Pair> pairs(&exchange.arena);
  for (const net::QueryParameter& parameter : net::QueryParameters(exchange.request.head->query)) {
    // Compared as they will stand there: bytes that are no UTF-8 all look the same.
    Text name(&exchange.arena);
    append_json_string(name, decode(parameter.name));
    pairs.push_back({exchange.arena.copy(name), decode(parameter.value)});
  }
  pairs = sorted(std::move(pairs));
  JsonText json(exchange);
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (i + 1 == pairs.size() || pairs[i].name != pairs[i + 1].name) json.quoted_member(pairs[i].name, pairs[i].value);
  return json.done();
}

std::string_view headers_json(Exchange& exchange) {
  std::pmr::vector<Pair> pairs(&exchange.arena);
  for (const net::HeaderField& field : exchange.request.head->headers) {
    const Text name = folded(exchange, field.name);
    if (!says_credential(name) && !name.starts_with("proxy-") && !net::is_protected(field.name))
      pairs.push_back({lower(exchange, field.name), field.value});
  }
  pairs = sorted(std::move(pairs));
  JsonText json(exchange);
  for (std::size_t i = 0; i < pairs.size();) {
    Text value(pairs[i].value, &exchange.arena);
    std::size_t next = i + 1;
    for (; next < pairs.size() && pairs[next].name == pairs[i].name; ++next)
      value.append(", ").append(pairs[next].value);
    json.member(pairs[i].name, value);
    i = next;
  }
  return json.done();
}

std::string_view consumer_json(Exchange& exchange) {
  if (!exchange.authenticated || exchange.consumer == nullptr) return "null";
  JsonText json(exchange);
  json.member("name", exchange.consumer->name);
  json.list("roles", exchange.consumer->roles);
  json.list("scopes", exchange.scopes);
  return json.done();
}

std::string_view version_json(Exchange& exchange) {
  if (exchange.match.version == nullptr) return "null";
  Text text(&exchange.arena);
  append_json_string(text, exchange.match.version->name());
  return exchange.arena.copy(text);
}

std::string_view txid_json(Exchange& exchange) {
  if (exchange.guard == nullptr) return "null";
  std::pmr::string text(&exchange.arena);
  append_json_string(text, exchange.guard->txid());
  return exchange.arena.copy(text);
}

}  // namespace causeway
