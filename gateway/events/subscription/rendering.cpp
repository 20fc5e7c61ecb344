#include "events/subscription/rendering.h"

#include "net/characters.h"
#include "net/percent.h"

namespace causeway::events {
namespace {

using expression::Template;
using expression::Values;

constexpr char kNoSegment = '\0';  // in no literal and in no encoded value

void append_segment(std::pmr::string& out, std::string_view value) {
  if (!net::append_path_segment(out, value)) out.push_back(kNoSegment);
}

Result<> render(std::string_view key, const Template& text, Bytes sent, const Values& values, std::pmr::string& out,
                Template::Append append = nullptr) {
  if (text.is_literal()) {
    out.append(text.literal());
    return {};
  }
  Result<> done = text.render(sent, values, out, append);
  if (!done) return under_key(key, done.error());
  return {};
}

Values of_event(Bytes event, const DeliveryTarget& target) {
  Values values;
  values.surround(target.expressions.get());
  values.set(expression::Variable::kEvent, event);
  return values;
}

}  // namespace

Result<Bytes> render_sent(const SubscriptionSpec& spec, Bytes event, std::pmr::memory_resource* memory) {
  Result<Bytes> sent = spec.rules.transform(event, memory);
  if (!sent || !spec.target.body) return sent;
  Result<Bytes> body = spec.target.body->value(*sent, of_event(event, spec.target), memory);
  if (!body) return under_key("body", body.error());
  return body;
}

Result<> render_call(const DeliveryTarget& target, Bytes sent, Bytes event, RenderedCall& out) {
  const Values values = of_event(event, target);
  Result<> path = render("path", target.path, sent, values, out.target, append_segment);
  if (!path) return path;
  if (out.target.find(kNoSegment) != std::string_view::npos)
    return Error(Code::kTransformRefused, "path: an inserted value is empty, \".\" or \"..\"");
  char separator = '?';
  for (const auto& [name, text] : target.query) {
    out.target.push_back(std::exchange(separator, '&'));
    out.target.append(name).push_back('=');
    std::pmr::string value(out.target.get_allocator());
    Result<> rendered = render("query." + name, text, sent, values, value);
    if (!rendered) return rendered;
    net::append_query_value(out.target, value);
  }
  out.headers.reserve(target.headers.size());
  for (const auto& [name, text] : target.headers) {
    std::pmr::string& value = out.headers.emplace_back(name, std::pmr::string(out.target.get_allocator())).second;
    Result<> rendered = render("headers." + name, text, sent, values, value);
    if (!rendered) return rendered;
    if (!net::all_of(value, net::kText))
      return Error(Code::kTransformRefused, "headers." + name + ": an inserted value has control characters");
  }
  return {};
}

}  // namespace causeway::events
