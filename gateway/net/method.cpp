#include "net/method.h"

#include <array>

namespace causeway::net {
namespace {

constexpr std::array<std::string_view, 9> kNames = {"GET",    "HEAD",    "POST",  "PUT",    "PATCH",
                                                    "DELETE", "OPTIONS", "TRACE", "CONNECT"};

}  // namespace

Method method_of(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Method>(i);
  }
  return Method::kOther;
}

std::string_view method_name(Method method) {
  const auto i = static_cast<std::size_t>(method);
  return i < kNames.size() ? kNames[i] : std::string_view();
}

}  // namespace causeway::net
