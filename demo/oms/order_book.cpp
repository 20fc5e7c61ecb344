#include "demo/oms/order_book.h"

#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

namespace causeway::demo {
namespace {

using nlohmann::json;

constexpr auto kCreated = "order_created";
constexpr auto kCancelled = "order_cancelled";

/// Read for its meaning only; what is stored and answered is the caller's own text.
struct Request {
  std::string external_no;
  std::vector<Line> lines;
  std::string problem;
};

Request read(const std::string& body) {
  Request request;
  try {
    const auto parsed = json::parse(body);
    if (parsed.contains("orderId") || parsed.contains("status")) return {{}, {}, "orderId and status are given by OMS"};
    request.external_no = parsed.at("externalNo");
    if (request.external_no.empty()) return {{}, {}, "externalNo is empty"};
    for (const auto& item : parsed.value("items", json::array())) {
      request.lines.push_back({item.at("skuId"), item.at("qty")});
      if (request.lines.back().quantity <= 0) return {{}, {}, "qty must be at least 1"};
    }
  } catch (const json::exception& error) {
    return {{}, {}, error.what()};
  }
  return request;
}

Answer no_such_order(const std::string& id) { return refusal(404, "ORDER_NOT_FOUND", "no order " + id); }

}  // namespace

OrderBook::OrderBook(Ledger& ledger) : ledger_(ledger) {
  for (const auto& entry : ledger_.entries()) apply(entry);
}

std::string OrderBook::Order::json() const {
  return R"({"orderId":")" + id + R"(","status":")" + status + "\"," + members + "}";
}

Answer OrderBook::create(const Call& call) {
  const auto request = read(call.body);
  if (!request.problem.empty()) return refusal(400, "BAD_ORDER", request.problem);

  const std::lock_guard lock(mutex_);
  if (const auto known = by_external_no_.find(request.external_no); known != by_external_no_.end()) {
    return {200, orders_.at(known->second).json()};
  }
  if (const auto shortage = stock_.shortage(request.lines)) {
    const json numbers = {
        {"skuId", shortage->sku}, {"required", shortage->required}, {"available", shortage->available}};
    const auto members = numbers.dump();
    return refusal(200, "STOCK_SHORT", "库存不足", members.substr(1, members.size() - 2));
  }
  const auto entry = ledger_.append({kCreated, next_id(), call});
  apply(entry);
  return {201, orders_.at(entry.subject).json()};
}

Answer OrderBook::cancel(const std::string& id, const Call& call) {
  const std::lock_guard lock(mutex_);
  const auto found = orders_.find(id);
  if (found == orders_.end()) return no_such_order(id);
  if (found->second.status != "CANCELLED") {
    auto recorded = call;
    if (!json::accept(recorded.body)) recorded.body.clear();
    apply(ledger_.append({kCancelled, id, std::move(recorded)}));
  }
  return {200, found->second.json()};
}

Answer OrderBook::find_external(const std::string& external_no) const {
  const std::lock_guard lock(mutex_);
  const auto known = by_external_no_.find(external_no);
  return known == by_external_no_.end() ? no_such_order(external_no) : Answer{200, orders_.at(known->second).json()};
}

Answer OrderBook::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = orders_.find(id);
  return found == orders_.end() ? no_such_order(id) : Answer{200, found->second.json()};
}

Answer OrderBook::list(const std::string& status, std::size_t page, std::size_t size) const {
  const std::lock_guard lock(mutex_);
  std::string items;
  std::size_t total = 0;
  for (const auto& [id, order] : orders_) {
    if (!status.empty() && order.status != status) continue;
    const auto place = total++;
    if (place / size + 1 != page) continue;
    items += (items.empty() ? "" : ",") + order.json();
  }
  return {200,
          "{\"items\":[" + items + "],\"page\":" + std::to_string(page) + ",\"total\":" + std::to_string(total) + "}"};
}

Answer OrderBook::stock() const {
  const std::lock_guard lock(mutex_);
  return {200, stock_.json()};
}

Answer OrderBook::stock(const std::string& sku) const {
  const std::lock_guard lock(mutex_);
  auto row = stock_.json(sku);
  return row ? Answer{200, std::move(*row)} : refusal(404, "SKU_NOT_FOUND", "no SKU " + sku);
}

void OrderBook::apply(const Entry& entry) {
  if (entry.effect == kCreated) {
    const auto& body = entry.call.body;
    const auto start = body.find('{') + 1;
    auto request = read(body);
    stock_.reserve(request.lines);
    by_external_no_[request.external_no] = entry.subject;
    orders_[entry.subject] = {entry.subject, request.external_no, "PENDING",
                              body.substr(start, body.rfind('}') - start), std::move(request.lines)};
  } else if (entry.effect == kCancelled) {
    auto& order = orders_.at(entry.subject);
    order.status = "CANCELLED";
    stock_.release(order.lines);
  }
}

std::string OrderBook::next_id() const {
  const auto now = std::time(nullptr);
  std::tm day{};
  gmtime_r(&now, &day);
  char text[32];
  std::snprintf(text, sizeof(text), "ORD%04d%02d%02d%06zu", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday,
                orders_.size() + 1);
  return text;
}

}  // namespace causeway::demo
