// What is known when: columns known only after the decision, and the outcome against the wait.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "lifecycle/availability.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/internal/check_state.h"
#include "lifecycle/internal/withheld.h"
#include "lifecycle/time_leak.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle::internal {

namespace {

using expression::ColumnsOf;

// The charter's block of a column and what it says; the list itself where the column is not declared.
struct Declared {
  Place place;
  bool exists = false, before = false, after = false;
};
Declared DeclaredAs(const CheckState& state, const std::string& column) {
  Declared declared;
  const std::vector<Record>& columns = state.charter().list("data.columns");
  declared.place = {"data.columns", columns.empty() ? state.charter().section("data").line : columns[0].line, 0};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (base::Lowercase(columns[i].text("name")) != base::Lowercase(column)) continue;
    const std::string known = base::Lowercase(columns[i].text("known"));
    declared = {PlaceOf("data.columns", columns[i], "known", i), true, known.starts_with("before"), known.starts_with("after")};
    if (columns[i].has("known")) break;
  }
  return declared;
}

// Parts of the outcome cannot be known before it.
void CheckOutcomeColumns(CheckState& state) {
  for (const Objective& objective : state.objectives) {
    std::vector<std::string> made_of = ColumnsOf(objective.problem.outcome);
    AddSources(objective.problem.derived, &made_of);
    for (const std::string& column : made_of) state.late.insert(base::Lowercase(column));
    for (const std::string& column : ColumnsOf(objective.problem.outcome)) {
      const Declared declared = DeclaredAs(state, column);
      if (declared.before) state.Find("known_too_late", FieldStatus::kContradicted, declared.place, "'" + column + "' is said to be known before the decision, but it is part of the outcome '" + objective.problem.outcome + "'", "", "Write known = \"after\" for it.");
    }
  }
  const std::vector<Record>& columns = state.charter().list("data.columns");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!base::Lowercase(columns[i].text("known")).starts_with("after")) continue;
    state.late.insert(base::Lowercase(columns[i].text("name")));
    if (!columns[i].flag("feature", false)) continue;
    state.Find("known_too_late", FieldStatus::kContradicted, PlaceOf("data.columns", columns[i], "feature", i), "'" + columns[i].text("name") + "' is to be a feature, but it is said to be known only after the decision; no model uses it", "",
               "Write feature = false, or known = \"before\" where that is true.");
  }
}

// The columns that may not be known at the decision by what was found so far, with what is derived from them.
Withheld WithheldSoFar(const CheckState& state) {
  const Record& data = state.charter().section("data");
  Problem problem;
  problem.time = data.text("time");
  problem.calendar_day_only = !data.flag("time_of_day_known", true);
  problem.known_after.assign(state.late.begin(), state.late.end());
  for (const Record& derived : state.charter().list("data.derived")) problem.derived.push_back({derived.text("name"), derived.text("expression")});
  return WithheldColumns(problem, *state.table);
}

// 1 where the first objective's outcome has a value; empty when it cannot be told.
std::vector<std::uint8_t> OutcomeKnown(const CheckState& state) {
  if (!state.table || state.objectives.empty()) return {};
  const Result<table::Column> outcome = expression::EvaluateText(state.objectives[0].problem.outcome, "outcome", *state.table, "outcome", state.context);
  return outcome ? KnownOutcomes(*outcome) : std::vector<std::uint8_t>{};
}

void CheckLateColumns(CheckState& state, const std::vector<std::uint8_t>& known) {
  // With a time that cannot be read, a column that stopped arriving cannot be told from one that is late.
  if (!state.time && state.charter().section("data").has("time")) return;
  std::vector<std::string> skip;
  for (const auto& [name, why] : WithheldSoFar(state).columns) skip.push_back(name);
  for (const std::string& name : ColumnsOf(state.charter().section("data").text("time"))) skip.push_back(name);
  for (const LateColumn& late : FindLateColumns(*state.table, known, state.time ? &*state.time : nullptr, skip)) {
    const Declared declared = DeclaredAs(state, late.column);
    if (declared.after) continue;
    if (late.certain) state.late.insert(base::Lowercase(late.column));
    const std::string says = declared.before ? "the charter says it is known before" : "nothing says so, and it would be a feature";
    if (late.certain) {
      state.Find("known_too_late", FieldStatus::kContradicted, declared.place, "'" + late.column + "' is known only after the decision; " + says, late.evidence, "Write known = \"after\" for it, so that it is no feature.");
    } else if (!declared.before) {
      state.Find("maybe_too_late", FieldStatus::kVague, declared.place, "'" + late.column + "' may be known only after the decision, and the charter does not say", late.evidence, "Write known = \"after\" where it is what happened, known = \"before\" where it is a plan.");
    }
  }
}

