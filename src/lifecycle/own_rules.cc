#include "lifecycle/own_rules.h"

#include "base/text.h"
#include "expression/expression.h"
#include "learn/own_rule.h"

namespace assay::lifecycle {

namespace {

// What the rule needs that it may not have, as a clause; "" when there is nothing.
Result<std::string> NotToBeUsed(const OwnRule& rule, const Gathered& gathered, const std::vector<std::string>& leaky) {
  constexpr const char* kTooLate = ", which is known only after the decision";
  constexpr const char* kLeaks = ", which leaks";
  for (const std::string& name : expression::ColumnsOf(rule.expression)) {
    const std::int64_t found = gathered.examples.table->Find(name);
    if (found < 0) continue;  // the fit says what there is instead
    const std::string& column = gathered.examples.table->column(static_cast<std::size_t>(found)).name();
    if (base::IsAmong(leaky, column)) return "'" + column + "'" + kLeaks;
    for (const ExcludedColumn& excluded : gathered.excluded) {
      if (excluded.column != column) continue;
      if (excluded.part_of_outcome) return Error{ErrorCode::kInvalidInput, "own rule '" + rule.name + "' (" + rule.expression + ") is made of '" + column + "', which is part of the outcome; a rule may use what is known at the decision"};
      if (excluded.known_after) return "'" + column + "'" + kTooLate;
    }
  }
  for (const std::string& name : expression::ColumnsBeyondTheDay(rule.expression)) {
    if (base::IsAmong(leaky, "hour(" + name + ")")) return "the time of day in '" + name + "'" + kLeaks;
    if (const auto clock = gathered.clocks.find(base::Lowercase(name)); clock != gathered.clocks.end()) return "the time of day in '" + clock->second + "'" + kTooLate;
  }
  for (const std::string& part : expression::TimePartsOf(rule.expression)) {
    if (base::IsAmong(leaky, part)) return "'" + part + "'" + kLeaks;
  }
  return std::string();
}

}  // namespace

Result<std::vector<OwnRule>> UsableRules(const std::vector<OwnRule>& rules, const Gathered& gathered, const std::vector<std::string>& leaky, const RunContext& context, std::vector<std::string>* notes) {
  constexpr std::uint32_t kFirstRow[] = {0};
  std::vector<OwnRule> usable;
  for (const OwnRule& rule : rules) {
    const std::string why = ASSAY_TRY(NotToBeUsed(rule, gathered, leaky));
    if (!why.empty()) {
      notes->push_back("The own rule '" + rule.name + "' is left out: it needs " + why + ".");
      continue;
    }
    ASSAY_TRY(learn::FitOwnRule(rule.expression, gathered.examples, kFirstRow, context.Quiet()));
    usable.push_back(rule);
  }
  return usable;
}

}  // namespace assay::lifecycle
