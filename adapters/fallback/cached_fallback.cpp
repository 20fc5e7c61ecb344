#include "adapters/fallback/cached_fallback.h"

#include <algorithm>
#include <string>
#include <utility>

#include "adapters/fallback/kept_answers_registry.h"
#include "adapters/fallback/kept_body.h"
#include "net/cache_control.h"

namespace causeway::adapters {
namespace {

bool asks_without_body(const Request& request, net::Method method) {
  return request.head->method == method && request.head->framing == net::BodyFraming::kNone;
}

bool is_whole_success(const Response& response) {
  constexpr int kPartialContent = 206;
  return response.status >= 200 && response.status < 300 && response.status != kPartialContent &&
         !response.headers.contains(net::HeaderId::kContentRange);
}

}  // namespace

/// What is known of an answer whose body is still to come; the steps on the way out may change the exchange's own.
class CachedFallback::Keeper final : public WholeBodyObserver {
 public:
  Keeper(const CachedFallback& fallback, Exchange& exchange, std::string_view vary)
      : fallback_(fallback),
        exchange_(exchange),
        status_(exchange.response.status),
        fields_(&exchange.arena),
        vary_(vary) {
    for (const net::HeaderField& field : exchange.response.headers)
      fields_.add(exchange.arena.copy(field.name), exchange.arena.copy(field.value), field.id);
  }
  void on_whole(Bytes body) override { fallback_.keep_whole(exchange_, status_, fields_, body, vary_); }

 private:
  const CachedFallback& fallback_;
  Exchange& exchange_;
  int status_;
  net::Headers fields_;
  std::string_view vary_;
};

const config::Keys<CachedSettings>& CachedSettings::keys() {
  static const auto keys =
      config::Keys<CachedSettings>("cached fallback", "what the system last answered the same caller")
          .required("max_age", &CachedSettings::max_age, "an answer that was kept longer ago is not given any more")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(24 * 30)))
          .optional("shared", &CachedSettings::shared, "one caller may be given what another was answered")
          .optional("entries", &CachedSettings::entries,
                    "answers of this route that are kept; those that were not used for longest go")
          .range(1, 1000000)
          .optional("size", &CachedSettings::size,
                    "memory for answers of this route, out of 64 MiB that all routes share")
          .range(ByteSize{1024}, KeptAnswersRegistry::kMemory);
  return keys;
}

CachedFallback::CachedFallback(const CachedSettings& settings, std::shared_ptr<KeptAnswers> kept, bool all_fields)
    : limits_{settings.entries, bytes(settings.size), settings.max_age},
      rules_{settings.shared, all_fields},
      kept_(std::move(kept)) {}

void CachedFallback::keep(Exchange& exchange) const {
  Response& response = exchange.response;
  if (!asks_without_body(exchange.request, net::Method::kGet) || !is_whole_success(response)) return;
  if (net::keeping_of(exchange.request.head->headers) == net::Keeping::kNever) return;
  const net::Keeping keeping = net::keeping_of(response.headers);
  const bool by_caller = !rules_.shared && exchange.authenticated;
  if (keeping == net::Keeping::kNever || (keeping == net::Keeping::kForItsCaller && !by_caller)) return;
  const auto vary = vary_of(exchange, response.headers, rules_);
  if (!vary) return;
  if (!response.body.streams())
    return keep_whole(exchange, response.status, response.headers, response.body.whole(), *vary);

  const std::uint64_t limit = std::min(kLargestAnswer, limits_.bytes);
  const BodySource& source = *response.body.source();
  if (source.endless() || source.declared_size().value_or(0) > limit) return;
  auto& keeper = exchange.own<Keeper>(*this, exchange, *vary);
  response.body = Body(exchange.own<KeptBody>(*response.body.source(), keeper, limit, exchange.budget));
}

void CachedFallback::keep_whole(Exchange& exchange, int status, const net::Headers& fields, Bytes body,
                                std::string_view vary) const {
  if (body.size() > kLargestAnswer) return;
  const SteadyTime now = exchange.worker.now();
  const std::size_t worker = exchange.worker.index();
  const KeptAnswers::Key key = key_of(exchange, rules_);
  const std::uint64_t print = print_of(status, fields, body);
  if (kept_->kept_lately(worker, key, print, limits_.max_age, now)) return;
  kept_->keep(worker, key, print,
              std::make_shared<const KeptAnswer>(status, fields, body, vary, varied_by(exchange, vary), now), limits_,
              now);
}

std::optional<std::string_view> CachedFallback::answer(Exchange& exchange) const {
  const bool head = asks_without_body(exchange.request, net::Method::kHead);
  if (!head && !asks_without_body(exchange.request, net::Method::kGet)) return std::nullopt;
  const SteadyTime now = exchange.worker.now();
  const auto found = kept_->find(key_of(exchange, rules_), now - limits_.max_age);
  if (!found || varied_by(exchange, found->vary()) != found->varied()) return std::nullopt;
  const KeptAnswer& kept = *exchange.own<std::shared_ptr<const KeptAnswer>>(found);
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - kept.at()).count();
  const std::string_view seconds = exchange.arena.copy(std::to_string(age));
  Response& response = exchange.response;
  response.status = kept.status();
  for (const net::HeaderField& field : kept.fields()) response.headers.add(field.name, field.value, field.id);
  response.headers.add("Age", seconds);
  if (head) response.head_length = kept.body().size();
  else response.body = Body(kept.body());
  return seconds;
}

}  // namespace causeway::adapters
