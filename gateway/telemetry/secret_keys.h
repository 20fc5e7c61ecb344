// Which keys hold secrets, and how they are recognised in text that was encoded by somebody else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace causeway::telemetry {

/// Immutable, thread safe. Keys compare without regard to ASCII case.
class SecretKeys {
 public:
  explicit SecretKeys(std::vector<std::string> keys);

  bool has(std::string_view key) const;
  /// Whether a key stands anywhere in `text` as a word of its own, plain or behind the escapes of JSON or of forms,
  /// even repeatedly. For text whose structure is unknown.
  bool named_in(std::string_view text) const;
  /// The same, for text that could give the key a value (JSON, a query); false for words about it.
  bool assigned_in(std::string_view text) const;

 private:
  bool named_plainly(std::string_view text) const;

  std::vector<std::string> keys_;  // lower case
};

/// Undoes the escapes of a JSON string, leniently: what is no escape stays as it is.
std::string decode_json_escapes(std::string_view text);
/// Undoes `%41` and `+`, leniently.
std::string decode_percent(std::string_view text);

/// ASCII only.
std::string lower_case(std::string_view text);

}  // namespace causeway::telemetry
