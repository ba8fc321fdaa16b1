// Each claim against the data: are there rows that it speaks of, others to compare them with, and could it turn out wrong?
#include <algorithm>

#include "base/text.h"
#include "lifecycle/internal/check_state.h"

namespace assay::lifecycle::internal {

namespace {

constexpr const char* kSection = "phenomenon.hypotheses";

// The columns of the data that an EXPR is made of, derived columns followed back, in lower case.
std::set<std::string> SourcesOf(const CheckState& state, const std::string& text) {
  std::set<std::string> sources;
  std::vector<std::string> open = expression::ColumnsOf(text);
  // The last derived first, as each sees those before it; a repair reads the column of its own name.
  const std::vector<Record>& derived = state.charter().list("data.derived");
  for (auto record = derived.rbegin(); record != derived.rend(); ++record) {
    const auto same = std::find_if(open.begin(), open.end(), [&](const std::string& name) { return base::Lowercase(name) == base::Lowercase(record->text("name")); });
    if (same == open.end()) continue;
    open.erase(same);
    for (std::string& name : expression::ColumnsOf(record->text("expression"))) open.push_back(std::move(name));
  }
  for (const std::string& name : open) sources.insert(base::Lowercase(name));
  return sources;
}

// A segment cut by all that the value itself is made of differs in it by definition.
bool SaysItself(CheckState& state, const Record& record, std::size_t index) {
  const std::vector<Record>& objectives = state.charter().list("objectives");
  const bool of_outcome = !record.has("metric");
  const std::string metric = of_outcome ? (objectives.empty() ? "" : objectives[0].text("outcome")) : record.text("metric");
  const std::set<std::string> made_of = SourcesOf(state, metric), cut_by = SourcesOf(state, record.text("segment"));
  if (made_of.empty() || !std::includes(cut_by.begin(), cut_by.end(), made_of.begin(), made_of.end())) return false;
  const std::string value = std::string(of_outcome ? "the outcome '" : "the metric '") + metric + "'";
  state.Find("segment_of_outcome", FieldStatus::kContradicted, PlaceOf(kSection, record, "segment", index), "the segment of '" + record.text("name") + "' is made of " + value + " itself, so the claim holds or fails by definition",
             "both speak of " + base::Join(std::vector<std::string>(made_of.begin(), made_of.end()), ", "), "Describe the rows by what is known of them beforehand.");
  return true;
}

std::string Reach(const CheckState& state) {
  if (!state.time) return "";
  base::Micros least = INT64_MAX, most = INT64_MIN;
  for (std::int64_t row = 0; row < state.time->num_rows(); ++row) {
    if (state.time->IsMissing(row)) continue;
    least = std::min(least, state.time->TimeAt(row));
    most = std::max(most, state.time->TimeAt(row));
  }
  return least > most ? "" : "; the data reach from " + base::FormatTime(least) + " to " + base::FormatTime(most);
}

// Rows that are kept and lie in the period (empty: all); false when a finding says that there are none.
bool RowsOfPeriod(CheckState& state, const Record& record, std::size_t index, std::vector<std::uint8_t>* looked_at) {
  *looked_at = state.kept;
  const std::optional<table::Column> period = EvaluateField(state, kSection, record, "period", index, Wanted::kCondition, "no_data_yet", FieldStatus::kVague);
  if (!period) return true;
  const std::vector<std::uint8_t> inside = Truths(*period);
  if (looked_at->empty()) looked_at->assign(inside.size(), 1);
  for (std::size_t row = 0; row < inside.size(); ++row) (*looked_at)[row] = static_cast<std::uint8_t>((*looked_at)[row] & inside[row]);
  if (std::find(looked_at->begin(), looked_at->end(), 1) != looked_at->end()) return true;
  state.Find("period_empty", FieldStatus::kContradicted, PlaceOf(kSection, record, "period", index), "the period of '" + record.text("name") + "' holds no row of the data, so there is nothing to compare",
             "'" + record.text("period") + "' is true in none of the rows that are kept" + Reach(state), "Check the dates in the condition, or bring the data of that period.");
  return false;
}

void CheckHypothesis(CheckState& state, const Record& record, std::size_t index) {
  EvaluateField(state, kSection, record, "metric", index, Wanted::kNumber, "no_data_yet", FieldStatus::kVague);
  std::vector<std::uint8_t> looked_at;
  const bool has_rows = RowsOfPeriod(state, record, index, &looked_at);
  const std::optional<table::Column> segment = EvaluateField(state, kSection, record, "segment", index, Wanted::kCondition, "no_data_yet", FieldStatus::kVague);
  if (!segment || SaysItself(state, record, index) || !has_rows) return;
  const std::vector<std::uint8_t> truths = Truths(*segment);
  std::int64_t rows = 0, inside = 0;
  for (std::size_t row = 0; row < truths.size(); ++row) {
    if (!looked_at.empty() && looked_at[row] == 0) continue;
    ++rows;
    inside += truths[row];
  }
  const Place place = PlaceOf(kSection, record, "segment", index);
  if (inside == 0 || inside == rows) {
    state.Find("segment_empty", FieldStatus::kContradicted, place, "the segment of '" + record.text("name") + "' holds " + (inside == 0 ? "no row" : "every row") + (record.has("period") ? " of its period" : "") + ", so there is nothing to compare",
               "'" + record.text("segment") + "' is true in " + base::ReadableCount(inside) + " of " + base::ReadableCount(rows) + " rows", "Check the values in the condition.");
  } else {
    state.Confirm(place.key, "speaks of " + base::ReadableCount(inside) + " rows");
  }
}

}  // namespace

void CheckHypotheses(CheckState& state) {
  const std::vector<Record>& hypotheses = state.charter().list(kSection);
  for (std::size_t i = 0; i < hypotheses.size(); ++i) CheckHypothesis(state, hypotheses[i], i);
}

}  // namespace assay::lifecycle::internal
