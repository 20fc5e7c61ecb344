#include "pipeline/arrival.h"

#include <memory_resource>
#include <string>

#include "net/target.h"

namespace causeway::pipeline {
namespace {

/// Several Accept lines mean the same as one, joined.
std::string_view accept_of(const net::RequestHead& head, runtime::Arena& arena) {
  const net::Headers& headers = head.headers;
  if (headers.count(net::HeaderId::kAccept) < 2)
    return headers.get(net::HeaderId::kAccept).value_or(std::string_view());
  std::pmr::string joined(&arena);
  for (const net::HeaderField& field : headers)
    if (field.id == net::HeaderId::kAccept) joined.append(joined.empty() ? "" : ", ").append(field.value);
  return arena.copy(joined);
}

}  // namespace

Result<Arrival> arrive(const net::RequestHead& head, const routing::RouteTable& routes, WallTime now,
                       runtime::Arena& arena) {
  Result<std::string_view> path = net::normalise_path(head.path, arena);
  if (!path) return std::move(path.error());
  const std::string_view accept = accept_of(head, arena);
  return Arrival{*path, accept, routes.match({head.method_name, *path, accept, now})};
}

std::optional<Code> refusal_of(routing::Outcome outcome) {
  switch (outcome) {
    case routing::Outcome::kFound:
    case routing::Outcome::kOptions:
      return std::nullopt;
    case routing::Outcome::kNoRoute:
      return Code::kNoRoute;
    case routing::Outcome::kMethodNotAllowed:
      return Code::kMethodNotAllowed;
    case routing::Outcome::kVersionNotAcceptable:
      return Code::kVersionNotAcceptable;
    case routing::Outcome::kSunset:
      return Code::kSunset;
  }
  return std::nullopt;
}

}  // namespace causeway::pipeline
