// What the answers of the parts say about keeping them, said about the whole: Cache-Control and Vary.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "net/cache_control.h"
#include "runtime/arena.h"

namespace causeway::adapters {

/// Views the fields that were added; used on their worker.
class CacheRules {
 public:
  /// More names than this are as good as `*`.
  static constexpr std::size_t kMostNames = 32;

  void add(const net::Headers& part);

  /// `no-store` if a part says so or varies by `*`, else `private` if one says that, and all names that they vary by.
  /// Texts are copied into `arena`. What a part says about how long it is fresh does not hold for the whole.
  void write(net::Headers& whole, runtime::Arena& arena) const;

 private:
  void add_name(std::string_view name);

  net::Keeping keeping_ = net::Keeping::kForAll;
  bool varies_by_anything_ = false;
  std::array<std::string_view, kMostNames> names_;
  std::size_t size_ = 0;
};

}  // namespace causeway::adapters
