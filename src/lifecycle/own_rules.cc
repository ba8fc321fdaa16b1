#include "lifecycle/own_rules.h"

#include "base/text.h"
#include "expression/expression.h"

namespace assay::lifecycle {

Result<std::string> ColumnKnownTooLate(const OwnRule& rule, const Gathered& gathered) {
  for (const std::string& name : expression::ColumnsOf(rule.expression)) {
    const std::int64_t found = gathered.examples.table->Find(name);
    if (found < 0) continue;  // the fit says what there is instead
    const std::string& column = gathered.examples.table->column(static_cast<std::size_t>(found)).name();
    for (const ExcludedColumn& excluded : gathered.excluded) {
      if (excluded.column != column) continue;
      if (excluded.part_of_outcome) return Error{ErrorCode::kInvalidInput, "own rule '" + rule.name + "' (" + rule.expression + ") is made of '" + column + "', which is part of the outcome; a rule may use what is known at the decision"};
      if (excluded.known_after) return "'" + column + "'";
    }
  }
  for (const std::string& name : expression::ColumnsBeyondTheDay(rule.expression)) {
    if (const auto clock = gathered.clocks.find(base::Lowercase(name)); clock != gathered.clocks.end()) return "the time of day in '" + clock->second + "'";
  }
  return std::string();
}

}  // namespace assay::lifecycle
