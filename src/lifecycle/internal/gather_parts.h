// The steps of gathering: which rows stay, which columns may be features.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lifecycle/gather.h"
#include "lifecycle/internal/withheld.h"

namespace assay::lifecycle {

// The table with the problem's derived columns, one after another: a later one may use an earlier one. One of the same name
// repairs the column; how much it changed is said in `notes`.
Result<std::shared_ptr<const table::Table>> WithDerived(const Problem& problem, const std::shared_ptr<const table::Table>& table, const RunContext& context, std::vector<std::string>* notes);

// Columns that the problem's EXPRs name.
struct Roles {
  std::vector<std::string> time, unit, query;
  Withheld withheld;
};
// Also that every column named in features, exclude and known_after exists.
Result<Roles> RolesOf(const Problem& problem, const table::Table& table);

// Columns of the table and, behind them, calendar parts of time columns that are features, or of the time of the decision. A column of the data
// that is named like such a part stands for itself, which `notes` say.
struct ChosenColumns {
  std::vector<table::Column> columns;
  std::vector<learn::Feature> features;
  std::vector<learn::Derivation> derivations;
};
Result<ChosenColumns> ChooseFeatures(const Problem& problem, const Roles& roles, const table::Table& table, const RunContext& context, std::vector<ExcludedColumn>* excluded, std::vector<std::string>* notes);

// Fills source_rows: first the named exclusions, each counted, then the row filter, missing outcomes (NaN), small queries.
// kInvalidInput when no row is left.
Result<void> KeepRows(const Problem& problem, const std::vector<double>& outcome, const std::optional<table::Column>& query, const table::Table& table, const RunContext& context, Gathered* gathered);

}  // namespace assay::lifecycle
