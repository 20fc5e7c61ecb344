#include "upstream/name_book.h"

#include <pthread.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <thread>

#include "core/ip_address.h"

namespace causeway::upstream {
namespace {

/// Threads of a start or a reload.
constexpr std::size_t kMostThreads = 64;

bool is_name(const net::EndpointName& where) { return !where.local() && !IpAddress::parse(where.host); }

}  // namespace

NameBook::NameBook(Resolve resolve, Duration patience)
    : resolve_(std::make_shared<const Resolve>(std::move(resolve))), patience_(patience) {}

void NameBook::resolve_by(Resolve resolve) {
  const std::lock_guard lock(desk_->mutex);
  resolve_ = std::make_shared<const Resolve>(std::move(resolve));
  played_ = true;
}

NameBook::Entry& NameBook::entry(const net::EndpointName& where) {
  auto [at, is_new] = entries_.try_emplace(where.text());
  Entry& entry = at->second;
  if (!is_new) return entry;
  entry.where = where;
  entry.fixed = played_ || !is_name(where);
  if (entry.fixed) entry.addresses = std::make_shared<const AddressList>((*resolve_)(where));
  return entry;
}

void NameBook::prepare(std::span<const net::EndpointName> names) {
  std::unique_lock lock(desk_->mutex);
  std::set<std::string> awaited;
  for (const net::EndpointName& where : names) {
    Entry& known = entry(where);
    if (known.fixed) continue;
    known.doubted = true;
    if (known.addresses->empty()) awaited.insert(where.text());
  }
  const auto until = std::chrono::steady_clock::now() + patience_;
  const auto in_flight = [this](const std::string& name) {
    const auto at = entries_.find(name);
    return at != entries_.end() && at->second.in_flight;
  };
  auto next = awaited.begin();
  const auto all_back = [&] {
    take_found();
    for (; next != awaited.end() && in_flight_ < kMostThreads; ++next)
      if (const auto at = entries_.find(*next); at != entries_.end() && !at->second.in_flight) begin(at->second);
    return next == awaited.end() && std::ranges::none_of(awaited, in_flight);
  };
  desk_->changed.wait_until(lock, until, all_back);
}

SharedAddresses NameBook::get(const net::EndpointName& where) {
  {
    const std::lock_guard lock(desk_->mutex);
    const auto known = entries_.find(where.text());
    if (known != entries_.end()) {
      known->second.given = true;
      return known->second.addresses;
    }
  }
  prepare({&where, 1});
  const std::lock_guard lock(desk_->mutex);
  Entry& found = entry(where);
  found.given = true;
  return found.addresses;
}

/// The thread is not waited for: getaddrinfo cannot be ended, and nobody's stop should hang on a name server.
void NameBook::begin(Entry& entry) {
  entry.in_flight = true;
  entry.doubted = false;
  ++in_flight_;
  try {
    std::thread([desk = desk_, resolve = resolve_, where = entry.where] {
      pthread_setname_np(pthread_self(), "names");
      AddressList found = (*resolve)(where);
      {
        const std::lock_guard lock(desk->mutex);
        desk->found.emplace_back(where.text(), std::move(found));
      }
      desk->changed.notify_all();
    }).detach();
  } catch (const std::system_error&) {
    desk_->found.emplace_back(entry.where.text(), AddressList());
  }
}

void NameBook::take_found() {
  for (auto& [name, found] : std::exchange(desk_->found, {})) {
    --in_flight_;
    if (const auto at = entries_.find(name); at != entries_.end()) settle(at->second, std::move(found));
  }
}

void NameBook::settle(Entry& entry, AddressList found) {
  entry.in_flight = false;
  const bool failed = found.empty();
  const bool moved = !failed && !same_addresses(*entry.addresses, found);
  if (moved) entry.addresses = std::make_shared<const AddressList>(std::move(found));
  const bool news = (failed != entry.failing || moved) && entry.given;
  entry.failing = failed;
  if (!news) return;
  const auto kind = failed ? News::Kind::kFailed : moved ? News::Kind::kMoved : News::Kind::kFound;
  news_.push_back({entry.where.text(), entry.addresses, kind});
}

std::vector<NameBook::News> NameBook::refresh(SteadyTime now, const std::map<std::string, bool>& used) {
  const std::lock_guard lock(desk_->mutex);
  take_found();
  // One in flight stays until it is back; one that a configuration has just prepared is used soon.
  std::erase_if(entries_, [&](const auto& each) {
    const Entry& entry = each.second;
    const bool seen = entry.looked != SteadyTime::min();
    return seen && !entry.in_flight && !used.contains(each.first) && now - entry.looked > kForget;
  });
  for (auto& [name, entry] : entries_) {
    if (entry.looked == SteadyTime::min()) entry.looked = now;
    const auto at = used.find(name);
    if (at == used.end()) continue;
    entry.doubted = entry.doubted || at->second;
    if (entry.fixed || entry.in_flight || in_flight_ >= kAtOnce) continue;
    if (now - entry.looked < (entry.doubted ? Duration(kDoubtedEvery) : Duration(kEvery))) continue;
    entry.looked = now;
    begin(entry);
  }
  return std::exchange(news_, {});
}

}  // namespace causeway::upstream
