#include "adapters/fallback/answer_key.h"

#include <string>

#include "net/cache_control.h"
#include "net/characters.h"

namespace causeway::adapters {
namespace {

using net::HeaderId;

/// Parts with their lengths before them, so that no two lists of parts give the same text.
class KeyText {
 public:
  explicit KeyText(Exchange& exchange) : text_(&exchange.arena) { text_.reserve(512); }

  void add(std::string_view part) {
    const std::uint64_t size = part.size();
    text_.append(reinterpret_cast<const char*>(&size), sizeof size).append(part);
  }
  security::Sha256Digest hash() const { return security::sha256(text_); }

 private:
  std::pmr::string text_;
};

void add_caller(const Exchange& exchange, KeyText& key) {
  const bool known = exchange.authenticated && exchange.consumer != nullptr;
  key.add(known ? std::string_view(exchange.consumer->name) : std::string_view());
  if (!known) return;
  key.add(exchange.consumer->roles_text);
  for (const std::string_view scope : exchange.scopes) key.add(scope);
  const auto* subject = reinterpret_cast<const char*>(exchange.token_subject.data());
  key.add({subject, exchange.token_subject.size()});
}

void add_fields(const Exchange& exchange, HeaderId id, KeyText& key) {
  for (const net::HeaderField& field : exchange.request.head->headers)
    if (field.id == id) key.add(field.value);
}

net::BodyPasses passing(const Exchange& exchange) {
  return exchange.route->wrapped || exchange.route->plain_answers ? net::BodyPasses::kWrapped : net::BodyPasses::kAsIs;
}

bool goes_on(const Exchange& exchange, const net::HeaderField& field) {
  return net::passes_to_upstream(field, exchange.request.head->connection, passing(exchange));
}

/// Would an answer that depends on this field be told apart?
bool told_apart(std::string_view name, const KeyRules& rules) {
  if (name == "*") return false;
  const HeaderId id = net::header_id(name);
  if (id == HeaderId::kXConsumerName || id == HeaderId::kXConsumerRoles) return !rules.shared;
  if (id == HeaderId::kXForwardedHost) return true;
  const bool ours = id == HeaderId::kXRequestId || id == HeaderId::kTraceparent || id == HeaderId::kTracestate;
  return !ours && !net::is_protected(name);
}

}  // namespace

security::Sha256Digest key_of(Exchange& exchange, const KeyRules& rules) {
  const net::RequestHead& head = *exchange.request.head;
  KeyText key(exchange);
  key.add(rules.shared ? "" : "caller");
  if (!rules.shared) add_caller(exchange, key);
  key.add("call");
  key.add(head.authority);
  key.add(exchange.request.path);
  key.add(head.has_query ? "?" : "");
  key.add(head.query);
  key.add(exchange.match.version != nullptr ? std::string_view(exchange.match.version->name()) : std::string_view());
  add_fields(exchange, HeaderId::kAccept, key);
  key.add("cookie");
  add_fields(exchange, HeaderId::kCookie, key);
  if (rules.all_fields) {
    key.add("fields");
    for (const net::HeaderField& field : head.headers) {
      if (!net::passes_to_upstream(field, head.connection, net::BodyPasses::kAsIs)) continue;
      key.add(field.name);
      key.add(field.value);
    }
  }
  return key.hash();
}

std::optional<std::string_view> vary_of(Exchange& exchange, const net::Headers& answer, const KeyRules& rules) {
  // Not every system says that its codings depend on what the caller takes.
  const std::string_view codings = answer.contains(HeaderId::kContentEncoding) ? "Accept-Encoding" : "";
  if (!answer.contains(HeaderId::kVary)) return codings;
  std::pmr::string all(codings, &exchange.arena);
  for (const net::HeaderField& field : answer) {
    if (field.id != HeaderId::kVary) continue;
    for (std::string_view list = field.value; !list.empty();) {
      const std::string_view name = net::next_name(list);
      if (!name.empty() && !told_apart(name, rules)) return std::nullopt;
    }
    all.append(all.empty() ? "" : ",").append(field.value);
  }
  return exchange.arena.copy(all);
}

security::Sha256Digest varied_by(Exchange& exchange, std::string_view vary) {
  if (vary.empty()) return {};
  KeyText key(exchange);
  while (!vary.empty()) {
    const std::string_view name = net::next_name(vary);
    key.add("field");
    for (const net::HeaderField& field : exchange.request.head->headers)
      if (net::equals_ignoring_case(field.name, name) && goes_on(exchange, field)) key.add(field.value);
  }
  return key.hash();
}

}  // namespace causeway::adapters
