#include "demo/erp/books.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

namespace causeway::demo {
namespace {

using nlohmann::json;

constexpr double kMost = 1e15;  // cents; below it a double holds every one of them

std::string order_of(const json& event) { return event.at("data").at("orderId"); }

/// Quantity times price over all items, in cents; nothing when it is more than the books can hold.
std::optional<std::int64_t> cents_of(const json& event) {
  double cents = 0;
  for (const auto& item : event.at("data").value("items", json::array())) {
    const std::int64_t quantity = item.at("qty");
    const double price = item.value("price", 0.0);
    cents += static_cast<double>(quantity) * std::round(price * 100);
  }
  if (std::abs(cents) > kMost) return std::nullopt;
  return std::llround(cents);
}

std::string money(std::int64_t cents) {
  char text[32];
  const auto size = std::llabs(cents);
  std::snprintf(text, sizeof(text), "%s%lld.%02lld", cents < 0 ? "-" : "", size / 100, size % 100);
  return text;
}

}  // namespace

std::string Books::Line::json() const {
  const nlohmann::ordered_json head = {{"entryNo", number}, {"kind", kind}, {"orderId", order}};
  auto text = head.dump();
  text.insert(text.size() - 1, ",\"amount\":" + money(cents));
  return text;
}

Books::Books(Ledger& ledger) : inbox_(ledger, {{"ORDER_CREATED", on_created()}, {"ORDER_CANCELLED", on_cancelled()}}) {}

Work Books::on_created() {
  return {"receivable_booked",
          [this](const json& event) -> std::variant<std::string, Answer> {
            if (!cents_of(event)) return refusal(422, "AMOUNT_TOO_LARGE", "more than the books can hold");
            const auto known = accounts_.find(order_of(event));
            if (known != accounts_.end()) return Answer{200, lines_[known->second.receivable].json()};
            return next();
          },
          [this](const Entry& entry, const json& event) {
            const auto order = order_of(event);
            accounts_[order] = {lines_.size(), lines_.size()};
            return add({entry.subject, "RECEIVABLE", order, cents_of(event).value_or(0)});
          }};
}

Work Books::on_cancelled() {
  return {"receivable_reversed",
          [this](const json& event) -> std::variant<std::string, Answer> {
            const auto order = order_of(event);
            const auto known = accounts_.find(order);
            if (known == accounts_.end()) return refusal(422, "ORDER_UNKNOWN", "no receivable for " + order);
            if (known->second.reversed()) return Answer{200, lines_[known->second.reversal].json()};
            return next();
          },
          [this](const Entry& entry, const json& event) {
            const auto order = order_of(event);
            auto& account = accounts_.at(order);
            account.reversal = lines_.size();
            return add({entry.subject, "REVERSAL", order, -lines_[account.receivable].cents});
          }};
}

Answer Books::add(Line line) {
  lines_.push_back(std::move(line));
  return {201, lines_.back().json()};
}

Answer Books::take(const Call& call) {
  const std::lock_guard lock(mutex_);
  return inbox_.take(call);
}

Answer Books::entries() const {
  const std::lock_guard lock(mutex_);
  std::string items;
  std::int64_t balance = 0;
  for (const auto& line : lines_) {
    items += (items.empty() ? "" : ",") + line.json();
    balance += line.cents;
  }
  return {200, "{\"items\":[" + items + "],\"total\":" + std::to_string(lines_.size()) +
                   ",\"balance\":" + money(balance) + "}"};
}

}  // namespace causeway::demo
