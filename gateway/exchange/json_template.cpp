#include "exchange/json_template.h"

#include <memory_resource>
#include <utility>

#include "core/json_text.h"
#include "expression/configured.h"

namespace causeway {
namespace {

bool is_bare_json(const std::string& text) {
  const bool word = text == "true" || text == "false" || text == "null";
  const bool number = !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
  return word || (number && !check_json(text));
}

}  // namespace

JsonTemplate JsonTemplate::compile(const config::Node& node, expression::VariableSet allowed,
                                   config::Reading& reading) {
  JsonTemplate result;
  result.add(node, allowed, reading);
  return result;
}

void JsonTemplate::add(const config::Node& node, expression::VariableSet allowed, config::Reading& reading) {
  switch (node.kind()) {
    case config::Node::Kind::kNull:
      end_ += "null";
      break;
    case config::Node::Kind::kScalar: {
      if (!node.quoted() && is_bare_json(node.text())) {
        end_ += node.text();
      } else if (node.text().find("{{") == std::string::npos) {
        append_json_string(end_, node.text());
      } else {
        const config::Placed<std::string> text{node.text(), node.position(), reading.path(), node};
        auto value = expression::compile_template(text, allowed, reading.errors());
        if (value.is_literal()) append_json_string(end_, value.literal());
        else parts_.push_back({std::exchange(end_, {}), std::move(value)});
      }
      break;
    }
    case config::Node::Kind::kSequence: {
      end_ += '[';
      for (std::size_t i = 0; i < node.items().size(); ++i) {
        auto step = reading.enter(i);
        if (i > 0) end_ += ',';
        add(node.items()[i], allowed, reading);
      }
      end_ += ']';
      break;
    }
    case config::Node::Kind::kMapping: {
      end_ += '{';
      bool first = true;
      for (const auto& entry : node.entries()) {
        auto step = reading.enter(entry.key.text());
        if (!std::exchange(first, false)) end_ += ',';
        append_json_string(end_, entry.key.text());
        end_ += ':';
        add(entry.value, allowed, reading);
      }
      end_ += '}';
      break;
    }
  }
}

expression::VariableSet JsonTemplate::uses() const {
  expression::VariableSet used;
  for (const Part& part : parts_) used.add(part.value.uses());
  return used;
}

bool JsonTemplate::uses_input() const {
  for (const Part& part : parts_)
    if (part.value.uses_input()) return true;
  return false;
}

Result<Bytes> JsonTemplate::render(Bytes input, const expression::Values& values,
                                   std::pmr::memory_resource* memory) const {
  std::pmr::string text(memory);
  for (const Part& part : parts_) {
    text += part.before;
    Result<Bytes> value = part.value.value(input, values, memory);
    if (!value) return std::move(value.error());
    text += *value;
  }
  text += end_;
  char* place = static_cast<char*>(memory->allocate(text.size(), 1));
  text.copy(place, text.size());
  return Bytes(place, text.size());
}

}  // namespace causeway
