// A body that is kept while it goes by.
#pragma once

#include <string>

#include "exchange/body.h"
#include "runtime/budget.h"

namespace causeway::adapters {

/// Whoever wants the whole of it, told at the end; not told when it broke off or is too long.
class WholeBodyObserver {
 public:
  virtual void on_whole(Bytes body) = 0;

 protected:
  ~WholeBodyObserver() = default;
};

/// Reads through to `inner` at the reader's pace. Its copy counts against the budget of buffered bodies; where that, or
/// `limit`, does not allow for more, there is none. Lives in the exchange, as `inner` and `observer` do.
class KeptBody final : public BodySource {
 public:
  KeptBody(BodySource& inner, WholeBodyObserver& observer, std::uint64_t limit, runtime::Budget* budget)
      : inner_(inner), observer_(observer), limit_(limit) {
    hold_.attach(budget);
  }

  std::optional<std::uint64_t> declared_size() const override { return inner_.declared_size(); }
  Bytes arrived() const override { return inner_.arrived(); }
  Task<Result<Bytes>> read() override;
  Task<Result<Bytes>> gather(std::uint64_t limit) override;
  Task<Result<bool>> prefetch(std::uint64_t amount) override { return inner_.prefetch(amount); }
  bool endless() const override { return inner_.endless(); }
  void drop() noexcept override {
    give_up();
    inner_.drop();
  }

 private:
  void add(Bytes piece);
  void finish(Bytes body);
  void give_up();

  BodySource& inner_;
  WholeBodyObserver& observer_;
  std::uint64_t limit_;
  runtime::BudgetHold hold_;
  std::string copy_;
  bool keeping_ = true;
};

}  // namespace causeway::adapters
