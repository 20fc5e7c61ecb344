// A value that remembers where it was written, for errors that are found later (references, doubled names).
#pragma once

#include <string>
#include <utility>

#include "config/values.h"

namespace causeway::config {

template <class T>
struct Placed {
  T value{};
  Position position;
  std::string path;  ///< `clusters[0].name`
  Node node{};       ///< what it was read from; null when it was not

  const T& operator*() const { return value; }
  const T* operator->() const { return &value; }
};

template <class T>
struct Value<Placed<T>> {
  static bool read_into(const Node& node, Reading& reading, Placed<T>& out, const Range* range) {
    out.position = node.position();
    out.path = reading.path();
    out.node = node;
    return Value<T>::read_into(node, reading, out.value, range);
  }
  static Shape shape() { return Value<T>::shape(); }
  static std::string text(const Placed<T>& placed) { return Value<T>::text(placed.value); }
};

}  // namespace causeway::config
