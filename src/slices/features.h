// Features cut into atoms: what slices and parts of a change are described by.
//
// A category's or boolean's values are its atoms; so are the values of a number or time that has few, any other is cut into bins of
// about equal counts. Rows without a value form an atom of their own. A predicate is an atom, or a run of neighbouring ones.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "table/table.h"

namespace assay::slices {

// Operators as reports write them: "=", "range", "missing".
enum class Operator { kEquals, kRange, kMissing };
const char* OperatorName(Operator op);

struct Atom {
  Operator op = Operator::kEquals;
  std::string value;           // kEquals: the value as people read it
  double low = 0, high = 0;    // of a number or time, kEquals and kRange: low <= x < high, high being the next atom's low; NaN = open
  std::int64_t rows = 0;       // that have it
};

// Immutable; copies share nothing. Thread-safe to read.
struct Feature {
  std::string name;
  std::string expression;  // as an EXPR, for people to filter by
  table::ColumnType type = table::ColumnType::kCategory;
  // Atoms of a number or time stand in its order, categories in the dictionary's; the one for missing values, where there is one, is last.
  std::vector<Atom> atoms;
  // Per row its atom; the largest value of the width for rows whose value is too rare to have one.
  std::variant<std::vector<std::uint8_t>, std::vector<std::uint16_t>> atom_of_row;
  std::int64_t rare_rows = 0;  // rows without an atom

  bool has_missing() const { return !atoms.empty() && atoms.back().op == Operator::kMissing; }
  // Whether neighbouring atoms may be joined to a range.
  bool ordered() const { return type == table::ColumnType::kNumber || type == table::ColumnType::kTime; }
  std::size_t num_known() const { return atoms.size() - (has_missing() ? 1 : 0); }
};

// Calls use(row, atom) for each row that has an atom, in order.
template <class Use>
void ForEachAtom(const Feature& feature, const Use& use) {
  std::visit(
      [&](const auto& atoms) {
        using Width = typename std::decay_t<decltype(atoms)>::value_type;
        constexpr Width kNone = static_cast<Width>(~Width{0});
        for (std::size_t i = 0; i < atoms.size(); ++i) {
          if (atoms[i] != kNone) use(i, static_cast<std::uint32_t>(atoms[i]));
        }
      },
      feature.atom_of_row);
}

struct FeatureOptions {
  std::int64_t bins = 10;        // a number with more distinct values is cut into at most that many bins; 1 .. 250
  std::int64_t least_rows = 1;   // a value that fewer rows have gets no atom: it can support nothing

  Result<void> Validate() const;  // kInvalidInput
};

// Of the rows given, in their order (all rows where `rows` is empty). kTooLarge, naming the column, when more than 60,000 values have
// `least_rows`. Cost: a sort for each number, else one pass; a byte or two per row.
Result<Feature> CutFeature(const table::Column& column, std::span<const std::uint32_t> rows, const FeatureOptions& options);
// Of each column, side by side on the pool of `context`, with progress.
Result<std::vector<Feature>> CutFeatures(const table::Table& table, std::span<const std::size_t> columns, std::span<const std::uint32_t> rows, const FeatureOptions& options, const RunContext& context);

// The same feature for some rows, in their order: all atoms stay, with their rows counted anew.
Feature Taken(const Feature& feature, std::span<const std::uint32_t> rows);

// A condition on one feature: neighbouring atoms `first` .. `last`, one atom where they are equal.
struct Predicate {
  std::uint32_t feature = 0;  // index
  std::uint32_t first = 0, last = 0;

  bool operator==(const Predicate&) const = default;
  auto operator<=>(const Predicate&) const = default;
};

Operator OperatorOf(const Feature& feature, const Predicate& predicate);
// "race = White", "42 <= age < 60", "age < 42", "60 <= age", "age is known", "age is missing".
std::string PredicateText(const Feature& feature, const Predicate& predicate);
// The same as an EXPR: "race" = 'White'.
std::string PredicateExpression(const Feature& feature, const Predicate& predicate);
// Joined by "and", in the order given; "every row" for none.
std::string DescriptionText(std::span<const Feature> features, std::span<const Predicate> predicates);
std::string DescriptionExpression(std::span<const Feature> features, std::span<const Predicate> predicates);

}  // namespace assay::slices
