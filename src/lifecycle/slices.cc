#include "lifecycle/slices.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "lifecycle/internal/predicates.h"
#include "lifecycle/internal/slice_parts.h"
#include "stats/multiple_testing.h"

namespace assay::lifecycle {

namespace {

using evidence::Slice;
using evidence::SlicesReport;

std::vector<evidence::Predicate> Conditions(const std::vector<slices::Feature>& features, const slices::Conjunction& conjunction) {
  std::vector<evidence::Predicate> predicates;
  for (const slices::Predicate& p : conjunction) predicates.push_back(ToReport(features[p.feature], p));
  return predicates;
}

Slice Described(const std::vector<slices::Feature>& features, const slices::FoundSlice& found) {
  Slice slice;
  slice.predicates = Conditions(features, found.predicates);
  slice.text = slices::DescriptionText(features, found.predicates);
  slice.expression = slices::DescriptionExpression(features, found.predicates);
  slice.score = found.score;
  slice.found = {found.size, found.loss_sum / static_cast<double>(found.size)};
  for (const slices::Conjunction& other : found.same_rows) slice.same_rows.push_back({Conditions(features, other), slices::DescriptionText(features, other)});
  slice.same_rows_more = found.same_rows_more;
  slice.same_rows_complete = found.all_descriptions;
  return slice;
}

slices::SearchOptions ToSearch(const SliceOptions& options, std::int64_t rows, std::int64_t memory_bytes) {
  slices::SearchOptions search;
  search.k = options.k;
  search.alpha = options.alpha;
  const auto n = static_cast<double>(rows);
  const double support = std::isnan(options.min_support) ? std::max(32.0, n / 100) : options.min_support < 1 ? options.min_support * n : options.min_support;
  search.least_rows = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(support - 1e-9 * n)));
  search.max_level = options.max_level;
  search.ranges = options.ranges;
  search.all_ties = options.all_ties;
  search.most_overlap = options.distinct;
  search.memory_bytes = memory_bytes;
  return search;
}

void NoteSearch(const SliceOptions& options, const slices::SearchOptions& search, const slices::SearchResult& result, evidence::SliceSearch* note) {
  note->k = search.k;
  note->alpha = search.alpha;
  note->min_support = search.least_rows;
  note->max_level = search.max_level;
  note->bins = options.bins;
  note->ranges = search.ranges;
  note->distinct = search.most_overlap;
  note->evaluated = result.evaluated;
  note->levels = static_cast<std::int64_t>(result.per_level.size());
  note->per_level = result.per_level;
  note->pruned = {result.pruned.by_support, result.pruned.by_score, result.pruned.by_parents, result.pruned.by_same_rows};
  note->peak_bytes = result.peak_bytes;
}

std::string WhyNone(const slices::SearchResult& result, const slices::SearchOptions& search, std::size_t num_features) {
  if (result.rows == 0) return "there are no rows";
  if (result.loss_sum <= 0) return "no row has a loss above 0";
  if (search.least_rows > result.rows) return "no slice can have the minimum support of " + base::Counted(search.least_rows, "row") + ": only " + base::Counted(result.rows, "row") + " were searched";
  if (num_features == 0) return "there is no column to make conditions of";
  return "no conjunction of " + (search.max_level > 0 ? "at most " + base::Counted(search.max_level, "condition") : std::string("conditions")) + " with " + base::Counted(search.least_rows, "row") + " or more has a score above 0: the loss is spread evenly over all that these columns can tell apart";
}

