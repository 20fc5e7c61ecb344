#include "net/head_writer.h"

#include <algorithm>
#include <charconv>

#include "net/characters.h"
#include "net/status.h"

namespace causeway::net {
namespace {

constexpr std::string_view kHttpVersion = "HTTP/1.1";
constexpr std::size_t kLongestNumber = 20;

bool is_target(std::string_view text) { return !text.empty() && all_of(text, kQueryByte); }

}  // namespace

bool HeadWriter::request_line(std::string_view method, std::string_view target) {
  if (!is_token(method) || !is_target(target)) return false;
  out_.append(method).append(1, ' ').append(target).append(1, ' ').append(kHttpVersion).append("\r\n");
  return true;
}

bool HeadWriter::request_line(std::string_view method, std::string_view path, bool has_query, std::string_view query) {
  if (!has_query) return request_line(method, path);
  if (!is_token(method) || !is_target(path) || !all_of(query, kQueryByte)) return false;
  out_.append(method).append(1, ' ').append(path).append(1, '?').append(query).append(1, ' ');
  out_.append(kHttpVersion).append("\r\n");
  return true;
}

void HeadWriter::status_line(int status) {
  out_.append(kHttpVersion).append(1, ' ');
  append_number(out_, static_cast<std::uint64_t>(status));
  out_.append(1, ' ').append(reason_phrase(status)).append("\r\n");
}

bool HeadWriter::field(std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_field_value(value)) return false;
  append(name, value);
  return true;
}

bool HeadWriter::field(const HeaderField& header) {
  if (header.id == HeaderId::kUnknown) return field(header.name, header.value);
  if (!is_field_value(header.value)) return false;
  append(header.name, header.value);
  return true;
}

bool HeadWriter::field(HeaderId id, std::string_view value) {
  if (id == HeaderId::kUnknown || !is_field_value(value)) return false;
  append(header_name(id), value);
  return true;
}

void HeadWriter::append(std::string_view name, std::string_view value) {
  const std::size_t begin = out_.size();
  out_.resize(begin + name.size() + value.size() + 4);  // once, where four appends would each ask for room
  char* at = out_.data() + begin;
  at = std::copy(name.begin(), name.end(), at);
  *at++ = ':';
  *at++ = ' ';
  at = std::copy(value.begin(), value.end(), at);
  *at++ = '\r';
  *at = '\n';
}

void HeadWriter::field(HeaderId id, std::uint64_t number) {
  out_.append(header_name(id)).append(": ");
  append_number(out_, number);
  out_.append("\r\n");
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[kLongestNumber];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_chunk_size(std::string& out, std::uint64_t size) {
  char digits[kLongestNumber];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, size, 16).ptr).append("\r\n");
}

bool is_field_value(std::string_view value) {
  const char* const end = value.data() + value.size();
  return skip_text(value.data(), end) == end;
}

bool is_token(std::string_view name) { return !name.empty() && all_of(name, kToken); }

}  // namespace causeway::net
