#include "demo/wms/warehouse.h"

#include <nlohmann/json.hpp>

namespace causeway::demo {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string order_of(const json& event) { return event.at("data").at("orderId"); }

/// What has to be picked; prices are none of the warehouse's business.
std::string lines_of(const json& event) {
  auto lines = ordered_json::array();
  for (const auto& item : event.at("data").value("items", json::array())) {
    const std::string sku = item.at("skuId");
    const std::int64_t quantity = item.at("qty");
    lines.push_back(ordered_json{{"skuId", sku}, {"qty", quantity}});
  }
  return lines.dump();
}

}  // namespace

std::string Warehouse::Outbound::json() const {
  const ordered_json head = {{"outboundNo", number}, {"orderId", order}, {"status", status}};
  auto text = head.dump();
  text.insert(text.size() - 1, ",\"lines\":" + lines);
  return text;
}

Warehouse::Warehouse(Ledger& ledger)
    : inbox_(ledger, {{"ORDER_CREATED", on_created()}, {"ORDER_CANCELLED", on_cancelled()}}) {}

Work Warehouse::on_created() {
  return {"outbound_created",
          [this](const json& event) -> std::variant<std::string, Answer> {
            lines_of(event);
            const auto known = number_of_.find(order_of(event));
            if (known != number_of_.end()) return Answer{200, by_number_.at(known->second).json()};
            return numbered("OUT", by_number_.size() + 1);
          },
          [this](const Entry& entry, const json& event) {
            const auto order = order_of(event);
            number_of_[order] = entry.subject;
            auto& outbound = by_number_[entry.subject];
            outbound = {entry.subject, order, "CREATED", lines_of(event)};
            return Answer{201, outbound.json()};
          }};
}

Work Warehouse::on_cancelled() {
  return {"outbound_cancelled",
          [this](const json& event) -> std::variant<std::string, Answer> {
            const auto order = order_of(event);
            const auto known = number_of_.find(order);
            if (known == number_of_.end()) return refusal(422, "ORDER_UNKNOWN", "no outbound order for " + order);
            const auto& outbound = by_number_.at(known->second);
            if (outbound.status == "CANCELLED") return Answer{200, outbound.json()};
            return known->second;
          },
          [this](const Entry& entry, const json&) {
            auto& outbound = by_number_.at(entry.subject);
            outbound.status = "CANCELLED";
            return Answer{200, outbound.json()};
          }};
}

Answer Warehouse::take(const Call& call) {
  const std::lock_guard lock(mutex_);
  return inbox_.take(call);
}

Answer Warehouse::list() const {
  const std::lock_guard lock(mutex_);
  std::string items;
  for (const auto& [number, outbound] : by_number_) items += (items.empty() ? "" : ",") + outbound.json();
  return {200, "{\"items\":[" + items + "],\"total\":" + std::to_string(by_number_.size()) + "}"};
}

Answer Warehouse::find(const std::string& number) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_number_.find(number);
  if (found == by_number_.end()) return refusal(404, "OUTBOUND_NOT_FOUND", "no outbound order " + number);
  return {200, found->second.json()};
}

}  // namespace causeway::demo
