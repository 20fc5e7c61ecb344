#include "upstream/health_checker.h"

#include "upstream/health_check.h"

namespace causeway::upstream {

/// One endpoint's checks, one after the other. A check that is in flight keeps it alive.
class HealthChecker::Check final : public runtime::TimerHook, public std::enable_shared_from_this<Check> {
 public:
  Check(runtime::Worker& worker, std::shared_ptr<const Tell> tell, telemetry::Random random)
      : worker_(worker), tell_(std::move(tell)), random_(random) {}

  void take(CheckTarget target) {
    const bool is_new = target_.state == nullptr;
    const bool other_interval = !is_new && target_.settings.interval != target.settings.interval;
    target_ = std::move(target);
    if (is_new) begin();
    else if (other_interval && !in_flight_) arm_next(worker_.now());
  }

  void end() {
    ended_ = true;
    disarm();
    target_.state->forget_checks();
  }

 private:
  void on_timer() override { begin(); }

  void begin() {
    in_flight_ = true;
    worker_.spawn(run(shared_from_this()));
  }

  static Task<> run(std::shared_ptr<Check> self) {
    const SteadyTime began = self->worker_.now();
    const std::shared_ptr<const Endpoint> endpoint = self->target_.endpoint;
    const HealthCheckSettings asked = self->target_.settings;
    const std::string problem =
        co_await check_health(self->worker_, *endpoint, *asked.path, asked.timeout, self->turn_++);
    if (!self->ended_) self->settle(problem, began);
  }

  void settle(const std::string& problem, SteadyTime began) {
    in_flight_ = false;
    const EndpointState::Change change = target_.state->checked(problem.empty(), target_.settings);
    if (change != EndpointState::Change::kNone) (*tell_)(target_, problem);
    arm_next(began);
  }

  void arm_next(SteadyTime began) {
    const double part = 0.9 + 0.2 * random_.fraction();
    worker_.arm(*this, began + std::chrono::duration_cast<Duration>(target_.settings.interval * part));
  }

  runtime::Worker& worker_;
  const std::shared_ptr<const Tell> tell_;
  telemetry::Random random_;
  CheckTarget target_;
  std::size_t turn_ = 0;
  bool in_flight_ = false;
  bool ended_ = false;
};

HealthChecker::~HealthChecker() { take({}); }

void HealthChecker::take(std::vector<CheckTarget> targets) {
  std::map<EndpointState*, std::shared_ptr<Check>> before = std::exchange(checks_, {});
  for (CheckTarget& target : targets) {
    EndpointState* const state = target.state.get();
    std::shared_ptr<Check>& check = checks_[state];
    if (const auto known = before.find(state); known != before.end()) {
      check = std::move(known->second);
      before.erase(known);
    } else if (!check) {
      check = std::make_shared<Check>(worker_, tell_, telemetry::Random(random_.next()));
    }
    check->take(std::move(target));
  }
  for (const auto& [state, gone] : before) gone->end();
}

}  // namespace causeway::upstream
