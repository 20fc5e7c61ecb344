// Composites whose parts are systems that do what the test says.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/composite/composite_adapter.h"
#include "fakes/exchange_fixture.h"

namespace causeway::adapters {

using expression::Program;
using expression::Variable;
using expression::VariableSet;

class System final : public Adapter {
 public:
  using Answer = std::function<Result<>(Exchange&)>;
  System(std::string name, std::string& log, Answer answer, VariableSet asks = {})
      : name_(std::move(name)), log_(log), answer_(std::move(answer)), asks_(asks) {}

  bool needs_whole_request() const override { return false; }
  Task<Result<>> call(Exchange& exchange) const override {
    log_ += name_ + '(';
    exchange.call.system = name_;
    exchange.call.attempts = 1;
    const Result<CallValues::Context> values = CallValues::of(exchange).on_the_way_in(asks_, false);
    saw = values ? std::string(values->values->get(Variable::kCalls)) : "error";
    left = exchange.deadline - exchange.worker.now();
    if (held) {
      Wait wait(*this, exchange.cancel);
      co_await wait;
      if (wait.cancelled && cancellable) {
        log_ += name_ + "-cut)";
        co_return Error(Code::kCallerLeft, "the caller left");
      }
    }
    log_ += name_ + ')';
    co_return answer_(exchange);
  }

  void open() const { std::exchange(waiting, {}).resume(); }

  bool held = false;
  bool cancellable = true;
  mutable std::string saw;
  mutable Duration left{};
  mutable std::coroutine_handle<> waiting;

 private:
  struct Wait final : runtime::Cancel::Hook {
    Wait(const System& its_system, runtime::Cancel& cancel) : system(its_system) {
      if (cancel.requested()) cancelled = true;
      else cancel.add(*this);
    }
    void on_cancel() override {
      cancelled = true;
      if (system.cancellable && worker != nullptr) worker->post([this] { system.open(); });
    }
    bool await_ready() const noexcept { return cancelled; }
    void await_suspend(std::coroutine_handle<> one) noexcept { system.waiting = one; }
    void await_resume() const noexcept {}
    const System& system;
    runtime::Worker* worker = System::worker;
    bool cancelled = false;
  };

  std::string name_;
  std::string& log_;
  Answer answer_;
  VariableSet asks_;

 public:
  static inline runtime::Worker* worker = nullptr;
};

class CompositeFixture : public fakes::ExchangeFixture {
 protected:
  CompositeFixture() { System::worker = &worker; }
  ~CompositeFixture() override {
    worker.io().poll();
    end_calls();
  }

  static System::Answer says(std::string body, int status = 200, std::string type = "application/json") {
    return [=](Exchange& exchange) -> Result<> {
      exchange.response.status = exchange.call.status = status;
      exchange.call_class = class_of_status(status);
      if (!type.empty()) exchange.response.headers.set(net::HeaderId::kContentType, exchange.arena.copy(type));
      exchange.response.body = Body(exchange.arena.copy(body));
      return {};
    };
  }
  static System::Answer fails(Code code, std::string internal = "it is away") {
    return [=](Exchange&) -> Result<> { return Error(code, internal); };
  }

  System& part(std::string name, System::Answer answer, std::vector<std::size_t> waits_for = {},
               bool optional = false) {
    auto system = std::make_unique<System>(name, log, std::move(answer));
    System& made = *system;
    plan.parts.push_back({std::move(name), std::move(system), optional, std::move(waits_for)});
    return made;
  }
  System& optional_part(std::string name, System::Answer answer) {
    return part(std::move(name), std::move(answer), {}, true);
  }
  System& write(std::string name, System::Answer answer, std::vector<std::size_t> waits_for = {}) {
    System& made = part(std::move(name), std::move(answer), std::move(waits_for));
    plan.parts.back().writes = true;
    return made;
  }
  void merge(std::string_view program) {
    plan.merge = std::get<Program>(Program::compile(program, CallValues::kOnTheWayIn));
  }

  const CompositeAdapter& adapter() {
    if (!adapter_) {
      plan.timeout = std::chrono::seconds(3);
      plan.route.name = "a-route";
      adapter_ = std::make_unique<CompositeAdapter>(std::move(plan));
    }
    return *adapter_;
  }
  /// What the call answers, or its error.
  std::string outcome(fakes::Call& one) {
    const std::string problem = fakes::failure(run(adapter().call(one.exchange)));
    return problem.empty() ? answer(one) : problem;
  }
  /// Begins, and leaves it where it waits.
  void begin(fakes::Call& one) {
    result.reset();
    worker.spawn(fakes::keep(adapter().call(one.exchange), result));
    poll();
  }
  void poll() { worker.io().poll(); }
  std::string ended(fakes::Call& one) {
    poll();
    if (!result) return "it has not ended";
    const std::string problem = fakes::failure(*result);
    return problem.empty() ? answer(one) : problem;
  }
  /// Answers with these fields too.
  static System::Answer with(System::Answer answer, std::vector<std::pair<std::string, std::string>> fields) {
    return [=](Exchange& exchange) -> Result<> {
      for (const auto& [name, value] : fields)
        exchange.response.headers.add(exchange.arena.copy(name), exchange.arena.copy(value));
      return answer(exchange);
    };
  }
  /// What is told of a whole that failed after a write.
  std::string after_write(fakes::Call& one) {
    const Result<> called = run(adapter().call(one.exchange));
    return called ? answer(one) : fakes::describe(called.error()) + " {" + called.error().info_if()->details + "}";
  }
  std::string after_write() { return after_write(call()); }
  /// The refusal that a caller sees.
  static std::string envelope(std::string code, std::string message, std::string details,
                              std::string time = "1772337600123") {
    return code.substr(0, 3) + "\nContent-Type: application/json\n\n{\"code\":" + code + ",\"message\":\"" + message +
           "\",\"data\":null,\"timestamp\":" + time + ",\"details\":{\"requestId\":\"r-1\"," + details + "}}";
  }
  static std::string answered(std::string_view body) {
    return "200\nContent-Type: application/json\n\n" + std::string(body);
  }
  std::vector<std::string> logged() {
    std::vector<std::string> lines;
    const std::uint64_t mark = context.log.mark();
    for (;;) {
      const auto record = context.log.front(mark);
      if (std::holds_alternative<std::monostate>(record)) return lines;
      const auto& call = std::get<telemetry::CallRecord>(record);
      lines.push_back(std::string(call.system) + ' ' + std::to_string(call.status) + ' ' + std::to_string(call.code) +
                      (call.failed ? " " + std::string(call.error) : ""));
      context.log.pop();
    }
  }

  std::string log;
  CompositePlan plan;
  std::optional<Result<>> result;

  std::unique_ptr<CompositeAdapter> adapter_;
};

}  // namespace causeway::adapters
