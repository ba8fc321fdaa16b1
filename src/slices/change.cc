#include "slices/change.h"

#include <algorithm>
#include <cmath>

#include "base/thread_pool.h"
#include "slices/internal/change_blocks.h"
#include "slices/internal/change_by_feature.h"
#include "slices/internal/change_parts.h"

namespace assay::slices {

namespace {

BothSums TotalsOf(const ChangeRows& rows) {
  BothSums total;
  for (std::size_t i = 0; i < rows.x.size(); ++i) total[rows.side[i]] += {1, rows.x[i], rows.y_at(i)};
  return total;
}

std::vector<BothSums> SumsOfSets(const BlockTable& table) {
  std::vector<BothSums> sums(table.sets);
  for (std::uint32_t set = 0; set < table.sets; ++set) {
    for (std::uint32_t b = 0; b < table.count; ++b) {
      for (std::size_t s = 0; s < 2; ++s) sums[set][s] += table.at(set, b, s);
    }
  }
  return sums;
}

// Whether some row fits the cell and an earlier one: neither shares a feature on which they exclude each other.
bool MayMeet(const std::vector<Predicate>& a, const std::vector<Predicate>& b) {
  return std::none_of(a.begin(), a.end(), [&](const Predicate& p) {
    return std::any_of(b.begin(), b.end(), [&](const Predicate& q) { return p.feature == q.feature && (p.last < q.first || q.last < p.first); });
  });
}

Result<void> Refuse(const ChangeRows& rows, const BothSums& total) {
  for (std::size_t s = 0; s < 2; ++s) {
    const std::string side = s == 0 ? "before" : "after";
    if (total[s].rows <= 0) return Error{ErrorCode::kInvalidInput, "no row lies " + side};
    if (rows.form == ChangeForm::kRate && total[s].y == 0) return Error{ErrorCode::kInvalidInput, "the denominator sums to 0 " + side + ", so the metric does not exist there"};
  }
  return {};
}

}  // namespace

Result<void> ChangeOptions::Validate() const {
  if (depth < 1 || depth > 3) return Error{ErrorCode::kInvalidInput, "depth: " + std::to_string(depth) + " is not between 1 and 3"};
  if (most_parts < 1 || most_parts > 100) return Error{ErrorCode::kInvalidInput, "parts: " + std::to_string(most_parts) + " is not between 1 and 100"};
  return {};
}

Result<ChangeFound> ExplainChange(const ChangeRows& rows, const ChangeOptions& options, const RunContext& context) {
  ASSAY_TRY(options.Validate());
  const BothSums total = TotalsOf(rows);
  ASSAY_TRY(Refuse(rows, total));
  ChangeFound found;
  const FoundParts searched = ASSAY_TRY(FindParts(rows, total, options, context));
  const Blocks& blocks = searched.blocks;
  for (std::size_t s = 0; s < 2; ++s) found.blocks[s] = blocks.on_side[s];
  const ChangeDependence& dependence = searched.dependence;
  found.noise = {dependence.shifts.kind, dependence.shifts.runs, dependence.shifts.crossed};
  found.noise_of_metric = {dependence.levels.kind, dependence.levels.runs, dependence.levels.crossed};
  found.every_cell_counts = dependence.halves_resemble;
  found.as_mean = searched.as_mean;
  found.means_too = searched.means_too;
  found.why_untested = searched.why_untested;
  found.tested = searched.tested();
  found.cells = searched.chosen.looked_at;
  found.chosen = static_cast<std::int64_t>(searched.chosen.cells.size());
  for (const std::uint32_t f : searched.chosen.combined) found.combined.push_back(rows.features[f].name);
  const Cells& cells = searched.cells;
  const BlockTable& table = searched.table;
  const PartTests& tests = searched.tests;
  const std::vector<BothSums> sums = SumsOfSets(table);
  found.before = MetricOf(total[0], rows.form);
  found.after = MetricOf(total[1], rows.form);
  found.change = found.after - found.before;
  const auto contribution_of = [&](std::uint32_t set) -> Result<stats::Interval> {
    if (!found.tested) return Error{ErrorCode::kNumeric, found.why_untested};
    const BlockTable two = Joined(table, 0, [&](std::uint32_t other) { return other == set; });
    return ContributionInterval({two, blocks, Half::kTest, rows.form, options.level, dependence.contribution_widening, dependence.shifts.most_degrees});
  };
  for (std::uint32_t k = 0; k < cells.size(); ++k) {
    ChangePart made;
    made.predicates = cells[k];
    made.outside_earlier = std::any_of(cells.begin(), cells.begin() + k, [&](const auto& earlier) { return MayMeet(cells[k], earlier); });
    made.effect = EffectOf(sums[k], total, rows.form);
    if (found.tested) {
      made.p_value = tests.p[k];
      made.q_value = tests.q[k];
    }
    if (const Result<stats::Interval> interval = contribution_of(k); interval) {
      made.estimate = interval->value;
      made.low = interval->low;
      made.high = interval->high;
    }
    found.parts.push_back(std::move(made));
  }
  found.rest = EffectOf(sums.back(), total, rows.form);
  found.rest_interval = contribution_of(static_cast<std::uint32_t>(cells.size()));
  const Blocks level_blocks = MakeBlocks(rows, dependence.levels, context.seed);
  const BlockTable all = ASSAY_TRY(TableOf(rows, level_blocks, std::vector<std::uint8_t>(rows.x.size(), 0), 1, context));
  const TwoSets whole{all, level_blocks, Half::kAll, rows.form, options.level, dependence.levels.widening, dependence.levels.most_degrees};
  for (std::size_t s = 0; s < 2; ++s) found.blocks_of_metric[s] = level_blocks.on_side[s];
  const std::string why_no_level = WhyNoNoise(level_blocks.on_side, dependence.levels, options.least_blocks);
  const auto metric = [&](int side) -> Result<stats::Interval> {
    if (!why_no_level.empty()) return Error{ErrorCode::kNumeric, why_no_level};
    return MetricInterval(whole, side);
  };
  found.before_interval = metric(0);
  found.after_interval = metric(1);
  found.change_interval = metric(2);
  // Nothing was chosen: the rest is all there is, and every block may speak of it.
  if (cells.empty() || !why_no_level.empty()) found.rest_interval = found.change_interval;
  found.features.resize(rows.features.size());
  ASSAY_TRY(base::ParallelFor(context.Quiet(), static_cast<std::int64_t>(rows.features.size()), [&](std::int64_t f) {
    found.features[static_cast<std::size_t>(f)] = EffectByFeature(rows, rows.features[static_cast<std::size_t>(f)], total);
  }));
  return found;
}

}  // namespace assay::slices
