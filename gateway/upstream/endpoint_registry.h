// The endpoints of the process: what a configuration names is found again by the next, and names lead where they lead
// today.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "upstream/endpoint.h"
#include "upstream/name_book.h"

namespace causeway::upstream {

/// Thread safe, off the workers.
class EndpointRegistry {
 public:
  /// `workers` outlive the registry and everything that it hands out.
  explicit EndpointRegistry(std::span<runtime::Worker* const> workers) : workers_(workers) {}

  /// Where names lead to from now on, in place of the system's look-up: systems that are only played.
  void resolve_by(NameBook::Resolve resolve) { names_.resolve_by(std::move(resolve)); }
  /// Looks up those names that are not known yet, all at once, and waits for them, at most NameBook::kPatience.
  void prepare(std::span<const net::EndpointName> names) { names_.prepare(names); }

  /// An endpoint that is there already keeps its connections. A name that was not prepared is looked up, which blocks.
  std::shared_ptr<const Endpoint> get(const EndpointKey& key);

  /// Begins the look-ups that are due, and lets endpoints know what came of those before. A few times a second.
  std::vector<NameBook::News> refresh(SteadyTime now);

 private:
  std::vector<std::shared_ptr<const Endpoint>> living();

  std::span<runtime::Worker* const> workers_;
  NameBook names_;
  std::mutex mutex_;  // of what follows
  std::map<EndpointKey::Order, std::weak_ptr<const Endpoint>> known_;
};

}  // namespace causeway::upstream
