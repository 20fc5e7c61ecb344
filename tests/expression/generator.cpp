#include "expression/generator.h"

#include <filesystem>
#include <fstream>
#include <set>

namespace causeway::expression {
namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t count) {
    std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return (mixed ^ (mixed >> 31)) % count;
  }

 private:
  std::uint64_t state_;
};

struct Mention {
  std::size_t begin = std::string_view::npos;
  std::size_t size = 0;
  std::string_view kind;
  std::string_view shape;  ///< empty: the same
};

/// The next `<KIND>` or `<KIND:SHAPE>`: letters and a star.
Mention next_mention(std::string_view text, std::size_t from) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*'; };
  for (std::size_t begin = text.find('<', from); begin != std::string_view::npos; begin = text.find('<', begin + 1)) {
    std::size_t end = begin + 1;
    while (end < text.size() && (is_letter(text[end]) || text[end] == ':')) ++end;
    if (end == begin + 1 || end == text.size() || text[end] != '>') continue;
    const std::string_view inside = text.substr(begin + 1, end - begin - 1);
    const std::size_t colon = inside.find(':');
    return {begin, inside.size() + 2, inside.substr(0, colon),
            colon == std::string_view::npos ? std::string_view() : inside.substr(colon + 1)};
  }
  return {};
}

std::string name_of_ways(std::string_view kind, std::string_view shape) {
  return std::string(kind) + ' ' + std::string(shape);
}

}  // namespace

struct Generator::Writing {
  const Generator& grammar;
  Dice dice;
  std::size_t longest;
  std::string text = {};

  void write(std::string_view kind, std::string_view shape, int depth) {
    const Ways* const ways = grammar.ways(kind, shape);
    if (!ways) return void(text += "null");
    const bool deep = (depth <= 0 || text.size() > longest) && !ways->last.empty();
    const std::vector<std::string>& choice = deep ? ways->last : ways->all;
    const std::string_view way = choice[dice.below(choice.size())];
    std::size_t at = 0;
    for (Mention inner = next_mention(way, 0); inner.begin != std::string_view::npos; inner = next_mention(way, at)) {
      text += way.substr(at, inner.begin - at);
      write(inner.kind, inner.shape.empty() ? shape : inner.shape, depth - 1);
      at = inner.begin + inner.size;
    }
    text += way.substr(at);
  }
};

Generator::Generator(const std::string& folder) {
  std::set<std::filesystem::path> files;  // in the order of their names, so that a seed means the same everywhere
  for (const auto& file : std::filesystem::directory_iterator(folder)) files.insert(file.path());
  std::map<std::string, std::vector<std::pair<std::string, std::string>>, std::less<>> lines;  // by kind
  std::set<std::string> shapes;
  for (const std::filesystem::path& file : files) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
      if (line.empty() || line[0] == '#') continue;
      const std::size_t first = line.find(' ');
      const std::size_t second = line.find(' ', first + 1);
      const std::string shape = line.substr(first + 1, second - first - 1);
      lines[line.substr(0, first)].emplace_back(shape, line.substr(second + 1));
      shapes.insert(shape);
    }
  }
  for (const auto& [kind, of_kind] : lines)
    for (const std::string& shape : shapes) {
      Ways ways;
      for (const auto& [of_shape, text] : of_kind) {
        if (of_shape != "*" && of_shape != shape) continue;
        ways.all.push_back(text);
        if (next_mention(text, 0).begin == std::string_view::npos) ways.last.push_back(text);
      }
      if (!ways.all.empty()) ways_.emplace(name_of_ways(kind, shape), std::move(ways));
    }
}

const Generator::Ways* Generator::ways(std::string_view kind, std::string_view shape) const {
  const auto found = ways_.find(name_of_ways(kind, shape));
  return found == ways_.end() ? nullptr : &found->second;
}

Generator::Case Generator::make(std::uint64_t seed) const {
  Writing program{*this, Dice(seed), 400};
  program.write("program", "*", 3 + static_cast<int>(program.dice.below(5)));
  Writing document{*this, Dice(~seed), 600};
  document.write("document", "*", 4);
  return {seed, std::move(program.text), std::move(document.text)};
}

std::vector<std::string> Generator::problems() const {
  std::vector<std::string> found;
  if (!ways("program", "*") || !ways("document", "*")) found.emplace_back("there is no program or no document");
  for (const auto& [name, ways] : ways_)
    for (const std::string& way : ways.all) {
      const std::string_view shape = std::string_view(name).substr(name.find(' ') + 1);
      std::size_t at = 0;
      for (Mention inner = next_mention(way, 0); inner.begin != std::string_view::npos; inner = next_mention(way, at)) {
        at = inner.begin + inner.size;
        if (!this->ways(inner.kind, inner.shape.empty() ? shape : inner.shape))
          found.push_back(name + ": nothing is " + std::string(inner.kind) + " in " + way);
      }
    }
  return found;
}

}  // namespace causeway::expression
