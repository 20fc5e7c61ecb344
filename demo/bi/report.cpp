#include "demo/bi/report.h"

#include <nlohmann/json.hpp>

namespace causeway::demo {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::map<std::string, std::int64_t> units_of(const json& event) {
  std::map<std::string, std::int64_t> units;
  for (const auto& item : event.at("data").value("items", json::array())) {
    const std::string sku = item.at("skuId");
    units[sku] += item.at("qty").get<std::int64_t>();
  }
  return units;
}

/// What there is one row of.
std::string subject_of(const json& event) {
  const std::string type = event.at("eventType");
  const std::string order = event.at("data").at("orderId");
  return type + " " + order;
}

std::string row_of(const std::string& id, const json& event) {
  std::int64_t units = 0;
  for (const auto& [sku, quantity] : units_of(event)) units += quantity;
  const std::string type = event.at("eventType");
  const std::int64_t at = event.at("timestamp");
  const std::string order = event.at("data").at("orderId");
  return ordered_json{{"rowId", id}, {"eventType", type}, {"at", at}, {"orderId", order}, {"units", units}}.dump();
}

}  // namespace

Report::Report(Ledger& ledger) : inbox_(ledger, {{"ORDER_CREATED", on_event(1)}, {"ORDER_CANCELLED", on_event(-1)}}) {}

Work Report::on_event(int sign) {
  return {"row_added",
          [this](const json& event) -> std::variant<std::string, Answer> {
            row_of({}, event);
            const auto known = known_.find(subject_of(event));
            if (known != known_.end()) return Answer{200, rows_[known->second]};
            return numbered("ROW", rows_.size() + 1);
          },
          [this, sign](const Entry& entry, const json& event) {
            for (const auto& [sku, quantity] : units_of(event)) sold_[sku] += sign * quantity;
            known_[subject_of(event)] = rows_.size();
            rows_.push_back(row_of(entry.subject, event));
            return Answer{201, rows_.back()};
          }};
}

Answer Report::take(const Call& call) {
  const std::lock_guard lock(mutex_);
  return inbox_.take(call);
}

Answer Report::rows() const {
  const std::lock_guard lock(mutex_);
  std::string items;
  for (const auto& row : rows_) items += (items.empty() ? "" : ",") + row;
  return {200, "{\"items\":[" + items + "],\"total\":" + std::to_string(rows_.size()) + "}"};
}

Answer Report::sales() const {
  const std::lock_guard lock(mutex_);
  auto items = ordered_json::array();
  for (const auto& [sku, units] : sold_) items.push_back(ordered_json{{"skuId", sku}, {"units", units}});
  return {200, ordered_json{{"items", std::move(items)}}.dump()};
}

}  // namespace causeway::demo
