#include "net/http1_request.h"

#include <algorithm>

#include "net/characters.h"
#include "net/refuse.h"

namespace causeway::net {
namespace {

constexpr std::size_t kLongestMethod = 32;
constexpr std::string_view kVersion = "HTTP/1.";

std::size_t skip(std::string_view bytes, std::size_t at, std::size_t end, Characters classes) {
  while (at < end && is(bytes[at], classes)) ++at;
  return at;
}

bool whole_escapes(std::string_view text) {
  for (std::size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 3)) {
    if (i + 2 >= text.size() || !is(text[i + 1], kHexDigit) || !is(text[i + 2], kHexDigit)) return false;
  }
  return true;
}

}  // namespace

void RequestHead::clear() {
  method = Method::kOther;
  method_name = target = path = query = authority = {};
  has_query = false;
  minor_version = 1;
  framing = BodyFraming::kNone;
  content_length = 0;
  keep_alive = true;
  expect_continue = false;
  connection.clear();
  headers.clear();
}

void RequestParser::reset() { *this = RequestParser(limits_); }

Result<std::size_t> RequestParser::parse(std::string_view received, RequestHead& head) {
  if (received.empty()) return 0;
  if (received.data() != base_) {
    reset();
    head.clear();
    base_ = received.data();
  }
  if (refusal_.reason == nullptr) refusal_ = step(received.substr(0, limits_.head), head);
  if (refusal_.reason == nullptr && state_ != State::kDone && received.size() >= limits_.head) {
    // A target that leaves no room for anything else is what is too long.
    refusal_ = state_ == State::kTarget ? Refusal{Code::kTargetTooLong, "target_size"}
                                        : Refusal{Code::kHeadersTooLarge, "head_size"};
  }
  if (refusal_.reason != nullptr) return refuse(refusal_.code, refusal_.reason);
  return state_ == State::kDone ? position_ : 0;
}

RequestParser::Refusal RequestParser::step(std::string_view bytes, RequestHead& head) {
  while (position_ < bytes.size() && state_ != State::kDone) {
    Refusal refusal;
    if (state_ == State::kFields) {
      refusal = step_fields(bytes, head);
      if (refusal.reason == nullptr && state_ != State::kDone) return {};
    } else {
      refusal = step_request_line(bytes, head);
    }
    if (refusal.reason != nullptr) return refusal;
  }
  return {};
}

RequestParser::Refusal RequestParser::step_request_line(std::string_view bytes, RequestHead& head) {
  const char byte = bytes[position_];
  switch (state_) {
    case State::kStart:
      if (byte == '\r' && position_ == 0) {
        ++position_;
        state_ = State::kStartLf;
        return {};
      }
      mark_ = position_;
      state_ = State::kMethod;
      return {};
    case State::kStartLf:
      if (byte != '\n') return malformed("bare_cr");
      ++position_;
      state_ = State::kStart;
      return {};
    case State::kMethod:
      return read_method(bytes, head);
    case State::kTarget:
      return read_target(bytes, head);
    case State::kVersion:
      if (position_ == mark_ && bytes.substr(position_).starts_with("HTTP/1.1\r\n")) {
        head.minor_version = 1;
        position_ += 10;
        state_ = State::kFields;
        return {};
      }
      return read_version(byte, head);
    case State::kVersionCr:
      if (byte != '\r') return malformed(byte == '\n' ? "bare_lf" : "version");
      ++position_;
      state_ = State::kVersionLf;
      return {};
    case State::kVersionLf:
      if (byte != '\n') return malformed("bare_cr");
      ++position_;
      state_ = State::kFields;
      return {};
    case State::kFields:
    case State::kDone:
      break;
  }
  return {};
}

RequestParser::Refusal RequestParser::read_method(std::string_view bytes, RequestHead& head) {
  const std::size_t most = std::min(bytes.size(), mark_ + kLongestMethod + 1);
  position_ = skip(bytes, position_, most, kToken);
  if (position_ - mark_ > kLongestMethod) return malformed("method");
  if (position_ == bytes.size()) return {};
  if (bytes[position_] != ' ' || position_ == mark_) return malformed("method");
  head.method_name = bytes.substr(mark_, position_ - mark_);
  head.method = method_of(head.method_name);
  if (head.method == Method::kTrace || head.method == Method::kConnect) return {Code::kMethodNotAllowed, "method"};
  mark_ = ++position_;
  state_ = State::kTarget;
  return {};
}

