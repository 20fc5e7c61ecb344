#include "upstream/token_source.h"

#include <algorithm>
#include <limits>

#include "security/sha256.h"
#include "upstream/wait.h"

namespace causeway::upstream {
namespace {

constexpr Duration kForEver = std::chrono::hours(24 * 365 * 10);

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min() / 2;

std::int64_t nanoseconds(SteadyTime time) { return time.time_since_epoch().count(); }

/// A call that is on its way when its token ends would be refused.
Duration margin(Duration lifetime) { return std::min<Duration>(std::chrono::seconds(2), lifetime / 20); }

}  // namespace

std::string TokenRequest::fingerprint() const {
  security::Sha256 hash;
  for (const std::string_view part :
       {std::string_view(cluster), std::string_view(url), std::string_view(client), secret.reveal(),
        std::string_view(scope), std::string_view(audience), std::string_view(ca.native())}) {
    hash.update(std::to_string(part.size()));
    hash.update(" ");
    hash.update(part);
  }
  return security::to_hex(hash.finish());
}

TokenSource::TokenSource(TokenRequest request, std::span<runtime::Worker* const> workers)
    : request_(std::move(request)), workers_(workers), cells_(workers.size()), dropped_at_(kNever) {}

std::shared_ptr<const Token> TokenSource::current(const runtime::Worker& worker) const {
  const std::shared_ptr<const Token>& token = cells_[worker.index()].token;
  const bool holds = token && token->until > worker.now() && token->number > dropped_.load(std::memory_order_relaxed);
  return holds ? token : nullptr;
}

Task<Result<>> TokenSource::wait(runtime::Worker& worker, SteadyTime until, runtime::Cancel* cancel) {
  Cell& cell = cells_[worker.index()];
  while (!current(worker)) {
    if (!cell.problem.empty())
      co_return Error(Code::kUpstreamUnreachable, "no token: " + cell.problem, Resend::kIfUnsent);
    if (cancel != nullptr && cancel->requested())
      co_return Error(Code::kCallerLeft, "the caller left before there was a token");
    if (worker.now() >= until) co_return Error(Code::kUpstreamUnreachable, "no token in time", Resend::kIfUnsent);
    Wait wait(worker);
    const auto place = cell.waiting.insert(cell.waiting.end(), &wait);
    struct Leave {  // however the wait ends
      ~Leave() { list.erase(place); }
      std::list<Wait*>& list;
      std::list<Wait*>::iterator place;
    } const leave{cell.waiting, place};
    co_await wait.sleep(until, cancel);
  }
  co_return Result<>();
}

bool TokenSource::refused(runtime::Worker& worker, const Token& used) {
  Cell& cell = cells_[worker.index()];
  if (cell.token && cell.token->number > used.number) return true;
  if (dropped_.load() < used.number) {
    const std::int64_t now = nanoseconds(worker.now());
    std::int64_t last = dropped_at_.load();
    if (now - last < kBetweenDrops.count()) return false;
    // Of two workers one is first; what it drops is dropped for the other too.
    if (dropped_at_.compare_exchange_strong(last, now)) {
      dropped_.store(used.number);
      cell.problem.clear();
      forget_problem();  // of a fetch that came to nothing while there was a token
      wish_.store(true);
    }
  }
  return true;
}

void TokenSource::forget_problem() {
  for (runtime::Worker* worker : workers_)
    worker->post([self = shared_from_this(), index = worker->index()] { self->cells_[index].problem.clear(); });
}

void TokenSource::take(std::string_view text, Duration lifetime, SteadyTime now) {
  std::string field = "Bearer " + std::string(text);
  const SteadyTime until = now + lifetime - margin(lifetime);
  last_until_.store(nanoseconds(until));
  tell(std::make_shared<const Token>(config::Secret(field), until, ++last_number_), {});
  config::wipe(field);
}

void TokenSource::fail(const std::string& problem) { tell(nullptr, problem); }

std::optional<Duration> TokenSource::holds(SteadyTime now) const {
  const std::int64_t until = last_until_.load();
  if (until == 0) return std::nullopt;
  return Duration(until) - now.time_since_epoch();
}

void TokenSource::tell(const std::shared_ptr<const Token>& token, const std::string& problem) {
  for (runtime::Worker* worker : workers_) {
    worker->post([self = shared_from_this(), index = worker->index(), token, problem] {
      Cell& cell = self->cells_[index];
      if (token) cell.token = token;
      cell.problem = problem;
      self->wake(cell);
    });
  }
}

void TokenSource::wake(Cell& cell) {
  for (Wait* const wait : cell.waiting) wait->wake();
}

std::shared_ptr<TokenSource> TokenSources::get(TokenRequest request) {
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  auto& known = known_[request.fingerprint()];
  std::shared_ptr<TokenSource> source = known.lock();
  if (source) return source;
  source = std::make_shared<TokenSource>(std::move(request), workers_);
  if (!stand_in_.empty()) source->take(stand_in_, kForEver, SteadyTime::clock::now());
  known = source;
  return source;
}

}  // namespace causeway::upstream
