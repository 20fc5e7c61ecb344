// The parameters of a query, as written.
#pragma once

#include <iterator>
#include <string_view>

namespace causeway::net {

struct QueryParameter {
  std::string_view name;   ///< raw
  std::string_view value;  ///< raw; empty when there was no `=`
};

/// The parameters of a raw query, in order; empty ones (`a=1&&b=2`) are skipped. For range-for.
class QueryParameters {
 public:
  class Iterator {
   public:
    explicit Iterator(std::string_view rest) : rest_(rest) { advance(); }
    const QueryParameter& operator*() const { return current_; }
    Iterator& operator++() {
      advance();
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return end_; }

   private:
    void advance();

    std::string_view rest_;
    QueryParameter current_;
    bool end_ = false;
  };

  explicit QueryParameters(std::string_view query) : query_(query) {}
  Iterator begin() const { return Iterator(query_); }
  std::default_sentinel_t end() const { return {}; }

 private:
  std::string_view query_;
};

}  // namespace causeway::net