// The time of day of the decision's time: a plan, or what happened?
void CheckTimeOfDay(CheckState& state, const evidence::Finding* accused) {
  const Record& data = state.charter().section("data");
  if (!state.gathered || !data.has("time")) return;
  const std::vector<std::string> columns = ColumnsOf(data.text("time"));
  const std::string time = columns.size() == 1 && state.table->Find(columns[0]) >= 0 ? state.table->column(static_cast<std::size_t>(state.table->Find(columns[0]))).name() : data.text("time");
  const bool said_unknown = data.has("time_of_day_known") && !data.flag("time_of_day_known", true);
  if (accused == nullptr) {
    // Not a feature; where the charter says why, the data may confirm it.
    if (!said_unknown) return;
    const std::optional<TimeLeak> leak = FindTimeLeak(state.gathered->examples);
    if (leak && leak->accused) state.Confirm("data.time_of_day_known", leak->message);
    return;
  }
  const Declared declared = DeclaredAs(state, time);
  const Place place = data.has("time_of_day_known") ? PlaceOf("data", data, "time_of_day_known") : declared.exists ? declared.place : PlaceOf("data", data, "time");
  for (const std::string& column : columns) state.late.insert("hour(" + base::Lowercase(column) + ")");
  state.Find("known_too_late", FieldStatus::kContradicted, place, "the time of day in '" + time + "' is known only after the decision: it is the actual time, not the planned one" + (declared.before ? "; the charter says it is known before" : ""), accused->message,
             "Write time_of_day_known = false in [data]: the calendar day stays a feature, the time of day does not.");
}

Result<void> CheckLeaks(CheckState& state) {
  if (!state.gathered) return {};
  LeakFinder fresh;
  const Result<std::vector<evidence::Finding>> leaks = (state.data.leaks != nullptr ? *state.data.leaks : fresh).Find(*state.gathered, state.context);
  if (!leaks) return leaks.error().code == ErrorCode::kCancelled ? Result<void>(leaks.error()) : Result<void>();
  const evidence::Finding* clock = nullptr;
  for (const evidence::Finding& leak : *leaks) {
    if (!leak.accused) continue;
    if (leak.kind == "time") {
      clock = &leak;
      continue;
    }
    const std::string source = SourceOf(state.gathered->examples, leak.name);
    if (state.late.contains(base::Lowercase(source))) continue;  // said already
    state.late.insert(base::Lowercase(source));
    const Declared declared = DeclaredAs(state, source);
    state.Find("known_too_late", FieldStatus::kContradicted, declared.place, "'" + source + "' tells more than anything known before the decision can" + (declared.before ? "; the charter says it is known before" : ""), leak.message, std::string("Write known = \"after\" for it, so that it is no feature") + (leak.kind == "copy" ? "; or, where you are sure that it is known before, vouch for it with known = \"before\" and feature = true." : "."));
  }
  CheckTimeOfDay(state, clock);
  return {};
}

// What is derived from something known after the decision is not known before it.
void CheckDerived(CheckState& state, const Withheld& withheld) {
  for (const Record& derived : state.charter().list("data.derived")) {
    const Withholding* why = withheld.Find(derived.text("name"));
    const Declared declared = DeclaredAs(state, derived.text("name"));
    if (why == nullptr || !declared.before || state.late.contains(base::Lowercase(derived.text("name")))) continue;
    state.Find("known_too_late", FieldStatus::kContradicted, declared.place, "'" + derived.text("name") + "' is said to be known before the decision, but " + why->reason, "", "Write known = \"after\" for it.");
  }
}

// A rule that people would use before the decision cannot use what is known after it.
void CheckRules(CheckState& state, const Withheld& withheld) {
  const std::vector<Record>& rules = state.charter().list("baselines.rules");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string expression = rules[i].text("expression");
    std::vector<std::string> late;
    for (const std::string& column : ColumnsOf(expression)) {
      if (const Withholding* why = withheld.Find(column); why != nullptr) late.push_back("'" + column + "', which is known only after the decision" + (why->reason.starts_with(kDerivedFrom) ? ": " + why->reason : ""));
    }
    for (const std::string& column : expression::ColumnsBeyondTheDay(expression)) {
      if (withheld.HasClockOf(column)) late.push_back("the time of day in '" + column + "', which is known only after the decision");
    }
    for (const std::string& what : late) state.Find("known_too_late", FieldStatus::kContradicted, PlaceOf("baselines.rules", rules[i], "expression", i), "the rule '" + rules[i].text("name") + "' uses " + what, "", "Write a rule over what is known before it.");
  }
}

