#include "app/description/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "app/description/words.h"

namespace causeway::app {
namespace {

using config::Choice;
using config::KeysView;
using config::KeyView;
using config::Meaning;
using config::Shape;

/// What has a heading of its own: a mapping, or the names of a choice.
struct Section {
  std::string title;
  const KeysView* keys = nullptr;
  const std::vector<Choice>* choices = nullptr;
  std::vector<std::string> paths;  ///< where it may stand
};

/// As GitHub makes it of a heading.
std::string anchor_of(std::string_view title) {
  std::string anchor;
  for (const char c : title) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') || lower == '-' || lower == '_')
      anchor += lower;
    else if (lower == ' ') anchor += '-';
  }
  return anchor;
}

std::string link(std::string_view text, std::string_view title) {
  return fmt::format("[{}](#{})", text, anchor_of(title));
}

/// For a cell of a table.
std::string cell(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '|') made += '\\';
    made += c;
  }
  return made;
}

std::string code(std::string_view text) { return fmt::format("`{}`", text); }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + code(word);
  return text;
}

class Page {
 public:
  explicit Page(const std::vector<FileDescription>& files) {
    for (const FileDescription& file : files) {
      std::vector<std::size_t> sections;
      std::swap(sections, order_);
      add_keys(file.keys(), std::string(file.title), "");
      files_.push_back({&file, std::move(order_)});
      order_ = std::move(sections);
    }
  }

  std::string text() const {
    std::string out =
        "# Reference of the configuration\n\n"
        "Every key of every file. This page is made by `causeway reference` from the descriptions that the gateway "
        "reads\n"
        "its files by; [configuration.md](configuration.md) is the page to begin with, `causeway schema` gives the "
        "same to\n"
        "editors.\n\n";
    for (const auto& [file, order] : files_)
      out += fmt::format("- {}: {}\n", link(file->title, file->title), file->prose);
    out += types();
    for (const auto& [file, order] : files_) {
      for (const std::size_t index : order) {
        const Section& section = sections_[index];
        const bool whole_file = section.paths.front().empty();
        out += whole_file ? fmt::format("\n## {}\n{}\n", section.title, file->prose) : head(section);
        out += section.keys != nullptr ? table(*section.keys) : table(*section.choices);
      }
    }
    return out;
  }

 private:
  void add_keys(const KeysView& view, const std::string& title, const std::string& path) {
    if (!add_section(&view, {title, &view, nullptr, {path}})) return;
    // What is needed first: a route before the defaults of routes.
    for (const bool required : {true, false})
      for (const KeyView& key : view.keys)
        if (!key.later && key.required == required)
          add_shape(key.shape, path.empty() ? key.name : path + '.' + key.name);
  }

  void add_choices(const Shape& shape, const std::string& path) {
    if (!add_section(&shape.choices(), {shape.type, nullptr, &shape.choices(), {path}})) return;
    for (const Choice& choice : shape.choices())
      if (!choice.later) add_shape(choice.settings, path + '.' + choice.name);
  }

  void add_shape(const Shape& shape, const std::string& path) {
    switch (shape.form) {
      case Shape::Form::kStruct:
        return add_keys(shape.keys(), shape.keys().title, path);
      case Shape::Form::kTagged:
        return add_choices(shape, path);
      case Shape::Form::kList:
        return add_shape(shape.element.front(), path + "[]");
      case Shape::Form::kMap:
        return add_shape(shape.element.front(), path + ".NAME");
      default:
        for (const Shape& each : shape.element) add_shape(each, path);
        if (!shape.expected.empty()) types_.emplace(shape.type, shape.expected);
    }
  }

  /// False when it is there already: only the place is new.
  bool add_section(const void* id, Section section) {
    const auto [known, fresh] = index_.try_emplace(id, sections_.size());
    if (!fresh) {
      sections_[known->second].paths.push_back(section.paths.front());
      return false;
    }
    titles_.insert(section.title);
    order_.push_back(sections_.size());
    sections_.push_back(std::move(section));
    return true;
  }

  std::string types() const {
    std::string out =
        "\n## Types\n"
        "What a key expects decides how a value is read, quoted or not: `no` is a text where a text is expected.\n\n"
        "| type | written as |\n|---|---|\n";
    for (const auto& [type, expected] : types_) out += fmt::format("| {} | {} |\n", type, cell(expected));
    out +=
        "| true or false | `true`, `false`, `yes` or `no` |\n"
        "| text, number | as YAML has them |\n"
        "| path | of a file; a relative one starts at the file that says it |\n"
        "| secret | at least 16 bytes, best put in by a reference: `${env:NAME}`, `${file:path}` |\n"
        "| expression | [in jq's language](expressions.md) |\n"
        "| template | text in which `{{ expression }}` [puts in values](expressions.md) |\n";
    return out;
  }

