// What a Content-Type says (RFC 9110 8.3), as far as events ask.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "net/characters.h"

namespace causeway::events {

class MediaType {
 public:
  explicit MediaType(std::string_view field) {
    essence_ = lower(field.substr(0, field.find(';')));
    while (field.find(';') != std::string_view::npos) {
      field.remove_prefix(field.find(';') + 1);
      const std::string parameter = lower(field.substr(0, field.find(';')));
      if (!parameter.starts_with("charset=")) continue;
      charset_ = parameter.substr(8);
      std::erase(charset_, '"');
    }
  }

  /// In lower case, without parameters; empty when there is none.
  std::string_view essence() const { return essence_; }
  /// `application/json`, `text/json`, and what ends in `+json` (RFC 6839).
  bool is_json() const {
    return essence_ == "application/json" || essence_ == "text/json" || essence_.ends_with("+json");
  }
  /// Text and XML that does not say another encoding.
  bool is_utf8_text() const {
    const bool text = essence_.starts_with("text/") || essence_ == "application/xml" || essence_.ends_with("+xml");
    return text && (charset_.empty() || charset_ == "utf-8" || charset_ == "us-ascii");
  }

 private:
  static std::string lower(std::string_view text) {
    std::string out(net::trim_blanks(text));
    std::ranges::transform(out, out.begin(), net::lower);
    return out;
  }

  std::string essence_;
  std::string charset_;
};

}  // namespace causeway::events
