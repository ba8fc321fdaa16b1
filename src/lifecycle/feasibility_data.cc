#include <algorithm>
#include <cmath>
#include <optional>

#include "base/random.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "lifecycle/internal/feasibility_items.h"
#include "stats/learning_curve.h"

namespace assay::lifecycle {

namespace {

using evidence::FeasibilityItem;
using evidence::Verdict;
using learn::Metric;
using learn::RungKind;

constexpr int kMostHalvings = 6;
constexpr std::size_t kLeastCurveRows = 50;
constexpr int kDraws = 400;
constexpr int kRepeats = 3;  // training samples per size, where they fit beside each other

// One size of the curve: the mean score of its training samples and each judged item's share in its error.
struct CurveSize {
  double rows = 0;
  double score = 0;          // in the metric's own direction
  std::vector<double> influence;
  double sample_spread = 0;  // variance between training samples; NaN with one sample
  int samples = 0;
};

// Trains on `count` samples of about `size` rows, whole units where there are some, and judges them on the same rows.
Result<CurveSize> MeasureSize(const Ground& ground, const learn::Judge& judge, const learn::Split& split, RungKind family, std::size_t size, int count) {
  CurveSize result;
  const bool whole = size >= split.train.size();
  if (whole) count = 1;
  struct Sample {
    std::size_t rows = 0;
    std::optional<learn::MetricParts> parts;  // nothing where it cannot be trained on or judged
    std::optional<Error> error;
  };
  std::vector<Sample> samples(static_cast<std::size_t>(count));
  const auto judge_one = [&](std::size_t sample, const RunContext& context) {
    const std::uint64_t seed = context.seed + 1000003ULL * static_cast<std::uint64_t>(sample + 1);
    const learn::Rows rows = whole ? split.train : learn::SampleRows(ground.examples, split.train, static_cast<std::int64_t>(size), seed);
    std::vector<double> p(split.test.size() * ground.examples.num_outputs());
    const auto model = learn::MakeRepeatedLearner(family)->Fit(ground.examples, rows, context);
    if (!model) return;
    const Result<void> predicted = (*model)->Predict(*ground.examples.table, split.test, p, context);
    if (!predicted) {
      samples[sample].error = predicted.error();
      return;
    }
    Result<learn::MetricParts> parts = judge.Parts(ground.metric, p);
    samples[sample].rows = rows.size();
    if (parts) samples[sample].parts = std::move(*parts);
  };
  ASSAY_TRY(base::ParallelFor(ground.context, count, [&](std::int64_t sample) { judge_one(static_cast<std::size_t>(sample), count == 1 ? ground.context.Quiet() : ground.context.Serial()); }));
  std::vector<double> scores;
  for (const Sample& sample : samples) {
    if (sample.error) return *sample.error;
    if (!sample.parts) continue;
    result.rows += static_cast<double>(sample.rows);
    scores.push_back(sample.parts->value);
    if (result.influence.empty()) result.influence.assign(sample.parts->influence.size(), 0.0);
    for (std::size_t i = 0; i < sample.parts->influence.size(); ++i) result.influence[i] += sample.parts->influence[i];
  }
  result.samples = static_cast<int>(scores.size());
  if (scores.empty()) return Error{ErrorCode::kNumeric, "no training sample of " + std::to_string(size) + " rows could be judged"};
  const auto n = static_cast<double>(scores.size());
  result.rows /= n;
  for (const double s : scores) result.score += s / n;
  for (double& v : result.influence) v /= n;
  result.sample_spread = std::nan("");
  if (scores.size() > 1) {
    result.sample_spread = 0;
    for (const double s : scores) result.sample_spread += (s - result.score) * (s - result.score) / (n - 1);
  }
  return result;
}

// Redrawn errors of all sizes at once: judged units drawn again with Poisson weights, the same for every size, and each
// size's training samples drawn again as a normal error. Every unit's influences are summed first.
std::vector<std::vector<double>> JointErrors(const Ground& ground, const learn::Judge& judge, const std::vector<CurveSize>& sizes, const std::vector<double>& sample_errors) {
  const std::size_t items = sizes[0].influence.size();
  const stats::Clusters clusters = judge.Clusters();
  const stats::Crossing* crossing = clusters.crossing;
  const std::size_t units = clusters.unit.empty() ? items : clusters.num_units;
  std::vector<double> sums(units * sizes.size(), 0.0);
  for (std::size_t i = 0; i < items; ++i) {
    const std::size_t unit = clusters.unit.empty() ? i : clusters.unit[i];
    for (std::size_t s = 0; s < sizes.size(); ++s) sums[unit * sizes.size() + s] += sizes[s].influence[i] / static_cast<double>(items);
  }
  std::vector<std::vector<double>> errors;
  for (int draw = 0; draw < kDraws; ++draw) {
    base::RandomStream random(ground.context.seed, "learning curve", static_cast<std::uint64_t>(draw));
    std::vector<double> error(sizes.size(), 0.0);
    // Of a unit in a period the weights of both multiply (Owen 2007, doi:10.1214/07-AOAS122).
    std::vector<double> of_unit(crossing == nullptr ? 0 : crossing->num_units), of_period(crossing == nullptr ? 0 : crossing->num_periods);
    for (double& w : of_unit) w = static_cast<double>(random.Poisson1());
    for (double& w : of_period) w = static_cast<double>(random.Poisson1());
    for (std::size_t u = 0; u < units; ++u) {
      const double weight = (crossing == nullptr ? static_cast<double>(random.Poisson1()) : of_unit[crossing->unit_of[u]] * of_period[crossing->period_of[u]]) - 1;
      if (weight == 0) continue;
      for (std::size_t s = 0; s < sizes.size(); ++s) error[s] += weight * sums[u * sizes.size() + s];
    }
    for (std::size_t s = 0; s < sizes.size(); ++s) error[s] += sample_errors[s] * random.Normal();
    errors.push_back(std::move(error));
  }
  return errors;
}

// The standard error that the choice of training rows adds at each size. Where one sample is all there is, the spread of
// the other sizes is carried over, as falling with the root of the rows.
std::vector<double> SampleErrors(const std::vector<CurveSize>& sizes) {
  double pooled = 0, weight = 0;
  for (const CurveSize& size : sizes) {
    if (!std::isfinite(size.sample_spread)) continue;
    pooled += size.sample_spread * size.rows * (size.samples - 1);
    weight += size.samples - 1;
  }
  const double per_row = weight > 0 ? pooled / weight : 0;
  std::vector<double> errors;
  for (const CurveSize& size : sizes) errors.push_back(std::sqrt(per_row / size.rows / size.samples));
  return errors;
}

evidence::Estimate InMetric(stats::Interval interval, double sign) {
  if (sign < 0) {
    interval.value = -interval.value;
    std::swap(interval.low, interval.high);
    interval.low = -interval.low;
    interval.high = -interval.high;
  }
  return WithInterval(interval);
}

evidence::Figure RowsForTarget(const stats::LearningCurve& curve, double target) {
  evidence::Estimate estimate = WithInterval(curve.RowsFor(target));
  const double never = curve.ShareThatNever(target);
  if (!std::isfinite(estimate.value)) estimate.reason = "the fitted curve never reaches the target";
  else if (!std::isfinite(estimate.high)) estimate.reason = "no upper end: " + base::ReadableShare(never) + " of the redrawn curves never reach the target";
  return MakeFigure("rows_for_target", "training rows needed for the target", estimate, "rows");
}

}  // namespace

Result<FeasibilityItem> DataItem(const Ground& ground, const Gains& gains, MoreRows* more) {
  const learn::Examples& examples = ground.examples;
  const std::string metric = learn::MetricName(ground.metric);
  const double sign = learn::HigherIsBetter(ground.metric) ? 1 : -1;
  FeasibilityItem item = StartItem("data");
  item.method = "learning curve of the better model (" + gains.model_name + ") on untouched rows, up to three training samples per size; power law, refitted to 400 joint redraws of judged units and training samples; refused when a test at 5 % rejects that the curve never falls";
  const learn::Rows thin = ThinRows(examples, kGainRows, ground.context.seed);
  const std::vector<learn::Split> folds = ASSAY_TRY(learn::CrossValidationFolds(examples, thin, 2, ground.context.seed));
  const learn::Split& split = folds.back();
  std::vector<double> constant(split.test.size() * examples.num_outputs());
  const auto model = ASSAY_TRY(learn::MakeLearner(RungKind::kConstant)->Fit(examples, split.train, ground.context));
  ASSAY_TRY(model->Predict(*examples.table, split.test, constant, ground.context));
  const learn::Judge judge(examples, split.test, constant, ground.dependence.Clusters());

  std::vector<std::pair<std::size_t, int>> plan;  // size, training samples
  std::int64_t planned = 0, done = 0;             // rows to train on, for the time left
  for (int halvings = kMostHalvings; halvings >= 0; --halvings) {
    const std::size_t size = split.train.size() >> halvings;
    if (size < kLeastCurveRows) continue;
    plan.emplace_back(size, halvings >= 2 && size <= 50'000 ? kRepeats : 1);
    planned += static_cast<std::int64_t>(size) * plan.back().second;
  }
  std::vector<CurveSize> sizes;
  for (const auto& [size, samples] : plan) {
    const Result<CurveSize> measured = MeasureSize(ground, judge, split, gains.model, size, samples);
    if (!measured && measured.error().code == ErrorCode::kCancelled) return measured.error();
    if (measured && (sizes.empty() || measured->rows > sizes.back().rows)) sizes.push_back(*measured);
    ground.context.Report("data: learning curve", done += static_cast<std::int64_t>(size) * samples, planned);
  }

  ground.context.Report("data: fit the learning curve", 0, 0);
  const std::vector<double> sample_errors = SampleErrors(sizes);
  std::vector<stats::CurveObservation> observations;
  for (std::size_t s = 0; s < sizes.size(); ++s) {
    const Result<stats::Interval> judged = stats::FromInfluence(sizes[s].score, sizes[s].influence, judge.Clusters());
    if (!judged) continue;
    stats::Interval interval = *judged;
    const double error = std::hypot(interval.standard_error, sample_errors[s]);
    const double stretch = interval.standard_error > 0 ? error / interval.standard_error : 1;
    interval.low = interval.value - (interval.value - interval.low) * stretch;
    interval.high = interval.value + (interval.high - interval.value) * stretch;
    item.curve.push_back({std::round(sizes[s].rows), WithInterval(interval), false});
    if (error > 0) observations.push_back({sizes[s].rows, sign * sizes[s].score, error});
  }
  if (observations.size() != sizes.size() || observations.size() < 4) {
    item.verdict = Verdict::kInconclusive;
    item.answer = "Not decided: a learning curve needs at least four sizes from " + std::to_string(kLeastCurveRows) + " training rows on, there are " + std::to_string(observations.size()) + ".";
    return item;
  }
  std::vector<std::vector<double>> errors = JointErrors(ground, judge, sizes, sample_errors);
  if (sign < 0) {
    for (std::vector<double>& error : errors) {
      for (double& e : error) e = -e;
    }
  }
  const Result<stats::LearningCurve> curve = stats::FitLearningCurve(observations, ground.context.seed, errors, sign > 0 ? 1 : 0);
  if (!curve) {
    item.verdict = Verdict::kInconclusive;
    item.answer = "Not decided: " + curve.error().message + ".";
    return item;
  }
  const double most = observations.back().rows;
  for (double rows = observations.front().rows; rows <= most * 10; rows *= 1.6) item.curve.push_back({std::round(rows), InMetric(curve->Range(rows), sign), true});
  const evidence::Estimate limit = InMetric(curve->asymptote, sign), doubled = InMetric(curve->Range(2 * most), sign);
  item.figures.push_back(MakeFigure("limit", metric + " with any number of rows (fitted)", limit, metric));
  item.figures.push_back(MakeFigure("doubled", metric + " with twice the rows (fitted)", doubled, metric));
  const evidence::Figure needed = std::isfinite(ground.options.target) ? RowsForTarget(*curve, sign * ground.options.target) : evidence::Figure{};
  if (std::isfinite(ground.options.target)) item.figures.push_back(needed);
  item.figures.push_back(MakeFigure("monotone_p", "p value of 'the curve never falls'", WithoutInterval(curve->monotone_p, "a p value has no interval")));
  item.figures.push_back(MakeFigure("misfit", "distance of the points from the fitted curve", WithoutInterval(curve->misfit, "root mean square, in standard errors of the points: about 1 or less is a good fit"), "standard errors"));
  // What more rows are for: the target, or without one the least gain over the constant.
  const bool has_target = std::isfinite(ground.options.target);
  const double floor = ASSAY_TRY(judge.Parts(ground.metric, constant)).value;
  const double wanted = has_target ? ground.options.target : floor + sign * ground.options.least_gain;
  const stats::Interval tenfold = curve->Range(10 * most);
  more->still_rising = curve->still_rising;
  more->in_vain = curve->still_rising && tenfold.high < sign * wanted;
  const evidence::Estimate& now = item.curve[observations.size() - 1].score;
  const bool reached = has_target && (sign > 0 ? now.low >= wanted : now.high <= wanted);
  // Flat is what surely gains too little: doubling the rows brings less than the least gain, or the target is out of every redrawn curve's reach.
  const stats::Interval rise = curve->RiseByDoubling(most);
  item.figures.push_back(MakeFigure("rise", "what twice the rows add (fitted)", InMetric(rise, sign), metric));
  const bool flat = has_target ? curve->ShareThatNever(sign * wanted) > 0.975 : rise.high < ground.options.least_gain;
  const bool worth = has_target || rise.low >= ground.options.least_gain;  // what the curve still rises by
  item.verdict = more->in_vain || reached ? Verdict::kSupported : more->still_rising && worth ? Verdict::kRefuted : flat ? Verdict::kSupported : Verdict::kInconclusive;
  const std::string at = base::ReadableNumber(most) + " training rows";
  // Both ends of a rise stand on the fitted curve: beside the measured point it could seem to fall.
  const std::string doubling = "on the fitted curve twice as many rows would take " + metric + " from " + base::ReadableNumber(InMetric(curve->Range(most), sign).value, 3) + " to " + EstimateInWords(doubled);
  if (reached) {
    item.answer = "Yes: with " + at + " the target " + base::ReadableNumber(wanted, 3) + " is passed (" + metric + " " + EstimateInWords(now) + ")" + (more->still_rising ? "; the curve still rises: " + doubling : "") + ".";
  } else if (more->in_vain) {
    item.figures.push_back(MakeFigure("tenfold", metric + " with ten times the rows (fitted)", InMetric(tenfold, sign), metric));
    item.answer = "Rows are not what is missing: the curve still rises at " + at + ", but even ten times as many would give " + metric + " " + EstimateInWords(InMetric(tenfold, sign)) + ", short of " + (has_target ? "the target " : "the least gain over the constant, ") + base::ReadableNumber(wanted, 3) + ".";
  } else if (more->still_rising && worth) {
    item.answer = "More would help: the curve still rises at " + at + "; " + doubling + ".";
  } else if (more->still_rising) {
    item.answer = std::string(flat ? "Yes: " : "Not decided: ") + "the curve still rises at " + at + ", but by " + (flat ? "less than the least gain" : "what may be less than the least gain") + ": " + doubling + ".";
  } else {
    item.answer = flat ? "Yes: no rise is shown at " + at + "; more of the same rows would hardly help (fitted limit " + EstimateInWords(limit) + ")."
                       : "Not decided: no rise is shown at " + at + ", nor that more rows would not help; twice as many would give " + metric + " " + EstimateInWords(doubled) + ".";
  }
  if (has_target && !reached && !more->in_vain) {
    const evidence::Estimate& rows = needed.estimate;
    item.answer += " The target " + base::ReadableNumber(wanted, 3) + " is not surely reached; " + (std::isfinite(rows.value) ? "on the fitted curve that would take " + base::ReadableNumber(rows.value, 3) + " rows (" + (rows.reason.empty() ? base::ReadableNumber(rows.low, 3) + " to " + base::ReadableNumber(rows.high, 3) : rows.reason) + ")." : rows.reason + ".");
  }
  return item;
}

}  // namespace assay::lifecycle
