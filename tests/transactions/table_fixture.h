// The tables of calls in a real store, worked on directly.
#pragma once

#include <list>
#include <string>
#include <utility>
#include <vector>

#include "transactions/begin_call.h"
#include "transactions/end_call.h"
#include "transactions/half_store_fixture.h"

namespace causeway::transactions {

/// One piece of work as a change or a query.
template <class Base, class F>
class Do final : public Base {
 public:
  explicit Do(F work) : work_(std::move(work)) {}
  Result<> apply(store::Session& session) { return work_(session); }
  Result<> run(store::Session& session) { return work_(session); }

 private:
  F work_;
};

/// Explains each statement instead of running it: every question has no rows, nothing is changed.
class PlanSession final : public store::Session {
 public:
  explicit PlanSession(store::Session& inner) : inner_(inner) {}
  std::string plan;

 protected:
  store::Rows query_with(const store::Sql& sql, const store::Parameter*, std::size_t count) override {
    static const store::Sql kNothing{"SELECT 1 WHERE 1 = 0"};
    explain(sql, count);
    return inner_.query(kNothing);
  }
  std::int64_t run_with(const store::Sql& sql, const store::Parameter*, std::size_t count) override {
    explain(sql, count);
    return 0;
  }
  std::int64_t last_id() override { return 0; }

 private:
  void explain(const store::Sql& sql, std::size_t count) {
    static std::list<std::pair<std::string, store::Sql>> kept;  // statements are known by their address
    auto& [text, statement] = kept.emplace_back(std::string("EXPLAIN QUERY PLAN ") + sql.text, store::Sql{});
    statement.text = text.c_str();
    for (store::Rows rows = ask(statement, count); rows.next();) plan.append(rows.text(3)).append("\n");
  }
  /// Values make no difference to a plan.
  store::Rows ask(const store::Sql& statement, std::size_t count) {
    switch (count) {
      case 0:
        return inner_.query(statement);
      case 1:
        return inner_.query(statement, nullptr);
      case 2:
        return inner_.query(statement, nullptr, nullptr);
      case 3:
        return inner_.query(statement, nullptr, nullptr, nullptr);
      default:
        ADD_FAILURE() << count << " parameters";
        return inner_.query(statement);
    }
  }

  store::Session& inner_;
};

class TableFixture : public HalfStoreFixture {
 protected:
  static constexpr std::int64_t kStart = 1'772'337'600'123;  ///< what the clock says at first

  /// What `work` gives, done in one transaction.
  template <class F>
  auto change(F work) {
    using Value = decltype(work(std::declval<store::Session&>()));
    Value value{};
    const auto apply = [&](store::Session& session) -> Result<> {
      value = work(session);
      return {};
    };
    Do<store::Change, decltype(apply)> one(apply);
    EXPECT_EQ(fakes::failure(sqlite.commit_blocking(one)), "");
    return value;
  }
  /// How the database goes about the statements that `work` runs, a line a step; nothing is changed.
  template <class F>
  std::string plan_of(F work) {
    return change([&](store::Session& session) {
      PlanSession plans(session);
      work(plans);
      return plans.plan;
    });
  }

  static tables::NewRecord new_record(std::string_view scope, std::string_view txid) {
    return {scope, txid, "request", "boot-1", "oms", "create-order", "k-1", kStart, 60'000};
  }
  /// `running #2 of boot-1`, `done`, or nothing.
  std::string record(std::int64_t id) {
    return change([&](store::Session& session) -> std::string {
      const auto found = tables::find_record(session, id);
      if (!found) return "";
      constexpr std::string_view kWords[] = {"", "running", "unknown", "done"};
      return std::string(kWords[static_cast<std::size_t>(found->state)]) + " #" + std::to_string(found->attempt) +
             " of " + found->boot_id;
    });
  }
  /// `201 {"a":1} [Name: value\n]`, `inner ` before it; or nothing.
  std::string kept_answer(std::int64_t id) {
    return change([&](store::Session& session) -> std::string {
      const auto found = tables::find_answer(session, id);
      if (!found) return "";
      return (found->inner ? "inner " : "") + std::to_string(found->status) + ' ' + found->body + " [" +
             found->headers + ']';
    });
  }
  /// `prepared #1, next 1000`, `committed #1 by check`, with the reason behind it; or nothing.
  std::string half(const std::string& txid) {
    const auto found = find(txid);
    if (!found) return "";
    std::string text = std::string(word_of(found->state)) + " #" + std::to_string(found->attempt);
    if (found->decided_by != DecidedBy::kNobody) text.append(" by ").append(word_of(found->decided_by));
    if (found->next_check) text += ", next " + std::to_string(*found->next_check - kStart);
    if (!found->reason.empty()) text += ": " + found->reason;
    return text;
  }

  /// A call's, not in the store yet.
  static tables::Half call_half(const std::string& txid) {
    tables::Half half;
    half.txid = txid;
    half.route = "create-order";
    half.consumer = "oms";
    half.topic = "order-topic";
    half.document = R"({"request":{"no":"A"}})";
    half.check_request = R"({"cluster":"oms","method":"GET","target":"/check","timeout":5000})";
    half.programs = "{}";
    half.created = half.attempt_began = kStart;
    return half;
  }
};

}  // namespace causeway::transactions
