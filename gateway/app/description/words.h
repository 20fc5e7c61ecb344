// How descriptions of keys are put into words: what the JSON Schema and the reference page have in common.
#pragma once

#include <string>
#include <string_view>

#include "config/keys.h"

namespace causeway::app {

/// `a cluster`, `an OAuth provider`
std::string with_article(std::string_view noun);
/// `addresses`, `listeners`, `retries`
std::string plural(std::string_view noun);
/// With a capital letter and a full stop.
std::string sentence(std::string_view text);

/// Those of the key, or of its type; without limits where there are none.
config::Range bounds_of(const config::KeyView& key);
/// `from 1ms to 5m`, `at least 1s`; empty when there are none worth a word.
std::string bounds_text(const config::KeyView& key);
/// `an expression`, `a template`, `name of a cluster`; empty for plain values.
std::string meaning_text(const config::Shape& shape);
/// Several sentences: what it is, its unit, its bounds, its default.
std::string description_of(const config::KeyView& key);

}  // namespace causeway::app
