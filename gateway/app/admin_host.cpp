#include "app/admin_host.h"

#include <filesystem>
#include <thread>

namespace causeway::app {

AdminHost::AdminHost(runtime::Worker& accept_worker, WorkerContext& context, std::span<runtime::Worker* const> workers,
                     const telemetry::Metrics& metrics, const server::Readiness& readiness, admin::Ports ports)
    : accept_worker_(accept_worker),
      context_(&context),
      log_(ports.log),
      api_(access_, ports),
      operations_(metrics, readiness, workers, &api_) {}

std::string AdminHost::open(const Settings& settings, std::shared_ptr<const server::ListenerView> view) {
  take_users(settings);
  listener_ = std::make_unique<server::Listener>("admin", accept_worker_, std::span(&context_, 1), operations_,
                                                 metrics_, std::move(view));
  return listener_->open(settings.admin.address->where);
}

void AdminHost::take(const Settings& settings, std::shared_ptr<const server::ListenerView> view) {
  take_users(settings);
  listener_->take(std::move(view));
}

void AdminHost::take_users(const Settings& settings) {
  if (settings.admin.users.empty() && token_.empty()) {
    const std::string folder = settings.data_folder();
    token_ = admin::ensure_token(folder);
    const std::string file = (std::filesystem::path(folder) / "admin.token").string();
    if (token_.empty()) log_.write(telemetry::Level::kWarn, "no admin token", {{"file", file}});
    else log_.write(telemetry::Level::kInfo, "admin token", {{"file", file}});
  }
  access_.set(std::make_shared<const admin::Access>(settings.admin, token_));
}

void AdminHost::start() { listener_->start(); }

bool AdminHost::drain(Duration patience) {
  listener_->drain();
  const SteadyTime end = std::chrono::steady_clock::now() + patience;
  while (listener_->connections() > 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return listener_->connections() == 0;
}

}  // namespace causeway::app