  std::string head(const Section& section) const {
    std::string title = sentence(section.title);
    title.pop_back();
    std::string out = fmt::format("\n### {}\n{}", title, joined(section.paths));
    if (section.keys != nullptr && !section.keys->prose.empty()) out += ": " + sentence(section.keys->prose);
    return out + '\n';
  }

  std::string table(const KeysView& view) const {
    if (view.keys.empty()) return "\nIt has no keys: `{}`.\n";
    std::string out = "\n| key | type | default | what it is |\n|---|---|---|---|\n";
    for (const KeyView& key : view.keys) {
      if (key.later) continue;
      std::string fallback = key.default_text.empty() || key.default_text == "[]" ? "" : code(key.default_text);
      if (!key.default_prose.empty()) fallback = key.default_prose;
      out += fmt::format("| {} | {} | {} | {} |\n", code(key.name), cell(type_of(key.shape)),
                         key.required ? "**required**" : cell(fallback), cell(what(key)));
    }
    for (const config::KeyGroup& group : view.groups)
      out += fmt::format("\n{} of {}.\n", group.needed ? "Exactly one" : "At most one", joined(group.names));
    return out;
  }

  std::string table(const std::vector<Choice>& choices) const {
    std::string out = "\n| name | what it does |\n|---|---|\n";
    for (const Choice& choice : choices)
      if (!choice.later)
        out += fmt::format("| {} | {} |\n", link(code(choice.name), config::keys_of(choice.settings).title),
                           cell(choice.prose));
    return out;
  }

  static std::string what(const KeyView& key) {
    std::string text = key.prose;
    if (!key.unit.empty()) text += ", in " + key.unit;
    if (const std::string bounds = bounds_text(key); !bounds.empty()) text += " (" + bounds + ")";
    return text;
  }

  /// In a table; `many`: of the items of a list, the values of a mapping.
  std::string type_of(const Shape& shape, bool many = false) const {
    switch (shape.form) {
      case Shape::Form::kList:
        if (!shape.element.front().names.empty()) return "list of any of " + joined(shape.element.front().names);
        return "list of " + type_of(shape.element.front(), true);
      case Shape::Form::kMap:
        if (shape.element.front().form == Shape::Form::kAny) return "mapping";
        return "mapping of names to " + type_of(shape.element.front(), true);
      case Shape::Form::kStruct:
        return noun_link(shape.keys().title, many);
      case Shape::Form::kTagged:
        return noun_link(shape.type, many);
      case Shape::Form::kEither: {
        std::string text;
        for (const Shape& each : shape.element) text += (text.empty() ? "" : ", or ") + type_of(each, many);
        return text;
      }
      default:
        return (shape.has_auto ? "`auto` or " : "") + scalar_type(shape, many);
    }
  }

  std::string scalar_type(const Shape& shape, bool many) const {
    if (!shape.names.empty()) return joined(shape.names);
    if (shape.form == Shape::Form::kAny)
      return shape.meaning == Meaning::kTemplate ? "any value, its texts [templates](expressions.md)" : "any value";
    const auto noun = [many](const std::string& text) { return many ? plural(text) : text; };
    switch (shape.meaning) {
      case Meaning::kReference:
        if (many)
          return "names of " +
                 (titles_.contains(shape.refers_to) ? noun_link(shape.refers_to, true) : plural(shape.refers_to));
        return titles_.contains(shape.refers_to)
                   ? fmt::format("name of {}", link(with_article(shape.refers_to), shape.refers_to))
                   : meaning_text(shape);
      case Meaning::kExpression:
      case Meaning::kTemplate:
        return fmt::format("[{}](expressions.md)", noun(meaning_text(shape)));
      case Meaning::kPathTemplate:
        return meaning_text(shape);
      case Meaning::kPlain:
        break;
    }
    const std::string_view type(shape.type);
    return noun(std::string(shape.has_auto ? type.substr(std::string_view("auto or ").size()) : type));
  }

  static std::string noun_link(const std::string& title, bool many) {
    return link(many ? plural(title) : title, title);
  }

  struct File {
    const FileDescription* file;
    std::vector<std::size_t> order;
  };

  std::vector<Section> sections_;
  std::vector<std::size_t> order_;
  std::vector<File> files_;
  std::map<const void*, std::size_t> index_;
  std::set<std::string> titles_;
  std::map<std::string, std::string> types_;
};

}  // namespace

std::string markdown_of(const std::vector<FileDescription>& files) { return Page(files).text(); }

}  // namespace causeway::app
