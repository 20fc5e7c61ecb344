#include "adapters/http/target_template.h"

#include "core/json_scan.h"
#include "exchange/header_templates.h"
#include "expression/configured.h"
#include "net/percent.h"

namespace causeway::adapters {
namespace {

using expression::Template;

bool has_template(std::string_view text) { return text.find("{{") != std::string_view::npos; }

/// `{id}` whole is a parameter; anything else is literal.
std::string whole_parameter(std::string_view text) {
  if (text.size() < 3 || text.front() != '{' || text.back() != '}' || has_template(text)) return {};
  return std::string(text.substr(1, text.size() - 2));
}

Error refused(std::string why) {
  Error error(Code::kTransformRefused);
  error.info().public_message = "cannot transform: " + std::move(why);
  error.info().reason = "bad_parameter";
  return error;
}

Error bad_parameter() {
  Error error(Code::kMalformedHttp);
  error.info().reason = "bad_parameter";
  return error;
}

Result<> append_value(const expression::Program& program, const CallValues::Context& context, runtime::Arena& arena,
                      std::pmr::string& out) {
  Result<Bytes> json = program.run_one(context.input, *context.values, &arena);
  if (!json) return std::move(json.error());
  if (json_kind(*json) == JsonKind::kNull) return refused("a part of the path that is called is null");
  const std::optional<std::string> text = json_string_value(*json);
  const Bytes value = text ? Bytes(*text) : *json;
  if (value.empty()) return refused("a part of the path that is called is empty");
  net::append_query_value(out, value);  // encodes all that means something in a segment
  return {};
}

}  // namespace

void TargetTemplate::set_path(const Text& path, const routing::PathTemplate& matched, expression::VariableSet allowed,
                              config::Errors& errors) {
  own_path_ = true;
  std::vector<Template::Part> parts{{*path, std::nullopt}};
  if (has_template(*path)) {
    const std::size_t before = errors.error_count();
    parts = expression::compile_template(path, allowed, errors).parts();
    if (errors.error_count() != before) return;
  }
  std::string shape;  // with a letter in the place of each value
  for (const Template::Part& part : parts) shape += part.program ? "x" : part.text;
  routing::TemplateError error;
  const auto whole = routing::PathTemplate::parse(shape, error);
  if (!whole || !(parts.front().program ? std::string() : parts.front().text).starts_with('/')) {
    errors.add(path.position, path.path, whole ? "expected a path that starts with \"/\"" : error.message);
    return;
  }
  for (std::string& message : routing::missing_parameters(*whole, matched)) {
    const std::string_view named = std::string_view(message).substr(0, message.find('}') + 1);
    const std::size_t at = named.starts_with('{') ? path->find(named) : std::string::npos;
    const auto place = *path == path.node.text() ? path.node.position_within(at) : std::nullopt;
    errors.add(place.value_or(path.position), path.path, std::move(message), "reference");
  }
  ends_with_slash_ = whole->ends_with_slash();
  split(parts);
}

void TargetTemplate::split(const std::vector<Template::Part>& parts) {
  std::string plain;                   // "/a/{id}": whole segments without values
  std::vector<Template::Part> pieces;  // of the segment at hand
  bool inserted = false;
  const auto end_plain = [&] {
    routing::TemplateError ignored;
    if (!plain.empty()) path_.push_back({*routing::PathTemplate::parse(plain, ignored), {}});
    plain.clear();
  };
  const auto end_segment = [&] {
    if (inserted) {
      end_plain();
      path_.push_back({{}, std::move(pieces)});
    } else {
      for (const Template::Part& piece : pieces) plain.append("/").append(piece.text);
    }
    pieces.clear();
    inserted = false;
  };
  for (const Template::Part& part : parts) {
    if (part.program) {
      pieces.push_back(part);
      inserted = true;
      continue;
    }
    std::string_view rest = part.text;
    for (;;) {
      const std::size_t slash = rest.find('/');
      const std::string_view text = rest.substr(0, slash);
      if (!text.empty()) pieces.push_back({std::string(text), std::nullopt});
      if (slash == std::string_view::npos) break;
      end_segment();
      rest.remove_prefix(slash + 1);
    }
  }
  end_segment();
  end_plain();
}

void TargetTemplate::set_query(const std::map<std::string, Text>& query, const routing::PathTemplate& matched,
                               expression::VariableSet allowed, config::Errors& errors,
                               const Template::FindSecret& secrets) {
  own_query_ = true;
  for (const auto& [name, value] : query) {
    QueryPart part{name, whole_parameter(*value), {}};
    if (part.parameter.empty()) part.value = expression::compile_template(value, allowed, errors, secrets);
    else if (!matched.uses(part.parameter))
      errors.add(value.position, value.path,
                 '{' + part.parameter + "} is not a parameter of \"" + matched.text() + '"');
    query_.push_back(std::move(part));
  }
}

expression::VariableSet TargetTemplate::uses() const {
  expression::VariableSet used;
  for (const Step& step : path_)
    for (const Template::Part& piece : step.pieces)
      if (piece.program) used.add(piece.program->uses());
  for (const QueryPart& part : query_) used.add(part.value.uses());
  return used;
}

bool TargetTemplate::uses_input() const {
  for (const Step& step : path_)
    for (const Template::Part& piece : step.pieces)
      if (piece.program && piece.program->uses_input()) return true;
  for (const QueryPart& part : query_)
    if (part.value.uses_input()) return true;
  return false;
}

Result<> TargetTemplate::render(Exchange& exchange, const CallValues::Context& context, std::pmr::string& out) const {
  if (!own_path_) out.append(exchange.request.path);
  else if (Result<> path = render_path(exchange, context, out); !path) return path;
  if (own_query_) return render_query(exchange, context, out);
  const net::RequestHead& head = *exchange.request.head;
  if (head.has_query) out.append("?").append(head.query);
  return {};
}

Result<> TargetTemplate::render_path(Exchange& exchange, const CallValues::Context& context,
                                     std::pmr::string& out) const {
  for (const Step& step : path_) {
    if (step.pieces.empty()) {
      if (!step.plain.render(exchange.match.parameters, out)) return bad_parameter();
      continue;
    }
    out += '/';
    const std::size_t begin = out.size();
    for (const Template::Part& piece : step.pieces) {
      if (!piece.program) {
        out += piece.text;
      } else if (Result<> appended = append_value(*piece.program, context, exchange.arena, out); !appended) {
        return appended;
      }
    }
    const std::string_view segment = std::string_view(out).substr(begin);
    if (segment == "." || segment == "..") return refused("a part of the path that is called is . or ..");
  }
  if (ends_with_slash_ && !out.ends_with('/')) out += '/';
  return {};
}

Result<> TargetTemplate::render_query(Exchange& exchange, const CallValues::Context& context,
                                      std::pmr::string& out) const {
  char separator = '?';
  const auto begin = [&](const QueryPart& part) {
    out.push_back(separator);
    separator = '&';
    net::append_query_value(out, part.name);
    out.push_back('=');
  };
  for (const QueryPart& part : query_) {
    if (!part.parameter.empty()) {
      // A parameter is a piece of the path with its escapes: decoded once, then encoded for where it goes.
      std::pmr::string value(&exchange.arena);
      if (!net::append_decoded(value, exchange.match.parameters.find(part.parameter).value_or("")))
        return bad_parameter();
      begin(part);
      net::append_query_value(out, value);
    } else if (part.value.is_literal()) {
      begin(part);
      net::append_query_value(out, part.value.literal());
    } else {
      auto value = render_optional(part.value, context.input, *context.values, exchange.arena);
      if (!value) return std::move(value.error());
      if (!*value) continue;
      begin(part);
      net::append_query_value(out, **value);
    }
  }
  return {};
}

}  // namespace causeway::adapters