std::string Summary(const SlicesReport& report, const std::string& why_untested) {
  if (report.slices.empty()) return "No slice stands out: " + report.reason + ".";
  const Slice& worst = report.slices[0];
  const auto mean = [](double value) { return base::ReadableNumber(value, 3); };
  std::string text;
  if (report.honest == 0) {
    text = "The loss is most concentrated where " + worst.text + ": mean " + mean(worst.loss_mean) + " on " + base::Counted(worst.size, "row") + ", against " + mean(report.mean_loss) + " on all " + base::ReadableCount(report.rows) + ".";
    return text + " Searched and measured on the same rows, so it looks worse than it is; --honest 0.5 tells what holds.";
  }
  if (!why_untested.empty()) return "Whether the slices found hold on rows that the search did not see cannot be told: " + why_untested + ". The loss there is most concentrated where " + worst.text + ": mean " + mean(worst.loss_mean) + " on " + base::Counted(worst.size, "row") + ", against " + mean(report.mean_loss) + " on all " + base::ReadableCount(report.rows) + ".";
  std::int64_t shown = 0;
  const Slice* largest = nullptr;
  for (const Slice& slice : report.slices) {
    if (!(slice.q_value < 0.05) || !(slice.difference > 0)) continue;
    ++shown;
    if (largest == nullptr) largest = &slice;
  }
  const auto all = static_cast<std::int64_t>(report.slices.size());
  if (largest == nullptr) return "Nothing that the search found holds beyond noise on the " + base::ReadableCount(report.rows) + " rows that it did not see (" + base::Counted(all, "slice") + " tested).";
  const base::ReadableEnds ends = base::ReadableInterval(largest->difference, largest->low, largest->high);
  text = (shown == all ? (all == 1 ? std::string("The slice found holds") : (all == 2 ? std::string("Both") : "All " + base::ReadableCount(all)) + " slices found hold") : base::ReadableCount(shown) + " of the " + base::Counted(all, "slice") + " found " + (shown == 1 ? "holds" : "hold")) + " on rows that the search did not see. ";
  return text + "The first: " + largest->text + ", with a mean loss of " + mean(largest->loss_mean) + " on " + base::Counted(largest->size, "row") + ", " + ends.value + " above the rest (" + ends.low + " to " + ends.high + ").";
}

// Whether most rows of one half have values that no row of the other half has: of a month, say, where earlier rows are searched and later ones
// measured.
bool TellsApart(const slices::Feature& searched, const slices::Feature& all) {
  std::int64_t rows_searched = 0, rows_measured = 0, only_searched = 0, only_measured = 0;
  for (std::size_t a = 0; a < all.atoms.size(); ++a) {
    const std::int64_t in_search = searched.atoms[a].rows, in_measure = all.atoms[a].rows - in_search;
    rows_searched += in_search;
    rows_measured += in_measure;
    if (in_measure == 0) only_searched += in_search;
    if (in_search == 0) only_measured += in_measure;
  }
  return 2 * only_searched > rows_searched || 2 * only_measured > rows_measured;
}

learn::Rows Every(std::int64_t count) {
  learn::Rows rows(static_cast<std::size_t>(count));
  for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
  return rows;
}

}  // namespace

Result<void> SliceOptions::Validate() const {
  if (!std::isnan(min_support) && !(min_support > 0)) return Error{ErrorCode::kInvalidInput, "--min-support: " + base::ShortestNumber(min_support) + " is not above 0; give rows (500) or a share below 1 (0.01)"};
  if (min_support >= 1 && min_support != std::floor(min_support)) return Error{ErrorCode::kInvalidInput, "--min-support: " + base::ShortestNumber(min_support) + " is neither a whole number of rows nor a share below 1"};
  if (!(honest >= 0 && honest < 1)) return Error{ErrorCode::kInvalidInput, "--honest: " + base::ShortestNumber(honest) + " is no share of the rows; expected 0 (search and measure on the same rows) or a share below 1, like 0.5"};
  ASSAY_TRY_WITH((slices::FeatureOptions{bins, 1}.Validate()), "--bins");
  SliceOptions any = *this;
  any.min_support = 1;
  const Result<void> valid = ToSearch(any, 1, 0).Validate();
  return valid ? valid : Result<void>(Error{valid.error().code, "--" + valid.error().message});
}

