// The key of an event from its template, such as `{{ .warehouseId }}:{{ .skuId }}`: the `key` of a topic, of a route's
// publish.
#pragma once

#include <memory_resource>
#include <string>

#include "core/result.h"
#include "expression/template.h"

namespace causeway::events {

/// Strings are put in as they say, numbers with their digits, true and false as they are. Where one value is null, an
/// object or an array, or an expression gives nothing, there is no key at all: empty. Errors: kTransformRefused where
/// an expression fails or gives several values. `input` is valid JSON. Thread safe.
Result<std::string> render_key(const expression::Template& key, Bytes input, const expression::Values& values,
                               std::pmr::memory_resource* memory);
/// The same over the event's data alone. `expressions`: what it runs within; null: the defaults.
Result<std::string> render_key(const expression::Template& key, Bytes data,
                               const expression::Surroundings* expressions = nullptr);
/// A topic's key. Whoever publishes may bring data of any shape: where the key fails over it there is none.
std::string topic_key(const expression::Template& key, Bytes data,
                      const expression::Surroundings* expressions = nullptr);

}  // namespace causeway::events
