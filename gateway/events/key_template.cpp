#include "events/key_template.h"

#include "core/json_scan.h"

namespace causeway::events {
namespace {

std::size_t blanks(std::string_view text) {
  const std::size_t found = text.find_first_not_of(" \t\r\n");
  return found == std::string_view::npos ? text.size() : found;
}

// `$result` of `$result.orderId`; empty for `.orderId`.
std::string_view leading_root(std::string_view text) {
  if (!text.starts_with('$')) return {};
  return text.substr(0, text.find_first_of(".[ \t\r\n}|"));
}

}  // namespace

class KeyTemplate::Parser {
 public:
  Parser(std::string_view text, std::span<const std::string_view> roots) : text_(text), roots_(roots) {}

  std::variant<KeyTemplate, Problem> parse() {
    while (at_ < text_.size()) {
      const std::size_t open = std::min(text_.find("{{", at_), text_.size());
      if (open > at_) add_text(std::string(text_.substr(at_, open - at_)));
      at_ = open;
      if (at_ == text_.size()) break;
      if (auto problem = insertion()) return std::move(*problem);
    }
    return std::move(result_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  void add_text(std::string text) {
    Part part;
    part.text = std::move(text);
    result_.parts_.push_back(std::move(part));
  }

  // From `{{` to behind `}}`.
  std::optional<Problem> insertion() {
    const std::size_t open = at_;
    at_ += 2;
    at_ += blanks(rest());
    std::size_t used = 0;
    if (auto literal = read_json_string(rest(), used)) {
      at_ += used;
      add_text(std::move(*literal));
    } else if (auto problem = path()) {
      return problem;
    }
    at_ += blanks(rest());
    if (at_ == text_.size()) return Problem{open, "a {{ has no }}"};
    if (!rest().starts_with("}}")) return beyond();
    at_ += 2;
    return std::nullopt;
  }

  std::optional<Problem> path() {
    if (rest().empty()) return Problem{text_.size(), "a {{ has no }}"};
    if (rest().starts_with("}}")) return Problem{at_, "a path such as .orderId was expected"};
    const std::string_view root = leading_root(rest());
    if (root.empty() && rest()[0] != '.') return beyond();
    Part part;
    part.is_path = true;
    while (part.root < roots_.size() && roots_[part.root] != root) ++part.root;
    if (part.root == roots_.size())
      return Problem{at_, root.empty() ? "a path begins with one of " + root_list()
                                       : "there is no " + std::string(root) + " here, only " + root_list()};
    at_ += root.size();
    const bool whole = !root.empty() && !rest().starts_with('.') && !rest().starts_with('[');
    if (!whole) {
      // A root is followed by its path as `.` is: `$result[0]` is `.[0]` of it.
      const bool dotless = rest().starts_with('[');
      const std::string text = (dotless ? "." : "") + std::string(rest());
      std::size_t used = 0;
      auto parsed = JsonPath::parse(text, used);
      if (auto* problem = std::get_if<Problem>(&parsed)) {
        problem->offset = at_ + problem->offset - (dotless && problem->offset > 0 ? 1 : 0);
        return std::move(*problem);
      }
      part.path = std::move(std::get<JsonPath>(parsed));
      at_ += used - (dotless ? 1 : 0);
    }
    result_.parts_.push_back(std::move(part));
    return std::nullopt;
  }

  std::string root_list() const {
    std::string list;
    for (const std::string_view root : roots_)
      (list += list.empty() ? "" : ", ") += root.empty() ? std::string_view(".") : root;
    return list;
  }

  Problem beyond() const { return {at_, "expressions beyond a path are not in this version"}; }

  std::string_view text_;
  std::span<const std::string_view> roots_;
  std::size_t at_ = 0;
  KeyTemplate result_;
};

std::variant<KeyTemplate, KeyTemplate::Problem> KeyTemplate::parse(std::string_view text,
                                                                   std::span<const std::string_view> roots) {
  return Parser(text, roots).parse();
}

bool KeyTemplate::uses(std::size_t root) const {
  for (const Part& part : parts_)
    if (part.is_path && part.root == root) return true;
  return false;
}

std::string KeyTemplate::render(std::span<const Bytes> documents) const {
  std::string key;
  for (const Part& part : parts_) {
    if (!part.is_path) {
      key += part.text;
      continue;
    }
    const Bytes raw = part.path.find(documents[part.root]);
    switch (json_kind(raw)) {
      case JsonKind::kString:
        key += *json_string_value(raw);
        break;
      case JsonKind::kNumber:
      case JsonKind::kBoolean:
        key += raw;
        break;
      default:
        return {};
    }
  }
  return key;
}

Bytes KeyTemplate::value(std::span<const Bytes> documents) const {
  return is_value() ? parts_[0].path.find(documents[parts_[0].root]) : Bytes();
}

}  // namespace causeway::events