Result<SlicesReport> FindSlices(const SliceRows& rows, const SliceOptions& options, const RunContext& context) {
  ASSAY_TRY(options.Validate());
  SlicesReport report;
  report.header.report = "slices";
  report.loss = rows.loss_text;
  report.honest = options.honest;
  report.currency = rows.stake.empty() ? "" : rows.currency;
  HonestSplit split;
  if (options.honest > 0) {
    split = ASSAY_TRY(SplitForSearch(rows, options.honest, context.seed));
    report.split = split.words;
  } else {
    split.search = Every(rows.num_rows());
    split.measure = split.search;
  }
  const slices::SearchOptions search = ToSearch(options, static_cast<std::int64_t>(split.search.size()), BitmapBytes(rows, context));
  std::vector<slices::Feature> features;
  {
    const base::ScopedStep step(context, "cut features");
    features = ASSAY_TRY(slices::CutFeatures(*rows.table, rows.columns, {}, {options.bins, std::min(search.least_rows, rows.num_rows())}, context));
  }
  for (slices::Feature& feature : features) {
    const auto made = rows.expressions.find(feature.name);
    if (made != rows.expressions.end()) feature.expression = made->second;
    report.features.push_back(feature.name);
    if (feature.atoms.empty()) report.notes.push_back("no value of '" + feature.name + "' has " + base::Counted(search.least_rows, "row") + ": it makes no conditions");
  }
  std::vector<slices::Feature> searched;
  std::vector<double> losses;
  if (options.honest > 0) {
    std::vector<slices::Feature> both;
    for (slices::Feature& feature : features) {
      slices::Feature of_search = slices::Taken(feature, split.search);
      if (TellsApart(of_search, feature)) {
        report.notes.push_back("the values of '" + feature.name + "' tell the rows searched from those measured: it makes no conditions, which would hold in one half only");
        continue;
      }
      searched.push_back(std::move(of_search));
      both.push_back(std::move(feature));
    }
    features = std::move(both);
    for (const std::uint32_t row : split.search) losses.push_back(rows.losses[row]);
  }
  const std::vector<slices::Feature>& to_search = options.honest > 0 ? searched : features;
  const std::vector<double>& search_losses = options.honest > 0 ? losses : rows.losses;
  const auto start = std::chrono::steady_clock::now();
  slices::SearchResult result;
  {
    const base::ScopedStep step(context, "search");
    result = ASSAY_TRY(slices::SearchSlices(to_search, search_losses, search, context));
  }
  report.search.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  NoteSearch(options, search, result, &report.search);
  report.rows_searched = result.rows;
  if (result.rows > 0) report.mean_loss_searched = result.loss_sum / static_cast<double>(result.rows);
  for (const slices::FoundSlice& found : result.slices) report.slices.push_back(Described(to_search, found));
  if (report.slices.empty()) report.reason = WhyNone(result, search, features.size());

  const base::ScopedStep step(context, "measure");
  SliceMeasures measures(rows, split.measure);
  const auto rows_of = [&](std::size_t s) { return slices::RowsOf(features, result.slices[s].predicates); };
  if (options.honest > 0) measures.JoinDaysOf(result.slices.size(), rows_of);
  report.rows = static_cast<std::int64_t>(split.measure.size());
  report.mean_loss_estimate = measures.MeanLoss();
  report.mean_loss = report.mean_loss_estimate.value;
  if (options.honest > 0) report.dependence = measures.dependence().words;
  std::vector<double> p_values;
  for (std::size_t s = 0; s < report.slices.size(); ++s) {
    if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
    Slice& slice = report.slices[s];
    measures.Measure(rows_of(s), options.honest > 0, &slice);
    p_values.push_back(slice.p_value);
    context.Report("measuring slices", static_cast<std::int64_t>(s + 1), static_cast<std::int64_t>(report.slices.size()));
  }
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  for (std::size_t s = 0; s < report.slices.size(); ++s) report.slices[s].q_value = q_values[s];
  report.summary = Summary(report, measures.why_untested());
  return report;
}

}  // namespace assay::lifecycle