RequestParser::Refusal RequestParser::read_target(std::string_view bytes, RequestHead& head) {
  if (position_ == mark_) {
    const char first = bytes[position_];
    if (first != '/' && first != '*' && lower(first) != 'h') return malformed("target_form");
  }
  const std::size_t most = std::min(bytes.size(), mark_ + limits_.target + 1);
  position_ = skip(bytes, position_, most, kQueryByte);
  if (position_ - mark_ > limits_.target) return {Code::kTargetTooLong, "target_size"};
  if (position_ == bytes.size()) return {};
  if (bytes[position_] != ' ') return malformed("target_byte");
  head.target = bytes.substr(mark_, position_ - mark_);
  mark_ = ++position_;
  state_ = State::kVersion;
  return split_target(head);
}

// RFC 9112 3.2: the four forms; the authority form belongs to CONNECT.
RequestParser::Refusal RequestParser::split_target(RequestHead& head) {
  std::string_view rest = head.target;
  if (rest.front() == '*') {
    if (rest.size() != 1 || head.method != Method::kOptions) return malformed("target_form");
    head.path = rest;
    return {};
  }
  if (rest.front() != '/') {
    const bool plain = equals_ignoring_case(rest.substr(0, 7), "http://");
    if (!plain && !equals_ignoring_case(rest.substr(0, 8), "https://")) return malformed("target_form");
    rest.remove_prefix(plain ? 7 : 8);
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    head.authority = rest.substr(0, end);
    target_authority_ = parse_authority(head.authority);
    if (!target_authority_) return malformed("target_authority");
    default_port_ = plain ? 80 : 443;
    rest.remove_prefix(end);
  }
  const std::size_t question = std::min(rest.find('?'), rest.size());
  head.path = question == 0 ? std::string_view("/") : rest.substr(0, question);
  head.has_query = question != rest.size();
  if (head.has_query) head.query = rest.substr(question + 1);
  if (!all_of(head.path, kPathByte)) return malformed("target_byte");
  if (!whole_escapes(rest)) return malformed("target_escape");
  return {};
}

RequestParser::Refusal RequestParser::read_version(char byte, RequestHead& head) {
  const std::size_t place = position_ - mark_;
  ++position_;
  if (place < kVersion.size()) return byte == kVersion[place] ? Refusal() : malformed("version");
  if (!is(byte, kDigit)) return malformed("version");
  head.minor_version = byte == '0' ? 0 : 1;
  state_ = State::kVersionCr;
  return {};
}

RequestParser::Refusal RequestParser::step_fields(std::string_view bytes, RequestHead& head) {
  while (true) {
    switch (fields_.read(bytes, position_)) {
      case FieldLines::Event::kNeedMore:
        return {};
      case FieldLines::Event::kError:
        return malformed(fields_.reason());
      case FieldLines::Event::kEnd:
        state_ = State::kDone;
        return end_head(head);
      case FieldLines::Event::kField:
        if (Refusal refusal = add_field(fields_.name(bytes), fields_.value(bytes), head); refusal.reason != nullptr) {
          return refusal;
        }
    }
  }
}

RequestParser::Refusal RequestParser::add_field(std::string_view name, std::string_view value, RequestHead& head) {
  const HeaderField field{name, value, header_id(name)};
  if (head.headers.size() >= limits_.fields || !head.headers.add(name, value, field.id)) {
    return {Code::kHeadersTooLarge, "field_count"};
  }
  switch (field.id) {
    case HeaderId::kContentLength:
    case HeaderId::kTransferEncoding:
      return malformed(framing_.add(field, head.minor_version));
    case HeaderId::kHost: {
      if (head.headers.count(HeaderId::kHost) > 1) return malformed("several_hosts");
      const std::optional<Authority> host = parse_authority(value);
      if (!host) return malformed("host");
      if (target_authority_ && !target_authority_->same_as(*host, default_port_)) return malformed("host_and_target");
      head.authority = value;
      return {};
    }
    case HeaderId::kConnection:
      return malformed(head.connection.add(value));
    case HeaderId::kExpect:
      if (!equals_ignoring_case(value, "100-continue")) return {Code::kExpectationFailed, "expectation"};
      head.expect_continue = true;
      return {};
    default:
      return {};
  }
}

RequestParser::Refusal RequestParser::end_head(RequestHead& head) {
  if (head.minor_version > 0 && !head.headers.contains(HeaderId::kHost)) return malformed("host_missing");
  if (framing_.chunked()) {
    head.framing = BodyFraming::kChunked;
  } else if (framing_.length().value_or(0) > 0) {
    head.framing = BodyFraming::kLength;
    head.content_length = *framing_.length();
  }
  if (head.unexpected_body() && !limits_.allow_unexpected_body) return malformed("unexpected_body");
  // RFC 9110 10.1.1: ignored in HTTP/1.0 and where no body follows.
  head.expect_continue = head.expect_continue && head.minor_version > 0 && head.framing != BodyFraming::kNone;
  head.keep_alive = !head.connection.close() && (head.minor_version > 0 || head.connection.keep_alive());
  return {};
}

}  // namespace causeway::net
