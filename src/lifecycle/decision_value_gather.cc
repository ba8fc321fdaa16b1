// Rows with a score, an outcome and amounts of money from a file.
#include <algorithm>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/decision_value.h"
#include "lifecycle/gather.h"
#include "lifecycle/internal/flag_columns.h"

namespace assay::lifecycle {

namespace {

using table::Column;

constexpr double kLargestAmount = 1e100;  // squares of more, summed over rows, would not be numbers
constexpr const char* kKeys[] = {"tp", "fp", "tn", "fn"};
constexpr const char* kCells[] = {"true_positive", "false_positive", "true_negative", "false_negative"};

std::string NameOf(const DecisionValueProblem& problem, std::size_t cell) {
  return problem.amounts_from + (problem.amounts_from == "--gain" ? std::string(" ") + kKeys[cell] : std::string(": value.") + kCells[cell]);
}

const std::string* TextsOf(const objectives::GainTexts& gains, std::size_t cell) {
  const std::string* texts[] = {&gains.true_positive, &gains.false_positive, &gains.true_negative, &gains.false_negative};
  return texts[cell];
}

// As people find it: of a sample the file's own number is not known.
std::string RowName(const DecisionValueProblem& problem, std::uint32_t row) { return "row " + std::to_string(row + 1) + (problem.sample_rows > 0 ? " of the sample" : ""); }

struct Kept {
  learn::Rows rows;
  std::vector<double> scores;
};

Result<Kept> RowsKept(const DecisionValueProblem& problem, const table::Table& table, const std::vector<double>& outcomes, std::vector<std::string>* notes, const RunContext& context) {
  const std::vector<double> scores = ASSAY_TRY(NumbersOf(problem.score, "--score", "a number", table, context));
  const std::vector<bool> kept = ASSAY_TRY(RowsKeptByWhere(problem.where, table, notes, context));
  Kept result;
  std::int64_t without_score = 0, without_outcome = 0;
  for (std::uint32_t i = 0; i < scores.size(); ++i) {
    if (!kept[i]) continue;
    if (std::isnan(scores[i])) {
      ++without_score;
    } else if (std::isnan(outcomes[i])) {
      ++without_outcome;
    } else if (outcomes[i] != 0 && outcomes[i] != 1) {
      return Error{ErrorCode::kInvalidInput, "--outcome: " + RowName(problem, i) + " has the outcome " + base::ShortestNumber(outcomes[i]) + ", expected 0 or 1; state a condition, like --outcome '" + problem.outcome + " > 0'"};
    } else {
      result.rows.push_back(i);
      result.scores.push_back(scores[i]);
    }
  }
  if (without_score > 0) notes->push_back(base::Counted(without_score, "row has no score (missing, or not a finite number) and is left out", "rows have no score (missing, or not a finite number) and are left out"));
  if (without_outcome > 0) notes->push_back(base::Counted(without_outcome, "row has no outcome and is left out", "rows have no outcome and are left out"));
  if (result.rows.empty()) {
    const bool all_dropped = without_score + without_outcome > 0;
    return Error{ErrorCode::kInvalidInput, all_dropped ? (without_outcome > 0 ? "--outcome: '" + problem.outcome + "' is missing in every row that is left" : "--score: '" + problem.score + "' is missing in every row that is left") : "the file has no rows"};
  }
  return result;
}

// Amounts of one cell: a number for all, or one per row that is kept.
Result<std::vector<double>> AmountsOf(const DecisionValueProblem& problem, std::size_t cell, const table::Table& table, const learn::Rows& kept, const RunContext& context) {
  const std::string& text = *TextsOf(problem.gains, cell);
  const auto too_large = [&](double value, const std::string& where) { return Error{ErrorCode::kInvalidInput, NameOf(problem, cell) + ": " + where + base::ShortestNumber(value) + ", beyond the largest amount that can be counted with (1e+100)"}; };
  double constant = 0;
  if (base::ParseNumber(text, &constant)) {
    if (std::abs(constant) > kLargestAmount) return too_large(constant, "the amount is ");
    return std::vector<double>{constant};
  }
  const std::vector<double> all = ASSAY_TRY(NumbersOf(text, NameOf(problem, cell), "an amount of money: a number, or an expression per row such as 'price * 0.1'", table, context));
  std::vector<double> amounts;
  for (const std::uint32_t row : kept) {
    if (std::abs(all[row]) > kLargestAmount) return too_large(all[row], RowName(problem, row) + " has the amount ");
    amounts.push_back(all[row]);
  }
  // '-(2 * 5)' is one amount for all, as -10 is.
  if (std::all_of(amounts.begin(), amounts.end(), [&](double amount) { return amount == amounts[0]; })) amounts.resize(1);
  return amounts;
}

// Each row needs the amounts of its own outcome; without the others it can be valued, but not decided by its own break-even chance.
Result<void> CheckAmounts(const DecisionValueProblem& problem, const learn::Rows& kept, DecisionValueRows* rows) {
  for (std::size_t cell = 0; cell < 4; ++cell) {
    const std::vector<double>& amounts = rows->amounts[cell];
    const bool for_positive = cell == 0 || cell == 3;
    for (std::size_t i = 0; amounts.size() > 1 && i < amounts.size(); ++i) {
      if (!std::isnan(amounts[i])) continue;
      const std::string row = RowName(problem, kept[i]);
      if ((rows->positive[i] == 1) == for_positive) {
        return Error{ErrorCode::kInvalidInput, NameOf(problem, cell) + ": " + row + " has no amount: '" + *TextsOf(problem.gains, cell) + "' is missing there, or not a finite number; state one, or leave such rows out with --where"};
      }
      if (rows->break_even_missing.empty()) rows->break_even_missing = NameOf(problem, cell) + " is missing in " + row + ", where the outcome is " + (for_positive ? "not positive" : "positive") + ": deciding a row by its own amounts needs all four before the outcome is known";
    }
  }
  return {};
}

}  // namespace

Result<DecisionValueRows> GatherDecisionValue(const DecisionValueProblem& problem, store::Engine& engine, evidence::DataSummary* data, const RunContext& context) {
  if (problem.score.empty()) return Error{ErrorCode::kInvalidInput, "--score is missing: the column by which is decided"};
  if (problem.outcome.empty()) return Error{ErrorCode::kInvalidInput, "--outcome is missing: a condition, or a column of 0 and 1"};
  const store::SourceInfo info = ASSAY_TRY(engine.Describe(problem.source));
  store::ReadOptions options;
  options.sample_rows = problem.sample_rows;
  options.seed = context.seed;
  std::vector<std::string> texts = {problem.score, problem.outcome, problem.unit, problem.time, problem.where};
  for (std::size_t cell = 0; cell < 4; ++cell) texts.push_back(*TextsOf(problem.gains, cell));
  options.columns = ColumnsToRead(texts, info);
  const auto read_source = [&] {
    const base::ScopedStep step(context, "read");
    return engine.Read(problem.source, options, context);
  };
  const store::ReadResult read = ASSAY_TRY(read_source());
  const table::Table& table = read.table;
  *data = {problem.source, table.num_rows(), static_cast<std::int64_t>(info.columns.size()), read.fingerprint, read.notes, read.sampled_from()};
  DecisionValueRows rows;
  learn::Rows kept;
  {
    const std::vector<double> outcomes = ASSAY_TRY(NumbersOf(problem.outcome, "--outcome", "a condition such as \"status = 'paid'\", or a column of 0 and 1", table, context));
    Kept scored = ASSAY_TRY(RowsKept(problem, table, outcomes, &data->notes, context));
    kept = std::move(scored.rows);
    rows.scores = std::move(scored.scores);
    for (const std::uint32_t row : kept) rows.positive.push_back(outcomes[row] == 1 ? 1 : 0);
  }
  data->rows = static_cast<std::int64_t>(kept.size());
  for (std::size_t cell = 0; cell < 4; ++cell) rows.amounts[cell] = ASSAY_TRY(AmountsOf(problem, cell, table, kept, context));
  ASSAY_TRY(CheckAmounts(problem, kept, &rows));
  if (!problem.time.empty()) {
    rows.time_text = problem.time;
    const Column time = ASSAY_TRY(ColumnOf(problem.time, "--time", table, context));
    rows.time = ASSAY_TRY(TimesOfColumn(time.Take(kept), problem.time, "--time", kept));
  }
  if (!problem.unit.empty()) {
    rows.unit_text = problem.unit;
    const Column unit = ASSAY_TRY(ColumnOf(problem.unit, "--unit", table, context));
    rows.unit = DenseIds(unit.Take(kept), &rows.num_units);
  }
  // What is known of days needs a table of as many rows.
  rows.table = std::make_shared<const table::Table>(ASSAY_TRY(table::Table::Create({Column::Booleans("positive", rows.positive)})));
  return rows;
}

Result<void> TakeMoneyOf(const charter::Charter& charter, DecisionValueProblem* problem) {
  const charter::Record& section = charter.section("value");
  const std::string file = charter.path();
  const auto twice = [&](const char* flag, const char* key) { return Error{ErrorCode::kInvalidInput, std::string(flag) + " is also stated in the charter (" + file + ", value." + key + "); state it once"}; };
  std::string* texts[] = {&problem->gains.true_positive, &problem->gains.false_positive, &problem->gains.true_negative, &problem->gains.false_negative};
  const bool given = !problem->gains.true_positive.empty();
  for (std::size_t cell = 0; cell < 4 && !given; ++cell) {
    if (section.has(kCells[cell])) {
      *texts[cell] = base::ShortestNumber(section.number(kCells[cell], 0));
    } else if (cell < 2) {
      return Error{ErrorCode::kInvalidInput, file + ": the charter does not say value." + kCells[cell] + ", the money for " + (cell == 0 ? "acting rightly" : "a false alarm") + "; write it there, or give the amounts with --gain"};
    }
  }
  if (!given) problem->amounts_from = file;
  if (section.has("currency")) {
    if (!problem->currency.empty()) return twice("--currency", "currency");
    problem->currency = section.text("currency");
  }
  if (section.has("decisions_per_day")) {
    if (!std::isnan(problem->decisions_per_day)) return twice("--decisions-per-day", "decisions_per_day");
    problem->decisions_per_day = section.number("decisions_per_day", 0);
  }
  if (section.has("cost_per_month")) {
    if (problem->cost_per_day != 0) return twice("--cost-per-day", "cost_per_month");
    problem->cost_per_day = section.number("cost_per_month", 0) / base::kDaysPerMonth;
  }
  return {};
}

}  // namespace assay::lifecycle
