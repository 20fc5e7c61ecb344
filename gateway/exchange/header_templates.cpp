#include "exchange/header_templates.h"

#include "core/json_scan.h"
#include "expression/configured.h"
#include "net/characters.h"
#include "net/head_writer.h"
#include "net/header_rules.h"

namespace causeway {

bool check_header_name(const std::string& name, const config::Placed<std::string>& at, config::Errors& errors) {
  if (!net::is_token(name)) {
    errors.add(at.position, at.path, "a header's name is a token, got " + config::quote(name), "expected");
    return false;
  }
  if (net::is_configurable(name)) return true;
  errors.add(at.position, at.path, "the header " + name + " is the gateway's own", "conflict");
  return false;
}

HeaderTemplates HeaderTemplates::compile(const HeaderSettings& settings, expression::VariableSet allowed,
                                         config::Errors& errors, const expression::Template::FindSecret& secrets) {
  HeaderTemplates result;
  for (const auto& [name, text] : settings) {
    if (!check_header_name(name, text, errors)) continue;
    if (!net::is_field_value(*text) && text->find("{{") == std::string::npos) {
      errors.add(text.position, text.path, "the value of the header " + name + " has control characters", "expected");
      continue;
    }
    result.fields_.push_back({name, expression::compile_template(text, allowed, errors, secrets)});
  }
  return result;
}

expression::VariableSet HeaderTemplates::uses() const {
  expression::VariableSet used;
  for (const Field& field : fields_) used.add(field.value.uses());
  return used;
}

bool HeaderTemplates::uses_input() const {
  for (const Field& field : fields_)
    if (field.value.uses_input()) return true;
  return false;
}

Result<HeaderChange> HeaderTemplates::render(std::size_t index, Bytes input, const expression::Values& values,
                                             runtime::Arena& arena) const {
  const Field& field = fields_[index];
  if (field.value.is_literal()) return HeaderChange{field.name, net::trim_blanks(field.value.literal())};
  Result<std::optional<std::string_view>> text = render_optional(field.value, input, values, arena);
  if (!text) return std::move(text.error());
  if (*text && !net::is_field_value(**text)) {
    Error error(Code::kTransformRefused);
    error.info().public_message =
        "cannot transform: the value for the header " + field.name + " has control characters";
    return error;
  }
  if (*text) return HeaderChange{field.name, net::trim_blanks(**text)};
  return HeaderChange{field.name, std::nullopt};
}

Result<std::optional<std::string_view>> render_optional(const expression::Template& text, Bytes input,
                                                        const expression::Values& values, runtime::Arena& arena) {
  using Text = std::optional<std::string_view>;
  if (!text.is_value()) {
    std::pmr::string out(&arena);
    if (Result<> done = text.render(input, values, out); !done) return std::move(done.error());
    return Text(arena.copy(out));
  }
  Result<Bytes> json = text.value(input, values, &arena);
  if (!json) return std::move(json.error());
  if (json_kind(*json) == JsonKind::kNull) return Text();
  if (const auto said = json_string_value(*json)) return Text(arena.copy(*said));
  return Text(*json);
}

}  // namespace causeway
