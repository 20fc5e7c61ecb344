// A body whose hash was announced and signed, on its way to the system while it still arrives: it ends only if it is
// the one that was announced.
#pragma once

#include "exchange/body.h"
#include "security/credentials.h"

namespace causeway::plugins {

/// Yields what `inner` yields. Of a body of a declared size the last piece is held back until the hash fits; of any
/// other its end, without which a system does not take it for whole. Otherwise 40191. `check` has seen every piece by
/// the time it is yielded. Both outlive this; no copies.
class CheckedBody final : public BodySource {
 public:
  CheckedBody(BodySource& inner, security::SignatureCheck& check)
      : inner_(inner), check_(check), left_(inner.declared_size()) {}

  std::optional<std::uint64_t> declared_size() const override { return inner_.declared_size(); }
  Bytes arrived() const override { return inner_.arrived(); }
  Task<Result<Bytes>> read() override;
  Task<Result<Bytes>> gather(std::uint64_t limit) override;
  Task<Result<bool>> prefetch(std::uint64_t amount) override;

 private:
  /// The check of the whole body, once.
  Result<> end();

  BodySource& inner_;
  security::SignatureCheck& check_;
  std::optional<std::uint64_t> left_;  // of a declared size, not yet yielded
  bool checked_ = false;
};

}  // namespace causeway::plugins
