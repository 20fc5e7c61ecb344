#include "plugins/signature/signed_head.h"

#include "net/header_id.h"
#include "security/refusal.h"

namespace causeway::plugins {

Result<security::SignedHead> signed_head(const net::RequestHead& head) {
  security::SignedHead result;
  result.method = head.method_name;
  result.path = head.path;
  result.query = head.query;
  result.has_query = head.has_query;
  struct Row {
    net::HeaderId id;
    std::string_view* value;
    bool seen = false;
  };
  Row rows[] = {{net::HeaderId::kContentType, &result.content_type},
                {net::HeaderId::kContentEncoding, &result.content_encoding},
                {net::HeaderId::kIdempotencyKey, &result.idempotency_key},
                {net::HeaderId::kAccept, &result.accept}};
  for (const net::HeaderField& field : head.headers) {
    const bool known = field.id != net::HeaderId::kUnknown;
    const net::HeaderId id = known ? field.id : net::folded_header_id(field.name);
    for (Row& row : rows) {
      if (row.id != id) continue;
      if (row.seen || !known) return refuse(security::Refusal::kDoubledSignedHeader, std::string(field.name));
      row.seen = true;
      *row.value = field.value;
    }
  }
  return result;
}

}  // namespace causeway::plugins
