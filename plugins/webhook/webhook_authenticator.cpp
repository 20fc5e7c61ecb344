#include "plugins/webhook/webhook_authenticator.h"

#include <algorithm>

#include "net/characters.h"

namespace causeway::plugins {
namespace {

class Head final : public security::WebhookHead {
 public:
  explicit Head(const Request& request) : headers_(request.head->headers) {}
  std::optional<std::string_view> field(std::string_view name) const override { return headers_.get(name); }
  bool has(const std::string& name) const { return headers_.get(name).has_value(); }
  bool repeats(const std::string& name) const {
    return std::ranges::count_if(headers_, [&](const net::HeaderField& field) {
             return net::equals_ignoring_case(field.name, name);
           }) > 1;
  }

 private:
  const net::Headers& headers_;
};

/// The check in progress, kept in the exchange from the head to the end of the body.
struct Pending final : BodyObserver {
  explicit Pending(security::WebhookCheck started) : check(std::move(started)) {}
  void on_piece(Bytes piece) override { check.update(piece); }
  security::WebhookCheck check;
};

}  // namespace

bool WebhookAuthenticator::presented(const Request& request) const {
  const Head head(request);
  return std::ranges::any_of(table_.code_headers(), [&](const std::string& name) { return head.has(name); });
}

std::string_view WebhookAuthenticator::ambiguous(const Request& request) const {
  if (!presented(request)) return {};
  const Head head(request);
  for (const auto names : {table_.code_headers(), table_.other_headers()})
    if (std::ranges::any_of(names, [&](const std::string& name) { return head.repeats(name); }))
      return "doubled_credentials";
  const net::Headers& headers = request.head->headers;
  for (const net::HeaderId id : {net::HeaderId::kAuthorization, net::HeaderId::kXApiKey, net::HeaderId::kXSignature})
    if (headers.contains(id)) return "two_kinds_of_credentials";
  return {};
}

Result<> WebhookAuthenticator::on_head(Exchange& exchange) const {
  Result<security::WebhookCheck> check = security::WebhookCheck::begin(Head(exchange.request), table_, &exchange.arena);
  if (!check) return std::move(check.error());
  exchange.request.observer = &exchange.own<Pending>(std::move(*check));
  exchange.consumer_follows = true;
  return {};
}

Step WebhookAuthenticator::on_body(Exchange& exchange) const {
  auto& pending = static_cast<Pending&>(*exchange.request.observer);
  const bool unsafe = !net::is_safe(exchange.request.head->method);
  const WallTime now = exchange.worker.clock().wall();
  Result<security::ProvedWebhook> proved = pending.check.finish(unsafe, now);
  if (!proved) return std::move(proved.error());
  exchange.request.spent_header = pending.check.header();
  if (proved->use) return replays_.admit(exchange, *proved->caller, *proved->use, now, ReplayGuard::Repeat::kRefused);
  exchange.consumer = proved->caller;
  exchange.authenticated = true;
  return Step::next();
}

}  // namespace causeway::plugins
