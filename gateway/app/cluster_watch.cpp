#include "app/cluster_watch.h"

#include <future>

#include "config/text_forms.h"

namespace causeway::app {
namespace {

using telemetry::Level;

std::string seconds(Duration time) {
  return config::TextForm<Duration>::format(std::chrono::ceil<std::chrono::seconds>(time));
}

}  // namespace

ClusterWatch::ClusterWatch(upstream::EndpointRegistry& endpoints, telemetry::Metrics& metrics,
                           telemetry::LogThread& log, const Clock& clock)
    : endpoints_(endpoints),
      log_(log),
      worker_(0, "control", clock),
      watch_(metrics, clock, [this](const upstream::EndpointWatch::News& news) { tell_ejection(news); }),
      breakers_(log),
      checker_(
          worker_,
          [this](const upstream::CheckTarget& target, const std::string& problem) { tell_health(target, problem); },
          telemetry::Random::from_system()) {
  worker_.arm(look_, worker_.now() + kLook);
  worker_.start();
}

ClusterWatch::~ClusterWatch() {
  worker_.stop();
  worker_.join();
}

void ClusterWatch::take(std::span<const std::shared_ptr<const upstream::Cluster>> clusters) {
  std::vector<upstream::WatchedCluster> watched;
  std::vector<upstream::CheckTarget> checked;
  for (const auto& cluster : clusters) {
    const upstream::ClusterSettings& settings = cluster->settings();
    const upstream::EndpointSet& endpoints = cluster->endpoints();
    upstream::WatchedCluster& its = watched.emplace_back(*settings.name);
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      its.members.push_back({endpoints[i].endpoint->name(), endpoints[i].state});
      if (settings.health_check)
        checked.push_back({*settings.name, *settings.health_check, endpoints[i].endpoint, endpoints[i].state});
    }
  }
  std::promise<void> taken;
  worker_.post([this, &taken, watched = std::move(watched), checked = std::move(checked),
                all = std::vector(clusters.begin(), clusters.end())]() mutable {
    watch_.take(std::move(watched));
    breakers_.take(std::move(all));
    checker_.take(std::move(checked));
    taken.set_value();
  });
  taken.get_future().wait();
}

void ClusterWatch::look() {
  tell_names();
  watch_.look(worker_.now());
  breakers_.look();
  worker_.arm(look_, worker_.now() + kLook);
}

void ClusterWatch::tell_names() {
  using Kind = upstream::NameBook::News::Kind;
  for (const upstream::NameBook::News& news : endpoints_.refresh(worker_.now())) {
    const std::string addresses = upstream::text_of(*news.addresses);
    if (news.kind == Kind::kFailed)
      log_.write(Level::kWarn, "name not found", {{"endpoint", news.name}, {"kept", addresses}});
    else log_.write(Level::kInfo, "name found", {{"endpoint", news.name}, {"addresses", addresses}});
  }
}

void ClusterWatch::tell_health(const upstream::CheckTarget& target, const std::string& problem) {
  const std::string& endpoint = target.endpoint->name();
  if (problem.empty())
    log_.write(Level::kInfo, "endpoint healthy", {{"cluster", target.cluster}, {"endpoint", endpoint}});
  else
    log_.write(Level::kWarn, "endpoint unhealthy",
               {{"cluster", target.cluster}, {"endpoint", endpoint}, {"problem", problem}});
}

void ClusterWatch::tell_ejection(const upstream::EndpointWatch::News& news) {
  if (!news.ejected) {
    log_.write(Level::kInfo, "endpoint back", {{"cluster", news.cluster}, {"endpoint", news.endpoint}});
    return;
  }
  const bool for_ever = news.until == SteadyTime::max();
  const std::string time = for_ever ? "until restored" : seconds(news.until - worker_.now());
  log_.write(Level::kWarn, "endpoint ejected",
             {{"cluster", news.cluster},
              {"endpoint", news.endpoint},
              {"by", news.by_hand ? "operator" : "failures"},
              {"for", time}});
}

}  // namespace causeway::app
