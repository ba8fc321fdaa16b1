#include "lifecycle/internal/traits.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "learn/comparison.h"
#include "learn/learner.h"

namespace assay::lifecycle {

namespace {

constexpr std::size_t kFewValues = 12;

bool IsCoded(const table::Column& column) { return column.type() == table::ColumnType::kCategory || column.type() == table::ColumnType::kBoolean; }

std::size_t NumCodes(const table::Column& column) { return column.type() == table::ColumnType::kBoolean ? 2 : column.dictionary().size(); }

// Labels in order of first appearance.
void NameCodes(const table::Column& column, std::span<const std::uint32_t> rows, Traits* traits) {
  const bool boolean = column.type() == table::ColumnType::kBoolean;
  const std::size_t missing = NumCodes(column);
  traits->label_of_code.assign(missing + 1, kNoLabel);
  for (const std::uint32_t row : rows) {
    const std::uint32_t code = column.CodeAt(row);
    const std::size_t at = code == table::kMissingCode ? missing : code;
    if (traits->label_of_code[at] != kNoLabel) continue;
    traits->label_of_code[at] = static_cast<std::uint32_t>(traits->labels.size());
    traits->labels.push_back(column.name() + (at == missing ? " is missing" : " = " + (boolean ? std::string(at == 1 ? "true" : "false") : column.dictionary()[at])));
  }
}

void CutNumbers(const table::Column& column, std::span<const std::uint32_t> rows, Traits* traits) {
  std::vector<double> sorted;
  for (const std::uint32_t row : rows) {
    const double value = column.NumberAt(row);
    if (!std::isnan(value)) sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> distinct;
  for (const double v : sorted) {
    if (distinct.empty() || v != distinct.back()) distinct.push_back(v);
    if (distinct.size() > kFewValues) break;
  }
  const auto readable = [](double v) { return base::PlainNumber(v); };
  std::vector<double>& uppers = traits->uppers;
  traits->exact = distinct.size() <= kFewValues;
  if (traits->exact) {
    uppers = distinct;
    for (const double v : distinct) traits->labels.push_back(column.name() + " = " + readable(v));
  } else {
    for (const std::size_t quarter : {1U, 2U, 3U}) {
      const double upper = sorted[sorted.size() * quarter / 4];
      if (uppers.empty() || upper > uppers.back()) uppers.push_back(upper);
    }
    for (std::size_t g = 0; g < uppers.size(); ++g) traits->labels.push_back(g == 0 ? column.name() + " <= " + readable(uppers[0]) : readable(uppers[g - 1]) + " < " + column.name() + " <= " + readable(uppers[g]));
    if (uppers.back() < sorted.back()) {
      traits->labels.push_back(column.name() + " > " + readable(uppers.back()));
      uppers.push_back(std::numeric_limits<double>::infinity());
    }
  }
  traits->label_of_code = {kNoLabel};
  if (sorted.size() == rows.size()) return;
  traits->label_of_code[0] = static_cast<std::uint32_t>(traits->labels.size());
  traits->labels.push_back(column.name() + " is missing");
}

}  // namespace

std::vector<std::uint32_t> LabelsOf(const Traits& traits, const table::Column& column, std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> labels;
  labels.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    if (IsCoded(column)) {
      const std::uint32_t code = column.CodeAt(row);
      labels.push_back(traits.label_of_code[code == table::kMissingCode ? NumCodes(column) : code]);
      continue;
    }
    const double value = column.NumberAt(row);
    const auto upper = std::lower_bound(traits.uppers.begin(), traits.uppers.end(), value);
    const bool found = upper != traits.uppers.end() && (!traits.exact || *upper == value);
    labels.push_back(std::isnan(value) ? traits.label_of_code[0] : found ? static_cast<std::uint32_t>(upper - traits.uppers.begin()) : kNoLabel);
  }
  return labels;
}

Traits TraitsOf(const table::Column& column, std::span<const std::uint32_t> rows) {
  Traits traits;
  if (IsCoded(column)) {
    NameCodes(column, rows, &traits);
  } else {
    CutNumbers(column, rows, &traits);
  }
  traits.of_row = LabelsOf(traits, column, rows);
  traits.sizes.assign(traits.labels.size(), 0);
  for (const std::uint32_t label : traits.of_row) ++traits.sizes[label];
  return traits;
}

std::vector<std::uint32_t> LargestGroups(const Traits& traits, std::size_t most) {
  std::vector<std::uint32_t> groups;
  for (std::uint32_t g = 0; g < traits.labels.size(); ++g) {
    if (traits.sizes[g] >= kLeastGroupRows) groups.push_back(g);
  }
  std::stable_sort(groups.begin(), groups.end(), [&](std::uint32_t a, std::uint32_t b) { return traits.sizes[a] > traits.sizes[b]; });
  if (groups.size() > most) groups.resize(most);
  return groups;
}

Result<stats::Interval> TellApart(const learn::Examples& members, const std::vector<learn::Feature>& features, const std::vector<learn::Split>& folds, const Dependence& dependence, double level, const RunContext& context) {
  learn::Examples examples = members;
  examples.features = features;
  learn::LearnerOptions quick;
  quick.quick = true;
  learn::Rows judged;
  std::vector<double> predictions;
  for (const learn::Split& fold : folds) {
    const auto model = ASSAY_TRY(learn::MakeLearner(learn::RungKind::kBoosted, quick)->Fit(examples, fold.train, context.Quiet()));
    std::vector<double> p(fold.test.size());
    ASSAY_TRY(model->Predict(*examples.table, fold.test, p, context));
    judged.insert(judged.end(), fold.test.begin(), fold.test.end());
    predictions.insert(predictions.end(), p.begin(), p.end());
  }
  const std::vector<double> constant(judged.size(), 0.5);
  return learn::Judge(examples, judged, constant, dependence.Clusters()).Estimate(learn::Metric::kAuc, predictions, level);
}

}  // namespace assay::lifecycle
