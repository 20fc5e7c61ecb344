#include "upstream/credentials.h"

#include <algorithm>
#include <cassert>

#include "core/ascii.h"

namespace causeway::upstream {

bool CredentialFields::replaces(const net::HeaderField& field) const {
  return std::ranges::any_of(all(), [&](const net::HeaderField& own) {
    return own.id == field.id && (own.id != net::HeaderId::kUnknown || equals_ignoring_case(own.name, field.name));
  });
}

void CredentialFields::clear() {
  count_ = 0;
  used_ = 0;
  token.reset();
}

char* CredentialFields::room(std::size_t size) {
  assert(size <= kRoom - used_);
  char* const at = text_.data() + used_;
  used_ += size;
  return at;
}

}  // namespace causeway::upstream
