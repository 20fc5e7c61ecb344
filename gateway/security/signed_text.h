// What a partner signs: the body, and what stands before and behind it (`signed: "{id}.{timestamp}.{body}"`).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace causeway::security {

/// One piece of the text that is signed, besides the body.
struct SignedPart {
  enum class Kind { kText, kId, kTimestamp };
  Kind kind = Kind::kText;
  std::string text;
  bool operator==(const SignedPart&) const = default;
};

struct SignedText {
  std::vector<SignedPart> before_body;
  std::vector<SignedPart> after_body;
  bool operator==(const SignedText&) const = default;
};

/// Of a text that has no problem.
SignedText parse_signed_text(std::string_view text);

/// Empty, or what is wrong with `signed`. `{body}` occurs once; a time or an id that has a header is in the text, or it
/// would prove nothing; and where a value begins and ends can be seen, so that no two messages are the same text.
std::string signed_text_problem(std::string_view text, bool has_timestamp, bool has_id);

/// Ids of messages are made of A-Z a-z 0-9 _ -.
bool is_message_id_character(char c);

}  // namespace causeway::security
