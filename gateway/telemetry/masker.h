// Hides the values of secret keys in bodies before they reach the log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/log_record.h"
#include "telemetry/secret_keys.h"

namespace causeway::telemetry {

/// Immutable, thread safe. Works on bodies that may be cut off anywhere and never trusts them to be well-formed: what
/// it cannot read by key it hides as a whole as soon as it names a masked key.
///
/// - JSON at any depth: the value of a masked key, of whatever type, becomes `"***"`; so does a string that itself
///   contains JSON or a query with such a key. Keys compare after decoding of escapes, without regard to ASCII case.
/// - Forms: `password=***&…`, also for `user[password]` and `user.password`, after percent-decoding.
/// - Other text: shown as it is, or `(N bytes of TYPE, masked)` when it names a masked key.
/// - What is not text, or claims to be and is not: `(N bytes of TYPE)`.
/// A body that is longer than its prefix ends with `…(N bytes)`.
class Masker {
 public:
  explicit Masker(std::vector<std::string> keys);

  /// Appends what may be shown of `body`. Line breaks between the tokens of JSON are left out; the result may still
  /// contain control bytes and invalid UTF-8, which the log's format escapes.
  void append(std::string& out, const LoggedBody& body) const;

 private:
  bool append_masked(std::string& out, std::string_view text, bool form) const;
  void append_form(std::string& out, std::string_view text) const;

  SecretKeys secrets_;
};

/// False for media types whose bodies are not worth copying into a log (images, archives, multipart …). True when
/// empty.
bool is_text_type(std::string_view content_type);

}  // namespace causeway::telemetry
