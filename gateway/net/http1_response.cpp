#include "net/http1_response.h"

#include "net/characters.h"
#include "net/refuse.h"
#include "net/status.h"

namespace causeway::net {
namespace {

constexpr std::string_view kVersion = "HTTP/1.";

}  // namespace

void ResponseHead::clear() {
  status = 0;
  reason = {};
  minor_version = 1;
  framing = BodyFraming::kNone;
  content_length = 0;
  keep_alive = true;
  connection.clear();
  headers.clear();
}

void ResponseParser::next() {
  const int interim = interim_;
  reset();
  interim_ = interim;
}

void ResponseParser::reset() { *this = ResponseParser(limits_); }

Result<std::size_t> ResponseParser::parse(std::string_view received, Method request, ResponseHead& head) {
  if (received.empty()) return 0;
  if (received.data() != base_) {
    next();
    head.clear();
    base_ = received.data();
  }
  if (refusal_ == nullptr && state_ != State::kDone) refusal_ = step(received.substr(0, limits_.head), request, head);
  if (refusal_ == nullptr && state_ != State::kDone && received.size() >= limits_.head) refusal_ = "head_size";
  if (refusal_ != nullptr) return refuse(Code::kUpstreamNonsense, refusal_);
  return state_ == State::kDone ? position_ : 0;
}

const char* ResponseParser::step(std::string_view bytes, Method request, ResponseHead& head) {
  while (position_ < bytes.size()) {
    if (state_ == State::kFields) return step_fields(bytes, request, head);
    if (const char* reason = step_status_line(bytes, head)) return reason;
  }
  return nullptr;
}

const char* ResponseParser::step_status_line(std::string_view bytes, ResponseHead& head) {
  const char byte = bytes[position_];
  const std::size_t place = position_ - mark_;
  switch (state_) {
    case State::kVersion:
      if (place == 0 && bytes.substr(position_).starts_with("HTTP/1.1 ")) {
        head.minor_version = 1;
        mark_ = position_ += 9;
        state_ = State::kStatus;
        return nullptr;
      }
      ++position_;
      if (place < kVersion.size()) return byte == kVersion[place] ? nullptr : "version";
      if (place == kVersion.size()) {
        head.minor_version = byte == '0' ? 0 : 1;
        return is(byte, kDigit) ? nullptr : "version";
      }
      mark_ = position_;
      state_ = State::kStatus;
      return byte == ' ' ? nullptr : "version";
    case State::kStatus:
      if (!is(byte, kDigit)) return "status";
      ++position_;
      head.status = head.status * 10 + (byte - '0');
      if (place < 2) return nullptr;
      state_ = State::kStatusEnd;
      return head.status >= 100 && head.status < 600 && head.status != 101 ? nullptr : "status";
    case State::kStatusEnd:
      // The phrase may be missing, and with it, in practice, the blank before it.
      ++position_;
      mark_ = position_;
      state_ = byte == ' ' ? State::kReason : State::kLineLf;
      return byte == ' ' || byte == '\r' ? nullptr : "status";
    case State::kReason:
      position_ =
          static_cast<std::size_t>(skip_text(bytes.data() + position_, bytes.data() + bytes.size()) - bytes.data());
      if (position_ == bytes.size()) return nullptr;
      if (bytes[position_] != '\r') return bytes[position_] == '\n' ? "bare_lf" : "control_in_reason";
      head.reason = bytes.substr(mark_, position_ - mark_);
      ++position_;
      state_ = State::kLineLf;
      return nullptr;
    case State::kLineLf:
      ++position_;
      state_ = State::kFields;
      return byte == '\n' ? nullptr : "bare_cr";
    case State::kFields:
    case State::kDone:
      break;
  }
  return nullptr;
}

const char* ResponseParser::step_fields(std::string_view bytes, Method request, ResponseHead& head) {
  while (true) {
    switch (fields_.read(bytes, position_)) {
      case FieldLines::Event::kNeedMore:
        return nullptr;
      case FieldLines::Event::kError:
        return fields_.reason();
      case FieldLines::Event::kEnd:
        state_ = State::kDone;
        return end_head(request, head);
      case FieldLines::Event::kField:
        if (const char* reason = add_field(fields_.name(bytes), fields_.value(bytes), head)) return reason;
    }
  }
}

const char* ResponseParser::add_field(std::string_view name, std::string_view value, ResponseHead& head) {
  const HeaderField field{name, value, header_id(name)};
  if (head.headers.size() >= limits_.fields || !head.headers.add(name, value, field.id)) return "field_count";
  if (field.id == HeaderId::kConnection) return head.connection.add(value);
  return framing_.add(field, head.minor_version);
}

// RFC 9112 6.3: the request's method and the status go before the fields.
const char* ResponseParser::end_head(Method request, ResponseHead& head) {
  head.keep_alive = !head.connection.close() && (head.minor_version > 0 || head.connection.keep_alive());
  if (head.interim()) {
    if (framing_.chunked() || framing_.length()) return "interim_with_body";
    return ++interim_ > limits_.interim ? "many_interim" : nullptr;
  }
  if (request == Method::kHead || never_has_body(head.status)) {
    // 204 with a transfer coding (RFC 9112 6.1 forbids it): its writer may believe that a body follows.
    if (head.status == 204 && (framing_.chunked() || framing_.length().value_or(0) > 0)) head.keep_alive = false;
    return nullptr;
  }
  if (framing_.chunked()) {
    head.framing = BodyFraming::kChunked;
  } else if (!framing_.length()) {
    head.framing = BodyFraming::kUntilClose;
    head.keep_alive = false;
  } else if (*framing_.length() > 0) {
    head.framing = BodyFraming::kLength;
    head.content_length = *framing_.length();
  }
  return nullptr;
}

}  // namespace causeway::net
