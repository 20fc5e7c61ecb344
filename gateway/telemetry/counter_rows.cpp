#include "telemetry/counter_rows.h"

#include <new>

namespace causeway::telemetry {

CounterRows::CounterRows(std::size_t capacity)
    : mask_(capacity - 1), rows_(static_cast<Row*>(std::calloc(capacity + 1, sizeof(Row)))) {
  if (!rows_) throw std::bad_alloc();
}

}  // namespace causeway::telemetry
