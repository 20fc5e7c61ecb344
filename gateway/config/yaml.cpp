#include "config/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "config/yaml_builder.h"
#include "config/yaml_messages.h"
#include "config/yaml_source.h"

namespace causeway::config {
namespace {

constexpr int kLongestKey = 1024;  // YAML 1.2.2, 7.4.2 and 8.2.2

/// Sees whether anything follows the first document.
class SecondDocument final : public YAML::EventHandler {
 public:
  struct Found {
    YAML::Mark mark;
  };
  void OnDocumentStart(const YAML::Mark& mark) override { throw Found{mark}; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

void report_syntax(const YAML::Exception& error, YamlSource& source, Errors& errors) {
  const auto report = [&errors](const Position& at, std::string message) {
    errors.add(at, {}, std::move(message), "syntax");
  };
  if (error.mark.is_null()) return report(source.position(0, 0), reworded(error.msg));
  if (const std::optional<Position> tab = source.tab_indenting(error.mark))
    return report(*tab, "a tab in the indentation; YAML indents by blanks only");
  if (const auto quote = source.long_quote_before(error.mark))
    return report(quote->at,
                  fmt::format("this quote is closed only on line {}, where text goes on behind it: is its own "
                              "end missing?",
                              quote->end_line));
  const Position at = source.position(error.mark);
  if (error.msg == YAML::ErrorMsg::MAP_VALUE && error.mark.column > kLongestKey)
    return report(at, fmt::format("a key has at most {} characters", kLongestKey));
  if (error.msg == YAML::ErrorMsg::UNKNOWN_TOKEN && source.from(error.mark).starts_with('?'))
    return report(at, "in { } and [ ] a text with \"?\" is put in quotes");
  report(at, reworded(error.msg));
}

/// The document, nothing after an error that ends the reading of the file.
std::optional<Node> parse(YamlSource& source, Errors& errors) {
  YamlBuilder builder(source, errors);
  std::istringstream stream{std::string(source.text())};
  YAML::Parser parser(stream);
  try {
    if (!parser.HandleNextDocument(builder)) return Node::null(source.position(1, 0));
    SecondDocument rest;
    parser.HandleNextDocument(rest);
    return builder.take();
  } catch (const SecondDocument::Found& found) {
    const bool marked = source.from(found.mark).starts_with("---");
    errors.add(
        source.position(found.mark), {},
        marked ? "a second document starts here; a file holds one" : "unexpected text after the end of the document",
        "syntax");
  } catch (const YamlBuilder::Bound& bound) {
    errors.add(bound.at, {}, bound.message, "limit");
  } catch (const YAML::Exception& error) {
    report_syntax(error, source, errors);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Node> read_yaml(std::string_view text, const std::string& file, Errors& errors) {
  errors.announce(file);
  YamlSource source(text, file);
  if (text.size() > kMaximumFileSize) {
    errors.add(source.position(0, 0), {}, "larger than 8 MiB", "limit");
    return std::nullopt;
  }
  if (const std::optional<YamlSource::Fault> fault = source.find_fault()) {
    errors.add(fault->at, {}, fault->message, "syntax");
    return std::nullopt;
  }
  try {
    return parse(source, errors);
  } catch (const std::exception& error) {
    // yaml-cpp uses the standard library's exceptions for some of its own mistakes.
    errors.add(source.position(0, 0), {}, std::string("cannot be read as YAML: ") + error.what(), "syntax");
    return std::nullopt;
  }
}

std::optional<Node> read_yaml_file(const std::filesystem::path& path, const std::string& name, Errors& errors) {
  errors.announce(name);
  const auto fail = [&](int reason) {
    errors.add({std::make_shared<const std::string>(name)}, {}, std::string("cannot be read: ") + std::strerror(reason),
               "include");
    return std::nullopt;
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return fail(EISDIR);
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream.is_open()) return fail(errno);
  std::string text(kMaximumFileSize + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return fail(EIO);
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return read_yaml(text, name, errors);
}

}  // namespace causeway::config
