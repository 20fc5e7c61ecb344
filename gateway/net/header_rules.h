// Which header fields cross the gateway (design: "Framing"; RFC 9110 7.6.1 for what belongs to one connection only).
// Everything here is a question about one field: no allocation, thread safe.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/few.h"
#include "net/headers.h"

namespace causeway::net {

/// What a message's Connection fields said. Views of the message's bytes.
class ConnectionNames {
 public:
  static constexpr std::size_t kMaxNames = 8;

  /// Takes one field value. Null when it is in order; else a reason from a fixed set: it is no list of tokens, has too
  /// many members, or names a field that must reach its reader (protected, credentials, signed, framing).
  const char* add(std::string_view value);
  void clear() {
    names_.clear();
    close_ = keep_alive_ = false;
  }

  bool close() const { return close_; }
  bool keep_alive() const { return keep_alive_; }
  /// Is this a field of the connection, not of the message?
  bool has(std::string_view name) const;

 private:
  const char* add_name(std::string_view name);

  Few<std::string_view, kMaxNames> names_;  ///< besides close and keep-alive
  bool close_ = false;
  bool keep_alive_ = false;
};

/// Will the body be put into the envelope (so that ranges and codings of it make no sense), or pass as it is?
enum class BodyPasses : bool { kWrapped, kAsIs };

/// Does a caller's field go on to the system? Not: fields of the connection, protected names in any spelling, framing
/// (the writer's), Host, credentials, the caller's Idempotency-Key, trace and request id (ours are set).
bool passes_to_upstream(const HeaderField& field, const ConnectionNames& connection, BodyPasses body);

/// Does a system's field go on to the caller? Not: fields of the connection, protected names, Set-Cookie,
/// Access-Control-*, Alt-Svc, Clear-Site-Data, Server, Date and framing (ours), nor digests and ranges of a wrapped
/// body.
bool passes_to_caller(const HeaderField& field, const ConnectionNames& connection, BodyPasses body);

/// Names that only the gateway may set, whatever their case and with `_` or `.` for `-`: X-Consumer-*, X-Causeway-*,
/// X-Forwarded-*, Forwarded, X-Real-IP, X-Original-*, X-Rewrite-URL, method overrides, X-Request-Timeout-Ms, Webhook-*.
bool is_protected(std::string_view name);

/// May the configuration set or remove a field of this name, in a message to a system or to a caller? Not those of the
/// connection, framing and codings, Host, Date, trace and request id (whoever writes the message sets them), nor
/// protected names.
bool is_configurable(std::string_view name);

}  // namespace causeway::net
