// A JSON document that the gateway publishes as it is: its keys, its metadata.
#pragma once

#include <string>

#include "exchange/adapter.h"

namespace causeway::adapters {

class DocumentAdapter final : public Adapter {
 public:
  explicit DocumentAdapter(std::string json) : json_(std::move(json)) {}

  bool needs_whole_request() const override { return false; }
  Task<Result<>> call(Exchange& exchange) const override {
    exchange.response.headers.set(net::HeaderId::kContentType, "application/json");
    exchange.response.headers.set(net::HeaderId::kCacheControl, "public, max-age=300");
    exchange.response.body = Body(json_);
    co_return Result<>();
  }

 private:
  std::string json_;
};

}  // namespace causeway::adapters
