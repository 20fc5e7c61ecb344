// What the warehouse has left. Not thread safe: the order book's lock covers it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace causeway::demo {

struct Line {
  std::string sku;
  std::int64_t quantity = 0;
};

class Stock {
 public:
  struct Shortage {
    std::string sku;
    std::int64_t required = 0;
    std::int64_t available = 0;
  };

  /// The first line that cannot be met. A SKU that is not listed is made to order and never short.
  std::optional<Shortage> shortage(const std::vector<Line>& lines) const;
  void reserve(const std::vector<Line>& lines);
  void release(const std::vector<Line>& lines);

  /// `{"skuId": …, "available": …}`, or nothing for a SKU that is not listed.
  std::optional<std::string> json(const std::string& sku) const;
  std::string json() const;

 private:
  std::map<std::string, std::int64_t> available_{{"SKU001", 1'000'000}, {"SKU002", 500}, {"SKU003", 5}};
};

}  // namespace causeway::demo
