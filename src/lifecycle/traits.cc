#include "lifecycle/internal/traits.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "learn/comparison.h"
#include "learn/learner.h"

namespace assay::lifecycle {

namespace {

constexpr std::size_t kFewValues = 12;

Traits FromCodes(const table::Column& column, std::span<const std::uint32_t> rows) {
  Traits traits;
  const bool boolean = column.type() == table::ColumnType::kBoolean;
  const std::size_t size = boolean ? 2 : column.dictionary().size();
  std::vector<std::uint32_t> label_of(size + 1, UINT32_MAX);  // the last one: missing
  for (const std::uint32_t row : rows) {
    const std::uint32_t code = column.CodeAt(row);
    const std::size_t at = code == table::kMissingCode ? size : code;
    if (label_of[at] == UINT32_MAX) {
      label_of[at] = static_cast<std::uint32_t>(traits.labels.size());
      traits.labels.push_back(column.name() + (at == size ? " is missing" : " = " + (boolean ? std::string(at == 1 ? "true" : "false") : column.dictionary()[at])));
    }
    traits.of_row.push_back(label_of[at]);
  }
  return traits;
}

Traits FromNumbers(const table::Column& column, std::span<const std::uint32_t> rows) {
  Traits traits;
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
  const auto readable = [](double v) { return base::ReadableNumber(v, 6); };
  std::vector<double> uppers;  // group g: values up to uppers[g], above those before
  if (distinct.size() <= kFewValues) {
    uppers = distinct;
    for (const double v : distinct) traits.labels.push_back(column.name() + " = " + readable(v));
  } else {
    for (const std::size_t quarter : {1U, 2U, 3U}) {
      const double upper = sorted[sorted.size() * quarter / 4];
      if (uppers.empty() || upper > uppers.back()) uppers.push_back(upper);
    }
    for (std::size_t g = 0; g < uppers.size(); ++g) traits.labels.push_back(g == 0 ? column.name() + " <= " + readable(uppers[0]) : readable(uppers[g - 1]) + " < " + column.name() + " <= " + readable(uppers[g]));
    if (uppers.back() < sorted.back()) {
      traits.labels.push_back(column.name() + " > " + readable(uppers.back()));
      uppers.push_back(sorted.back());
    }
  }
  std::uint32_t missing = UINT32_MAX;
  for (const std::uint32_t row : rows) {
    const double value = column.NumberAt(row);
    if (std::isnan(value)) {
      if (missing == UINT32_MAX) {
        missing = static_cast<std::uint32_t>(traits.labels.size());
        traits.labels.push_back(column.name() + " is missing");
      }
      traits.of_row.push_back(missing);
    } else {
      traits.of_row.push_back(static_cast<std::uint32_t>(std::lower_bound(uppers.begin(), uppers.end(), value) - uppers.begin()));
    }
  }
  return traits;
}

}  // namespace

Traits TraitsOf(const table::Column& column, std::span<const std::uint32_t> rows) {
  const bool codes = column.type() == table::ColumnType::kCategory || column.type() == table::ColumnType::kBoolean;
  Traits traits = codes ? FromCodes(column, rows) : FromNumbers(column, rows);
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
  return learn::Judge(examples, judged, constant, dependence.unit, dependence.num_units).Estimate(learn::Metric::kAuc, predictions, level);
}

}  // namespace assay::lifecycle