// A time column that follows the decision and may say when outcomes became known.
struct WitnessOfWait {
  std::string column;
  Delays delays;
  bool certain = false;             // part of the outcome, or known where the outcome is
};

// Of rows with an outcome: columns that are part of it, that are declared known after the decision, or that are known exactly where it is.
std::vector<WitnessOfWait> WitnessesOfWait(const CheckState& state, const std::vector<std::uint8_t>& known) {
  std::vector<WitnessOfWait> witnesses;
  const Problem& problem = state.objectives[0].problem;
  const std::optional<OutcomeDelays> delays = state.gathered ? MeasureDelays(*state.gathered, {}) : std::nullopt;
  const auto outcomes = std::count(known.begin(), known.end(), 1);
  for (const table::Column& column : state.table->columns()) {
    if (column.type() != table::ColumnType::kTime || base::IsAmong(ColumnsOf(problem.time), column.name())) continue;
    const bool part = base::IsAmong(ColumnsOf(problem.outcome), column.name());
    const bool follows = delays && delays->follows_outcome && delays->column == column.name();
    if (!part && !follows && !DeclaredAs(state, column.name()).after) continue;
    WitnessOfWait witness{column.name(), DelaysAfter(column, *state.time, known), part || follows};
    if (!part && !witness.delays.follow_the_decision()) continue;
    const std::size_t rows = witness.delays.after.size();
    witness.certain = witness.certain || static_cast<double>(rows) >= 0.95 * static_cast<double>(outcomes);
    witnesses.push_back(std::move(witness));
  }
  std::stable_sort(witnesses.begin(), witnesses.end(), [](const WitnessOfWait& a, const WitnessOfWait& b) { return a.certain > b.certain; });
  return witnesses;
}

void CheckWait(CheckState& state, const std::vector<std::uint8_t>& known) {
  const Record& problem = state.charter().section("problem");
  if (!problem.has("wait") || !state.time) return;
  const auto wait = static_cast<base::Micros>(problem.number("wait", 0));
  const Place place = PlaceOf("problem", problem, "wait");
  const LabelDelay delay = FindLabelDelay(known, *state.time);
  if (delay.delay > wait + base::kMicrosPerDay) {
    state.Find("wait_too_short", FieldStatus::kContradicted, place, "the outcome comes later than the wait of " + base::FormatDuration(wait), "of the " + base::ReadableCount(delay.rows) + " rows of the newest " + base::FormatDuration(delay.delay) + " only " + base::ReadableShare(delay.known) + " have an outcome, of older rows " + base::ReadableShare(delay.usual), "Write wait = \"" + base::FormatDuration(delay.delay) + "\" or longer, or find out why outcomes are late.");
    return;
  }
  if (state.objectives.empty()) return;
  for (const WitnessOfWait& witness : WitnessesOfWait(state, known)) {
    const std::vector<base::Micros>& after = witness.delays.after;
    if (after.size() < 20) continue;
    const auto late = std::count_if(after.begin(), after.end(), [&](base::Micros d) { return d > wait; });
    const double share = static_cast<double>(late) / static_cast<double>(after.size());
    if (share <= 0.05) continue;
    const base::Micros most = witness.delays.percentile_95();
    const std::string evidence = "'" + witness.column + "' lies more than that after the decision in " + base::ReadableShare(share) + " of " + base::ReadableCount(static_cast<std::int64_t>(after.size())) + " rows with an outcome; 95 % lie within " + base::FormatDuration(most);
    if (witness.certain) {
      state.Find("wait_too_short", FieldStatus::kContradicted, place, "the outcome comes later than the wait of " + base::FormatDuration(wait), evidence, "Write wait = \"" + base::FormatDuration(most) + "\" or longer.");
    } else {
      state.Find("wait_may_be_short", FieldStatus::kVague, place, "if '" + witness.column + "' is when the outcome became known, it comes later than the wait of " + base::FormatDuration(wait), evidence, "Write wait = \"" + base::FormatDuration(most) + "\" or longer, if it is.");
    }
    return;
  }
}

}  // namespace

Result<void> CheckAvailability(CheckState& state) {
  CheckOutcomeColumns(state);
  if (!state.table) return {};
  const std::vector<std::uint8_t> known = OutcomeKnown(state);
  if (!known.empty()) {
    CheckLateColumns(state, known);
    CheckWait(state, known);
  }
  ASSAY_TRY(CheckLeaks(state));
  const Withheld withheld = WithheldSoFar(state);
  CheckDerived(state, withheld);
  CheckRules(state, withheld);
  return {};
}

}  // namespace assay::lifecycle::internal
