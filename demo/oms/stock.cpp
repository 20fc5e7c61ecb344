#include "demo/oms/stock.h"

#include <nlohmann/json.hpp>

namespace causeway::demo {
namespace {

using nlohmann::ordered_json;

ordered_json row(const std::string& sku, std::int64_t available) { return {{"skuId", sku}, {"available", available}}; }

}  // namespace

std::optional<Stock::Shortage> Stock::shortage(const std::vector<Line>& lines) const {
  auto left = available_;
  for (const auto& line : lines) {
    const auto found = left.find(line.sku);
    if (found == left.end()) continue;
    if (found->second < line.quantity) return Shortage{line.sku, line.quantity, found->second};
    found->second -= line.quantity;
  }
  return std::nullopt;
}

void Stock::reserve(const std::vector<Line>& lines) {
  for (const auto& line : lines) {
    if (const auto found = available_.find(line.sku); found != available_.end()) found->second -= line.quantity;
  }
}

void Stock::release(const std::vector<Line>& lines) {
  for (const auto& line : lines) {
    if (const auto found = available_.find(line.sku); found != available_.end()) found->second += line.quantity;
  }
}

std::optional<std::string> Stock::json(const std::string& sku) const {
  const auto found = available_.find(sku);
  if (found == available_.end()) return std::nullopt;
  return row(found->first, found->second).dump();
}

std::string Stock::json() const {
  ordered_json items = ordered_json::array();
  for (const auto& [sku, available] : available_) items.push_back(row(sku, available));
  return ordered_json{{"items", std::move(items)}}.dump();
}

}  // namespace causeway::demo
