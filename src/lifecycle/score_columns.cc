#include "lifecycle/score_columns.h"

#include <algorithm>

#include "base/text.h"
#include "expression/expression.h"

namespace assay::lifecycle {

Result<Needed> NeededFor(const std::vector<std::string>& wanted, const std::vector<learn::Derivation>& derivations) {
  // Lower-case name to the name as written. From the last derivation to the first: what one needs, an earlier one may make.
  std::vector<std::pair<std::string, std::string>> open;
  const auto want = [&](const std::string& name) {
    const std::string key = base::Lowercase(name);
    if (std::none_of(open.begin(), open.end(), [&](const auto& entry) { return entry.first == key; })) open.emplace_back(key, name);
  };
  for (const std::string& name : wanted) want(name);
  Needed needed;
  for (auto derivation = derivations.rbegin(); derivation != derivations.rend(); ++derivation) {
    const std::string key = base::Lowercase(derivation->name);
    const auto found = std::find_if(open.begin(), open.end(), [&](const auto& entry) { return entry.first == key; });
    if (found == open.end()) continue;
    open.erase(found);
    needed.derivations.insert(needed.derivations.begin(), *derivation);
    const expression::Expression parsed = ASSAY_TRY_WITH(expression::Expression::Parse(derivation->expression), "derived column '" + derivation->name + "'");
    for (const std::string& name : parsed.columns()) want(name);
  }
  for (const auto& [key, name] : open) needed.columns.push_back(name);
  return needed;
}

Result<table::Table> Derive(const table::Table& table, const std::vector<learn::Derivation>& derivations, const RunContext& context) {
  std::vector<table::Column> columns = table.columns();
  for (const learn::Derivation& derivation : derivations) {
    const table::Table so_far = ASSAY_TRY(table::Table::Create(columns));
    table::Column made = ASSAY_TRY(expression::EvaluateText(derivation.expression, "derived column '" + derivation.name + "'", so_far, derivation.name, context));
    const auto same = std::find_if(columns.begin(), columns.end(), [&](const table::Column& c) { return c.name() == derivation.name; });
    if (same != columns.end()) {
      *same = std::move(made);
    } else {
      columns.push_back(std::move(made));
    }
  }
  return table::Table::Create(std::move(columns));
}

}  // namespace assay::lifecycle
