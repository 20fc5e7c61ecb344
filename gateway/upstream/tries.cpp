#include "upstream/tries.h"

#include <algorithm>

#include "core/retry_after.h"
#include "upstream/outcome.h"
#include "upstream/pause.h"

namespace causeway::upstream {
namespace {

// Reasons of further attempts beside those of the configuration.
constexpr std::size_t kConnection = 5;   // lost with an idle connection
constexpr std::size_t kCredentials = 6;  // another token

/// The error of the call's last attempt, with the endpoint for the log.
Error conclude(Error error, const CallRequest& request, const CallResponse& response, const Endpoint& endpoint) {
  Error result = settle(std::move(error), request.method, response.sent);
  std::string& why = result.info().internal;
  if (why.empty()) why = "answered nonsense: " + result.info().reason;
  why = endpoint.name() + ": " + why;
  return result;
}

/// There was no room for the answer to a write: it was done, or not, and nobody can tell any more.
Error unread_answer() { return unknown_outcome("no memory left for the answer in the budget of buffered bodies"); }

/// The caller left before it could be found out what an attempt had come to.
Error given_up() { return unknown_outcome("the caller left after an attempt with an unknown outcome"); }

/// A refusal after an attempt whose outcome nobody knows says nothing about that attempt.
Error unknown_in_spite_of(int status) {
  return unknown_outcome("an attempt before had an unknown outcome, and this one was answered " +
                         std::to_string(status));
}

}  // namespace

Cluster::Tries::Tries(const Cluster& cluster, runtime::Worker& worker, const CallRequest& request,
                      CallResponse& response, const CallOptions& options, SteadyTime deadline)
    : cluster_(cluster),
      worker_(worker),
      request_(request),
      response_(response),
      options_(options),
      deadline_(deadline),
      at_(cluster.endpoints_.pick(worker, worker.now(), tried_)) {}

Task<Result<>> Cluster::Tries::run() {
  for (;;) {
    Result<> outcome = co_await once();
    ++counted_;
    give_back_retry();
    if (!outcome && goes_on_at_once(outcome.error())) continue;
    if (!outcome && says_nothing_about_the_system(outcome.error().code())) {
      if (unknown_ && outcome.error().code() == Code::kCallerLeft) co_return given_up();
      const bool unread = outcome.error().code() == Code::kOverloaded && response_.sent;
      co_return unread && !net::is_safe(request_.method) ? unread_answer() : std::move(outcome);
    }
    if (outcome && shows_something_else()) continue;
    const auto reason = outcome ? cluster_.retry_.reason_of(response_) : cluster_.retry_.reason_of(outcome.error());
    if (!reason || !may_go_again(outcome)) co_return last_word(std::move(outcome));
    const SteadyTime next =
        worker_.now() +
        cluster_.retry_.wait(counted_, cluster_.draws_[worker_.index()].random.fraction(), asked(outcome));
    if (next >= deadline_ || !take_retry()) co_return last_word(std::move(outcome));
    note(outcome.ok());
    drop();
    const bool waited = co_await pause(worker_, next, options_.cancel);
    if (!waited) co_return unknown_ ? given_up() : Error(Code::kCallerLeft, "the caller left between two attempts");
    cluster_.count_retry(options_, static_cast<std::size_t>(*reason));
    move_on();
  }
}

/// The endpoint's, while an attempt at it is in flight: also where the coroutine is taken apart in it.
struct Cluster::Tries::Busy {
  explicit Busy(Tries& its_tries) : tries(its_tries) { tries.cluster_.endpoints_.begin(tries.worker_, tries.at_); }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() { tries.cluster_.endpoints_.end(tries.worker_, tries.at_, verdict, tries.worker_.now()); }
  Tries& tries;
  EndpointSet::Verdict verdict = EndpointSet::Verdict::kNothing;
};

Task<Result<>> Cluster::Tries::once() {
  const EndpointSet& endpoints = cluster_.endpoints_;
  const EndpointSet::Member& member = endpoints[at_];
  ++response_.attempts;
  const SteadyTime began = worker_.now();
  AttemptOptions mine{deadline_, lost_, response_.sent};
  if (cluster_.settings_.per_try_timeout)
    mine.deadline = std::min(mine.deadline, began + *cluster_.settings_.per_try_timeout);
  if (cluster_.reach_.credentials) {  // a coroutine only where there is something to do
    Result<> ready = co_await prepare(mine);
    not_ready_ = !ready;
    if (!ready) co_return ready;
  }
  Busy busy(*this);
  sent_before_ = std::exchange(response_.sent, false);
  Result<> outcome = co_await attempt(worker_, *member.endpoint, request_, response_, options_, mine);
  sent_ = response_.sent;
  response_.sent = sent_ || sent_before_;
  if (options_.shard != nullptr && (outcome.ok() || !says_nothing_about_the_system(outcome.error().code())))
    options_.shard->observe(cluster_.metrics_.duration, worker_.now() - began);
  if (outcome) {
    response_.call_class = class_of_status(response_.head.status);
    if (options_.reader != nullptr) outcome = co_await understand();
  }
  busy.verdict = verdict(outcome);
  if (outcome || !says_nothing_about_the_system(outcome.error().code()))
    cluster_.count(at_, options_, response_.head.status);
  co_return outcome;
}

Task<Result<>> Cluster::Tries::prepare(AttemptOptions& mine) {
  const Credentials* const credentials = cluster_.reach_.credentials.get();
  if (credentials->waits(worker_)) {
    Result<> there = co_await credentials->wait(worker_, mine.deadline, options_.cancel);
    if (!there) co_return there;
  }
  if (!shown_) shown_.emplace();
  shown_->clear();
  mine.own = &*shown_;
  co_return credentials->fill(worker_, request_, *shown_);
}

bool Cluster::Tries::shows_something_else() {
  if (response_.head.status != 401 || !shown_ || shown_again_) return false;
  if (request_.body->streams() || !may_repeat(request_)) return false;
  if (!cluster_.reach_.credentials->refused(worker_, *shown_)) return false;
  shown_again_ = true;
  drop();
  --counted_;
  cluster_.count_retry(options_, kCredentials);
  return true;
}

Task<Result<>> Cluster::Tries::understand() {
  Result<CallClass> read = co_await options_.reader->read(response_);
  if (!read) co_return std::move(read.error());
  response_.call_class = *read;
  co_return Result<>();
}

EndpointSet::Verdict Cluster::Tries::verdict(const Result<>& outcome) const {
  using Verdict = EndpointSet::Verdict;
  if (outcome) return response_.call_class == CallClass::kSystem ? Verdict::kFailed : Verdict::kWell;
  return says_nothing_about_the_system(outcome.error().code()) ? Verdict::kNothing : Verdict::kFailed;
}

bool Cluster::Tries::goes_on_at_once(const Error& error) {
  if (not_ready_ || worker_.now() >= deadline_) return false;
  const bool full = error.code() == Code::kOverloaded && error.resend() == Resend::kIfUnsent;
  if (error.code() == Code::kUpstreamUnreachable || full) {
    tried_.add(at_);
    if (++unreachable_ >= cluster_.endpoints_.size()) return false;
    at_ = cluster_.endpoints_.pick(worker_, worker_.now(), tried_);
    cluster_.count_retry(options_, static_cast<std::size_t>(RetryReason::Kind::kConnectFailure));
  } else if (!lost_ && lost_with_connection(error, request_, response_)) {
    lost_ = true;
    note(false);
    cluster_.count_retry(options_, kConnection);
  } else if (died_with_endpoint(error)) {
    note(false);
    tried_.add(at_);
    at_ = cluster_.endpoints_.pick(worker_, worker_.now(), tried_);
    cluster_.count_retry(options_, kConnection);
  } else {
    return false;
  }
  --counted_;
  drop();
  return true;
}

bool Cluster::Tries::died_with_endpoint(const Error& error) {
  if (error.code() != Code::kUpstreamBroke || error.resend() != Resend::kSafe) return false;
  if (cluster_.endpoints_.size() < 2 || request_.body->streams() || !may_repeat(request_)) return false;
  return !std::exchange(moved_away_, true);
}

bool Cluster::Tries::may_go_again(const Result<>& outcome) const {
  if (options_.patient || counted_ >= cluster_.retry_.max_attempts()) return false;
  if (request_.body->streams()) return !outcome && outcome.error().code() == Code::kUpstreamUnreachable;
  return (!outcome && !sent_) || may_repeat(request_);
}

std::optional<Duration> Cluster::Tries::asked(const Result<>& outcome) const {
  if (!outcome) return std::nullopt;
  const auto header = response_.head.headers.get(net::HeaderId::kRetryAfter);
  return header ? parse_retry_after(*header, worker_.wall_now()) : std::nullopt;
}

void Cluster::Tries::note(bool answered) {
  if (net::is_safe(request_.method)) return;
  unknown_ = unknown_ || (answered ? response_.call_class == CallClass::kSystem : sent_);
}

Result<> Cluster::Tries::last_word(Result<> outcome) const {
  if (!outcome) return conclude(std::move(outcome.error()), request_, response_, *cluster_.endpoints_[at_].endpoint);
  if (unknown_ && response_.call_class == CallClass::kBusiness) return unknown_in_spite_of(response_.head.status);
  return outcome;
}

void Cluster::Tries::drop() {
  if (options_.reader != nullptr) options_.reader->forget();
  response_.drop();
}

bool Cluster::Tries::take_retry() {
  retrying_ = cluster_.state_->budget.take(cluster_.retry_.budget(), RetrySettings::kLeastBudget);
  return retrying_;
}

void Cluster::Tries::give_back_retry() {
  if (std::exchange(retrying_, false)) cluster_.state_->budget.give();
}

void Cluster::Tries::move_on() {
  tried_.add(at_);
  unreachable_ = 0;
  at_ = cluster_.endpoints_.pick(worker_, worker_.now(), tried_);
}

}  // namespace causeway::upstream
