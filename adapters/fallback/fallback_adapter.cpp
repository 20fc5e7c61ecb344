#include "adapters/fallback/fallback_adapter.h"

#include <algorithm>
#include <utility>

#include "adapters/fallback/set_aside.h"

namespace causeway::adapters {
namespace {

constexpr std::string_view kCached = "cached";
constexpr std::string_view kStatic = "static";

bool is_the_systems(const Error& error) {
  switch (error.code()) {
    case Code::kUpstreamUnreachable:
    case Code::kUpstreamBroke:
    case Code::kUpstreamNonsense:
    case Code::kUpstreamTimeout:
    case Code::kBreakerOpen:
      return true;
    case Code::kOverloaded:  // by the cluster's limits; not when there is no room for the caller's own body
      return error.info_if() == nullptr || error.info_if()->reason != "buffers_full";
    default:
      return false;
  }
}

/// Of a write: may the system have seen it? Without an answer the cluster says 50491 if it may.
bool was_sent(const Exchange& exchange, const Result<>& called) {
  return called || exchange.call.status != 0 || called.error().code() == Code::kUpstreamNonsense;
}

std::string_view failure_of(Exchange& exchange, const Result<>& called) {
  std::pmr::string text(&exchange.arena);
  if (called) {
    if (!exchange.failure.empty()) return exchange.failure;
    text.append("the system answered ").append(std::to_string(exchange.response.status));
    return exchange.arena.copy(text);
  }
  const ErrorInfo* info = called.error().info_if();
  if (info != nullptr && !info->internal.empty()) return exchange.arena.copy(info->internal);
  return code_info(called.error().code()).name;
}

std::string_view joined(Exchange& exchange, std::string_view first, std::string_view between, std::string_view last) {
  std::pmr::string text(&exchange.arena);
  return exchange.arena.copy(text.append(first).append(between).append(last));
}

}  // namespace

void FallbackAdapter::add(CachedFallback cached, telemetry::Counter answered) {
  fallbacks_.push_back({std::move(cached), nullptr, answered});
}

void FallbackAdapter::add(std::unique_ptr<const Adapter> canned, telemetry::Counter answered) {
  fallbacks_.push_back({std::nullopt, std::move(canned), answered});
}

bool FallbackAdapter::needs_whole_request() const {
  return inner_->needs_whole_request() || std::ranges::any_of(fallbacks_, [](const Fallback& each) {
           return each.canned && each.canned->needs_whole_request();
         });
}

Task<Result<>> FallbackAdapter::call(Exchange& exchange) const {
  Result<> called = co_await inner_->call(exchange);
  if (called && exchange.call_class == CallClass::kSuccess && !writes(exchange))
    for (const Fallback& each : fallbacks_)
      if (each.cached) each.cached->keep(exchange);
  if (called && exchange.call_class != CallClass::kSystem) co_return called;
  if (!called && !is_the_systems(called.error())) co_return called;
  if (writes(exchange) && was_sent(exchange, called)) co_return called;
  Result<> answered = co_await stand_in(exchange, std::move(called));
  co_return answered;
}

bool FallbackAdapter::writes(const Exchange& exchange) const {
  return !net::is_safe(method_ == net::Method::kOther ? exchange.request.head->method : method_);
}

Task<Result<>> FallbackAdapter::stand_in(Exchange& exchange, Result<> called) const {
  const std::string_view failure = failure_of(exchange, called);
  // What an attempt before the last one answered lies in a connection that the call does not have any more.
  if (!called) exchange.response.body = Body();
  if (!called) exchange.response.headers.clear();
  auto& failed = exchange.own<SetAside>(exchange);
  for (const Fallback& each : fallbacks_) {
    failed.clear();
    if (each.canned) failed.drop();  // it may take its time, and the system's connection is not held for that
    const std::string_view name = co_await try_one(exchange, each);
    if (name.empty()) continue;
    failed.drop();
    exchange.response.headers.set(net::HeaderId::kXCausewayFallback, name);
    exchange.fallback = each.cached ? kCached : kStatic;
    exchange.call_class = CallClass::kSystem;
    exchange.failure = joined(exchange, failure, "; answered by the fallback ", exchange.fallback);
    exchange.context.shard.add(each.answered);
    co_return Result<>();
  }
  failed.restore();
  co_return called;
}

Task<std::string_view> FallbackAdapter::try_one(Exchange& exchange, const Fallback& fallback) const {
  if (fallback.cached) {
    if (writes(exchange)) co_return std::string_view();
    const auto age = fallback.cached->answer(exchange);
    if (!age) co_return std::string_view();
    co_return joined(exchange, kCached, "; age=", *age);
  }
  Result<> answered = co_await fallback.canned->call(exchange);
  co_return answered ? kStatic : std::string_view();
}

}  // namespace causeway::adapters
