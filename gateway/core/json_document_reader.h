// Reads a valid document: over the positions of its structure, so that each token is looked at once and its node
// written once: internal to core. What is not valid is only found to be so; json_document_problem.h says what is wrong
// with it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/json_document.h"
#include "core/json_name_marks.h"
#include "core/json_structure.h"

namespace causeway {

class JsonDocumentReader {
 public:
  /// Both outlive it.
  JsonDocumentReader(JsonDocument& document, const JsonReadOptions& options);

  /// False: the text is not one that JsonDocument::read takes.
  bool read();

 private:
  using Index = JsonDocument::Index;
  using Node = JsonDocument::Node;
  /// So many positions are at hand when a member is looked at: it needs six.
  static constexpr std::size_t kAhead = 8;

  /// Where reading is. It stays in registers: only what is inlined takes it.
  struct Place {
    std::uint32_t at = 0;                 ///< the next byte
    const std::uint32_t* next = nullptr;  ///< the next position of the structure
    std::uint32_t count = 0;              ///< of nodes
    Index open = JsonDocument::kNone;     ///< the innermost open container
    Index last = JsonDocument::kNone;     ///< its last child
    std::uint32_t size = 0;               ///< how many it has
    std::uint32_t depth = 0;              ///< how many containers are open
    char end = '\0';                      ///< of the innermost one: } or ]
    json::NameMarks::Row* row = nullptr;  ///< of its names; null: they are compared when it is closed
    std::uint32_t name = 0;               ///< of the next value
    std::uint32_t name_size = 0;
  };

  bool read_values();
  void allocate();
  const std::uint32_t* refill(const std::uint32_t* next);
  bool to_position(Place& place);
  bool pass_name(Place& place);
  bool is_new_name(Place& place);
  bool pass_scalar(Place& place);
  Node* add(Place& place, JsonKind kind);
  bool open(Place& place, JsonKind kind);
  bool close(Place& place);
  json::NameMarks::Row* row_of(const Place& place);
  bool finish(std::uint32_t at, std::uint32_t count);
  bool note_escapes();
  bool is_doubled(Bytes raw_name, Index object, std::uint32_t members) const;
  bool has_doubled_name(Index object) const;

  JsonDocument& document_;
  const JsonReadOptions options_;
  const char* text_;
  const char* text_end_;
  Node* nodes_ = nullptr;
  std::uint32_t capacity_ = 0;  // of nodes
  std::uint32_t most_deep_;
  std::uint32_t deepest_ = 0;
  bool blanks_ = false;
  std::uint32_t* end_ = nullptr;         // behind the last position
  const std::uint32_t* near_ = nullptr;  // behind it, more are needed
  json::Structure structure_;
  json::NameMarks marks_;
  std::array<std::uint32_t, json::Structure::kRoom + 2 * kAhead> positions_;
};

}  // namespace causeway
