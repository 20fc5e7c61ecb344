#include "config/yaml_messages.h"

#include <yaml-cpp/exceptions.h>

#include <utility>

namespace causeway::config {
namespace {

namespace said = YAML::ErrorMsg;

const std::pair<std::string_view, std::string_view> kWords[] = {
    {said::MAP_VALUE,
     "this \":\" belongs to no key: look at the indentation, and for a missing \":\" on the line before; a text that "
     "holds "
     "\": \" is put in quotes"},
    {said::MAP_KEY, "no key may begin here; look at the indentation"},
    {said::BLOCK_ENTRY, "no list item may begin here; look at the indentation"},
    {said::END_OF_MAP,
     "neither a key of the mapping before nor its end: look at the indentation, and for a missing \":\""},
    {said::END_OF_SEQ,
     "neither an item of the list before nor its end: look at the indentation, and for a missing \"- \""},
    {said::END_OF_MAP_FLOW, "a \"{\" is open here: a \",\" or its \"}\" is missing"},
    {said::END_OF_SEQ_FLOW, "a \"[\" is open here: a \",\" or its \"]\" is missing"},
    {said::FLOW_END, "this bracket closes nothing that is open here: look for one that was left open, or one too many"},
    {said::UNKNOWN_TOKEN, "no value may begin with this character; a text that does is put in quotes"},
    {said::EOF_IN_SCALAR, "the file ends within a quoted text"},
    {said::DOC_IN_SCALAR, "a document marker stands within a quoted text"},
    {said::CHAR_IN_BLOCK,
     "unexpected text behind the sign of a block (\"|\", \">\"): the text begins on the next line"},
    {said::ZERO_INDENT_IN_BLOCK, "a block cannot be indented by 0"},
    {said::UNKNOWN_ANCHOR,
     "this alias names an anchor that is not defined before it; a text that begins with \"*\" is put in quotes"},
    {said::ALIAS_NOT_FOUND, "a \"*\" without a name; a text that begins with it is put in quotes"},
    {said::ANCHOR_NOT_FOUND, "a \"&\" without a name; a text that begins with it is put in quotes"},
    {said::CHAR_IN_ALIAS, "an alias ends here; a text that begins with \"*\" is put in quotes"},
    {said::CHAR_IN_ANCHOR, "an anchor ends here; a text that begins with \"&\" is put in quotes"},
    {said::ALIAS_CONTENT, "an alias can have neither anchor nor tag of its own"},
};

}  // namespace

std::string reworded(std::string_view text) {
  // A message may go on with a name, which may be a secret that lacks its quotes.
  for (const auto& [theirs, ours] : kWords)
    if (text.starts_with(theirs)) return std::string(ours);
  return std::string(text);
}

}  // namespace causeway::config
