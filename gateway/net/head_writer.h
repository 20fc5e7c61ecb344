// Writes HTTP/1.1 heads, to callers and to systems. The one place where header bytes leave the gateway.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/headers.h"

namespace causeway::net {

/// Appends to a buffer that outlives it, typically a connection's. A name that is no token, or a value with anything
/// but HTAB, SP, VCHAR and obs-text (RFC 9110 5.5) is not written, and the call returns false: nothing that we were
/// handed can start a line. Not thread safe.
class HeadWriter {
 public:
  explicit HeadWriter(std::string& out) : out_(out) {}

  /// `METHOD target HTTP/1.1`. False, and nothing written, unless method is a token and target has only bytes of RFC
  /// 3986.
  bool request_line(std::string_view method, std::string_view target);
  /// As above; the target is put together from its parts.
  bool request_line(std::string_view method, std::string_view path, bool has_query, std::string_view query);
  /// `HTTP/1.1 status phrase`, for 100 to 999.
  void status_line(int status);

  bool field(std::string_view name, std::string_view value);
  bool field(HeaderId id, std::string_view value);
  /// A known id is trusted: its name is a token in whatever case.
  bool field(const HeaderField& header);
  void field(HeaderId id, std::uint64_t number);
  void content_length(std::uint64_t length) { field(HeaderId::kContentLength, length); }
  void chunked() { field(HeaderId::kTransferEncoding, std::string_view("chunked")); }
  void connection_close() { field(HeaderId::kConnection, std::string_view("close")); }

  /// The empty line.
  void end() { out_.append("\r\n", 2); }

 private:
  void append(std::string_view name, std::string_view value);

  std::string& out_;
};

/// Appends the decimal digits.
void append_number(std::string& out, std::uint64_t number);
/// Appends what goes before a chunk of `size` > 0 bytes; the chunk and CRLF follow (RFC 9112 7.1).
void append_chunk_size(std::string& out, std::uint64_t size);
inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// May it stand as a field value / name?
bool is_field_value(std::string_view value);
bool is_token(std::string_view name);

}  // namespace causeway::net
