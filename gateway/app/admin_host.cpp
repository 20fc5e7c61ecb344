#include "app/admin_host.h"

#include <thread>

namespace causeway::app {

AdminHost::AdminHost(runtime::Worker& accept_worker, WorkerContext& context, std::span<runtime::Worker* const> workers,
                     const telemetry::Metrics& metrics, const server::Readiness& readiness)
    : accept_worker_(accept_worker), context_(&context), operations_(metrics, readiness, workers) {}

std::string AdminHost::open(const Settings& settings) {
  listener_ = std::make_unique<server::Listener>("admin", accept_worker_, std::span(&context_, 1), operations_,
                                                 metrics_, std::make_shared<const server::ListenerView>());
  return listener_->open(settings.admin.address.where);
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
