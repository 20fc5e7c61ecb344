// What steps change about the header fields that somebody else wrote: those of a caller before they go on to a system,
// those of a system before they go back.
#pragma once

#include <optional>
#include <string_view>

#include "net/headers.h"
#include "runtime/arena.h"

namespace causeway {

/// Views that outlive the message.
struct HeaderChange {
  std::string_view name;
  std::optional<std::string_view> value;  ///< empty: the field does not go on
};

/// In the order in which they were made; the last one of a name holds. Lives in an exchange's arena, as what it views.
class HeaderChanges {
 public:
  void add(runtime::Arena& arena, const HeaderChange& change);
  /// Those of another message too, which has to outlive this one.
  void add(runtime::Arena& arena, const HeaderChanges& others);
  bool empty() const { return first_ == nullptr; }
  void apply(net::Headers& to) const;

 private:
  struct Item {
    HeaderChange change;
    Item* next = nullptr;
  };
  Item* first_ = nullptr;
  Item* last_ = nullptr;
};

/// Leaves one field of that name, or none. Names that a CGI-like reader would take for it (`X_Trail` for `X-Trail`) go
/// as well.
void apply(const HeaderChange& change, net::Headers& to);

}  // namespace causeway
