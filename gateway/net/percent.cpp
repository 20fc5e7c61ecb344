#include "net/percent.h"

#include "net/characters.h"

namespace causeway::net {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

template <class String>
void append_encoded(String& out, Bytes value) {
  for (const char byte : value) {
    if (is(byte, kUnreserved)) {
      out.push_back(byte);
    } else {
      const auto number = static_cast<unsigned char>(byte);
      const char escape[] = {'%', kHex[number >> 4], kHex[number & 15]};
      out.append(escape, sizeof escape);
    }
  }
}

template <class String>
bool append_decoded(String& out, std::string_view text, bool plus_is_blank) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i] == '+' && plus_is_blank ? ' ' : text[i]);
    }
  }
  return true;
}

}  // namespace

bool is_unreserved(char byte) { return is(byte, kUnreserved); }

template <class String>
bool append_path_segment(String& out, Bytes value) {
  if (value.empty() || value == "." || value == "..") return false;
  append_encoded(out, value);
  return true;
}

template <class String>
void append_query_value(String& out, Bytes value) {
  append_encoded(out, value);
}

template <class String>
bool append_decoded(String& out, std::string_view text) {
  return append_decoded(out, text, false);
}

template <class String>
bool append_decoded_query(String& out, std::string_view text) {
  return append_decoded(out, text, true);
}

template bool append_path_segment(std::string&, Bytes);
template bool append_path_segment(std::pmr::string&, Bytes);
template void append_query_value(std::string&, Bytes);
template void append_query_value(std::pmr::string&, Bytes);
template bool append_decoded(std::string&, std::string_view);
template bool append_decoded(std::pmr::string&, std::string_view);
template bool append_decoded_query(std::string&, std::string_view);
template bool append_decoded_query(std::pmr::string&, std::string_view);

}  // namespace causeway::net
