#include "demo/tms/waybills.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "demo/inbox.h"

namespace causeway::demo {
namespace {

using nlohmann::json;

constexpr auto kBooked = "waybill_booked";
constexpr auto kNotCarried = "SKU-GLASS";

std::string key_of(const Call& call) { return header_of(call, "Idempotency-Key"); }

std::string now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

Answer success(const std::string& data) {
  return {200, R"({"code":0,"message":"success","data":)" + data + ",\"timestamp\":" + now() + "}"};
}

Answer failure(int code, const std::string& message, const json& details) {
  return {200, "{\"code\":" + std::to_string(code) + ",\"message\":" + json(message).dump() +
                   ",\"data\":null,\"details\":" + details.dump() + ",\"timestamp\":" + now() + "}"};
}

}  // namespace

Waybills::Waybills(Ledger& ledger) : ledger_(ledger) {
  for (const auto& entry : ledger_.entries()) apply(entry);
}

std::string Waybills::Waybill::json() const {
  return R"({"waybillNo":")" + number + R"(","orderNo":)" + nlohmann::json(order).dump() +
         R"(,"status":"BOOKED","parcels":)" + parcels + "}";
}

Answer Waybills::book(const Call& call) {
  const std::lock_guard lock(mutex_);
  const auto key = key_of(call);
  if (key.empty()) return failure(40001, "Idempotency-Key missing", nullptr);
  if (const auto known = by_key_.find(key); known != by_key_.end()) return success(waybills_[known->second].json());
  std::string order;
  try {
    const auto body = json::parse(call.body);
    order = body.at("orderNo").get<std::string>();
    for (const auto& parcel : body.at("parcels")) {
      if (parcel.at("count").get<std::int64_t>() <= 0) return failure(40001, "count must be at least 1", parcel);
      if (parcel.at("sku") == kNotCarried) return failure(42201, "该商品不可承运", {{"sku", kNotCarried}});
    }
  } catch (const json::exception& error) {
    return failure(40001, error.what(), nullptr);
  }
  if (const auto known = by_order_.find(order); known != by_order_.end())
    return failure(40901, "运单已存在", {{"waybillNo", waybills_[known->second].number}});
  const auto entry = ledger_.append({kBooked, numbered("SF", waybills_.size() + 1), call});
  apply(entry);
  return success(waybills_.back().json());
}

void Waybills::apply(const Entry& entry) {
  const auto body = json::parse(entry.call.body);
  const std::string order = body.at("orderNo");
  by_order_[order] = waybills_.size();
  by_key_[key_of(entry.call)] = waybills_.size();
  waybills_.push_back({entry.subject, order, body.at("parcels").dump()});
}

Answer Waybills::track(const std::string& number) const {
  const std::lock_guard lock(mutex_);
  for (const auto& waybill : waybills_)
    if (waybill.number == number) return success(waybill.json());
  return failure(40401, "运单不存在", {{"waybillNo", number}});
}

Answer Waybills::list() const {
  const std::lock_guard lock(mutex_);
  std::string items;
  for (const auto& waybill : waybills_) items += (items.empty() ? "" : ",") + waybill.json();
  return success("{\"items\":[" + items + "],\"total\":" + std::to_string(waybills_.size()) + "}");
}

}  // namespace causeway::demo
