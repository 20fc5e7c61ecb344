// One answer of a system, kept for the time when the system fails.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "net/headers.h"
#include "security/sha256.h"

namespace causeway::adapters {

/// Immutable: shared by the table that keeps it and the calls that are answered with it. Its texts are copies.
class KeptAnswer {
 public:
  /// Fields that say something about the message they came with are left out (RFC 9111 3.1). `vary`: names of caller's
  /// fields that the answer depends on; `varied`: the hash of what they said.
  KeptAnswer(int status, const net::Headers& fields, Bytes body, std::string_view vary,
             const security::Sha256Digest& varied, SteadyTime at);
  KeptAnswer(const KeptAnswer&) = delete;
  KeptAnswer& operator=(const KeptAnswer&) = delete;

  int status() const { return status_; }
  std::span<const net::HeaderField> fields() const { return fields_; }
  Bytes body() const { return body_; }
  std::string_view vary() const { return vary_; }
  const security::Sha256Digest& varied() const { return varied_; }
  SteadyTime at() const { return at_; }
  /// In bytes, with what the table needs besides.
  std::uint64_t cost() const { return cost_; }

 private:
  int status_;
  std::unique_ptr<char[]> text_;
  std::vector<net::HeaderField> fields_;
  Bytes body_;
  std::string_view vary_;
  security::Sha256Digest varied_;
  SteadyTime at_;
  std::uint64_t cost_;
};

/// Tells apart answers that are not the same, for whoever would keep one again. Not for untrusted keys.
std::uint64_t print_of(int status, const net::Headers& fields, Bytes body);

}  // namespace causeway::adapters
