#include "net/field_lines.h"

#include "net/characters.h"

namespace causeway::net {

// `at` is the caller's local, so that it can live in a register: a byte that is read might otherwise be it.
inline FieldLines::Event FieldLines::read_from(const char* data, std::size_t size, std::size_t& at) {
  while (at < size) {
    switch (state_) {
      case State::kLineStart:
        if (data[at] == '\r') {
          ++at;
          state_ = State::kEndLf;
          break;
        }
        if (is_blank(data[at])) return fail("folded_line");
        if (data[at] == '\n') return fail("bare_lf");
        if (data[at] == ':') return fail("field_name");
        name_begin_ = at;
        state_ = State::kName;
        [[fallthrough]];
      case State::kName:
        while (at < size && is(data[at], kToken)) ++at;
        if (at == size) break;
        if (data[at] != ':') return fail(is_blank(data[at]) ? "blank_in_field_name" : "field_name");
        name_end_ = at++;
        state_ = State::kBlanks;
        break;
      case State::kBlanks:
        while (at < size && is_blank(data[at])) ++at;
        if (at == size) break;
        value_begin_ = at;
        state_ = State::kValue;
        [[fallthrough]];
      case State::kValue:
        at = static_cast<std::size_t>(skip_text(data + at, data + size) - data);
        if (at == size) break;
        if (data[at] != '\r') return fail(data[at] == '\n' ? "bare_lf" : "control_in_value");
        value_end_ = at++;
        while (value_end_ > value_begin_ && is_blank(data[value_end_ - 1])) --value_end_;
        state_ = State::kValueLf;
        break;
      case State::kValueLf:
        if (data[at] != '\n') return fail("bare_cr");
        ++at;
        state_ = State::kLineStart;
        return Event::kField;
      case State::kEndLf:
        if (data[at] != '\n') return fail("bare_cr");
        ++at;
        return Event::kEnd;
    }
  }
  return Event::kNeedMore;
}

FieldLines::Event FieldLines::read(std::string_view bytes, std::size_t& position) {
  std::size_t at = position;
  const Event event = read_from(bytes.data(), bytes.size(), at);
  position = at;
  return event;
}

}  // namespace causeway::net
