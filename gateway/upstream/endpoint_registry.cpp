#include "upstream/endpoint_registry.h"

namespace causeway::upstream {

std::shared_ptr<const Endpoint> EndpointRegistry::get(const EndpointKey& key) {
  SharedAddresses addresses = names_.get(key.where);
  const std::lock_guard lock(mutex_);
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  auto& known = known_[key.order()];
  std::shared_ptr<const Endpoint> endpoint = known.lock();
  if (!endpoint) {
    endpoint = std::make_shared<const Endpoint>(key, std::move(addresses), workers_);
    known = endpoint;
  } else {
    endpoint->lead_to(addresses);
  }
  return endpoint;
}

std::vector<std::shared_ptr<const Endpoint>> EndpointRegistry::living() {
  std::vector<std::shared_ptr<const Endpoint>> found;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, known] : known_)
    if (auto endpoint = known.lock()) found.push_back(std::move(endpoint));
  return found;
}

std::vector<NameBook::News> EndpointRegistry::refresh(SteadyTime now) {
  const std::vector<std::shared_ptr<const Endpoint>> endpoints = living();
  std::map<std::string, bool> names;  // doubted?
  for (const auto& endpoint : endpoints) {
    bool& doubted = names[endpoint->name()];
    doubted = endpoint->take_doubt() || doubted;
  }
  std::vector<NameBook::News> news = names_.refresh(now, names);
  // All of them: one may have been made with what was known before the last news.
  for (const auto& endpoint : endpoints) endpoint->lead_to(names_.get(endpoint->where()));
  return news;
}

}  // namespace causeway::upstream
