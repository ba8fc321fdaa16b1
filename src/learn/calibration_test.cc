// Do 95 % intervals hold the truth in 95 % of the cases, and tests reject at their level? Simulated, with fixed seeds.
//
// 1,000 simulations a cell in ./test; ASSAY_LONG=1 (scripts/calibration) runs 10,000 and prints the tables of docs/statistics.md.
//
// Scores are binormal: N(0, 1) for negatives, N(d, 1) for positives, d = sqrt(2) quantile(AUC). The better model's probability
// is the true one given its score; the other model sees the same score through noise and is calibrated for that. So every
// population value is an integral over one normal mixture. Rows of one unit share a part (0.2) of what makes the outcome and of
// what makes the score, each row alone being distributed as without units: the population values are the same.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <numeric>

#include "base/random.h"
#include "learn/comparison.h"
#include "learn/split.h"
#include "stats/corrected_resampled_t.h"
#include "stats/distributions.h"

namespace assay::learn {
namespace {

bool WholeForm() { return std::getenv("ASSAY_LONG") != nullptr; }

int Runs() { return WholeForm() ? 10'000 : 1'000; }
// 93 to 97 %, as required of 1,000 simulations.
bool Covers(int covered) { return covered >= 93 * Runs() / 100 && covered <= 97 * Runs() / 100; }

struct Design {
  const char* name;
  std::size_t rows, units;
  double shared;  // correlation within units
};
constexpr Design kDesigns[] = {{"500 rows", 500, 500, 0}, {"2,000 rows in 200 units", 2000, 200, 0.2}};
constexpr double kSeenThrough = 0.8;  // correlation of the two models' scores within a class

// Two models' predictions of simulated rows.
struct Sample {
  Examples examples;
  std::vector<double> a, b;
};

double Separation(double auc) { return std::sqrt(2.0) * stats::NormalQuantile(auc); }
double TrueProbability(double score, double d, double rate) { return 1 / (1 + std::exp(-(std::log(rate / (1 - rate)) + d * score - d * d / 2))); }

// Normal values of the design: a part shared within units.
std::vector<double> Latent(const Design& design, base::RandomStream* random) {
  std::vector<double> values;
  const std::size_t size = design.rows / design.units;
  double common = 0;
  for (std::size_t i = 0; i < design.rows; ++i) {
    if (design.shared > 0 && i % size == 0) common = random->Normal();
    values.push_back(std::sqrt(design.shared) * common + std::sqrt(1 - design.shared) * random->Normal());
  }
  return values;
}

Sample Draw(const Design& design, double rate, double auc, std::uint64_t cell, std::uint64_t run) {
  base::RandomStream random(cell, "calibration", run);
  Sample sample;
  const double d = Separation(auc), threshold = stats::NormalQuantile(rate);
  const std::vector<double> cause = Latent(design, &random), score = Latent(design, &random), noise = Latent(design, &random);
  for (std::size_t i = 0; i < design.rows; ++i) {
    const double y = cause[i] < threshold ? 1 : 0;
    const double through = kSeenThrough * score[i] + std::sqrt(1 - kSeenThrough * kSeenThrough) * noise[i];
    sample.examples.outcome.push_back(static_cast<float>(y));
    sample.a.push_back(TrueProbability(score[i] + d * y, d, rate));
    sample.b.push_back(TrueProbability(through + kSeenThrough * d * y, kSeenThrough * d, rate));
    if (design.units < design.rows) sample.examples.unit.push_back(static_cast<std::uint32_t>(i / (design.rows / design.units)));
  }
  sample.examples.num_units = static_cast<std::uint32_t>(design.units);
  return sample;
}

// Mean of loss(p, y) over the population, by Simpson's rule.
double Population(double d, double rate, const std::function<double(double, bool)>& loss) {
  constexpr int kSteps = 40'000;
  const double low = -9, high = 9 + d, step = (high - low) / kSteps;
  const auto density = [](double x) { return std::exp(-x * x / 2) / std::sqrt(2 * M_PI); };
  double sum = 0;
  for (int k = 0; k <= kSteps; ++k) {
    const double x = low + step * k, p = TrueProbability(x, d, rate);
    sum += (k == 0 || k == kSteps ? 1 : k % 2 == 1 ? 4 : 2) * (rate * density(x - d) * loss(p, true) + (1 - rate) * density(x) * loss(p, false));
  }
  return sum * step / 3;
}

double PopulationValue(Metric metric, double auc, double seen, double rate) {
  const double d = seen * Separation(auc);
  const auto log_loss = [](double p, bool y) { return -std::log(y ? p : 1 - p); };
  const auto squared = [](double p, bool y) { return (p - (y ? 1 : 0)) * (p - (y ? 1 : 0)); };
  switch (metric) {
    case Metric::kAuc: return stats::NormalCdf(d / std::sqrt(2.0));
    case Metric::kLogLoss: return Population(d, rate, log_loss);
    case Metric::kSkill: return 1 - Population(d, rate, log_loss) / (-rate * std::log(rate) - (1 - rate) * std::log(1 - rate));
    case Metric::kBrier: return Population(d, rate, squared);
    case Metric::kRmse: return std::sqrt(Population(d, rate, squared));
    default: {
      // Right when the score lies on the right side of where p = 1/2.
      const double cut = (d * d / 2 - std::log(rate / (1 - rate))) / d;
      return rate * stats::NormalCdf(d - cut) + (1 - rate) * stats::NormalCdf(cut);
    }
  }
}

struct Count {
  int covered = 0, below = 0, above = 0;  // the truth inside, below the interval, above it
  void Add(const stats::Interval& interval, double truth) {
    covered += interval.low <= truth && truth <= interval.high ? 1 : 0;
    below += truth < interval.low ? 1 : 0;
    above += truth > interval.high ? 1 : 0;
  }
};

TEST(Calibration, HoldoutIntervalsCoverThePopulationValue) {
  const int runs = Runs();
  const Metric metrics[] = {Metric::kAuc, Metric::kLogLoss, Metric::kSkill, Metric::kBrier, Metric::kAccuracy, Metric::kRmse};
  std::uint64_t cell = 0;
  std::printf("| rows | base rate | AUC | quantity | covered | truth below | truth above |\n|---|---|---|---|---|---|---|\n");
  for (const Design& design : kDesigns) {
    for (const double rate : {0.1, 0.5}) {
      for (const double auc : {0.6, 0.9}) {
        ++cell;
        std::vector<double> truth, truth_difference;
        for (const Metric metric : metrics) {
          truth.push_back(PopulationValue(metric, auc, 1, rate));
          const double other = PopulationValue(metric, auc, kSeenThrough, rate);
          truth_difference.push_back(HigherIsBetter(metric) ? truth.back() - other : other - truth.back());
        }
        std::map<std::string, Count> counts;
        Rows rows(design.rows);
        std::iota(rows.begin(), rows.end(), 0U);
        for (int run = 0; run < runs; ++run) {
          const Sample sample = Draw(design, rate, auc, cell, static_cast<std::uint64_t>(run));
          Examples regression = sample.examples;
          regression.task = Task::kRegression;
          const std::vector<double> constant(design.rows, rate);
          const Judge classes(sample.examples, rows, constant, {sample.examples.unit, sample.examples.num_units});
          const Judge numbers(regression, rows, constant, {sample.examples.unit, sample.examples.num_units});
          for (std::size_t m = 0; m < std::size(metrics); ++m) {
            const Judge& judge = metrics[m] == Metric::kRmse ? numbers : classes;
            const std::string name = MetricName(metrics[m]);
            counts[name].Add(*judge.Estimate(metrics[m], sample.a), truth[m]);
            // At a base rate of .1 and an AUC of .6 both models say no to nearly every row: a difference of a handful of rows.
            if (metrics[m] == Metric::kAccuracy && rate < 0.5) continue;
            counts[name + " difference"].Add(*judge.Improvement(metrics[m], sample.a, sample.b), truth_difference[m]);
          }
        }
        for (const auto& [name, count] : counts) {
          std::printf("| %s | %.1f | %.1f | %s | %.1f %% | %.1f %% | %.1f %% |\n", design.name, rate, auc, name.c_str(), 100.0 * count.covered / runs, 100.0 * count.below / runs, 100.0 * count.above / runs);
          EXPECT_TRUE(Covers(count.covered)) << design.name << ", base rate " << rate << ", AUC " << auc << ", " << name << ": " << count.covered << " of " << runs;
        }
      }
    }
  }
}

// A number predicted with errors that are normal, or skewed (exponential): RMSE, mean absolute error and their differences.
TEST(Calibration, IntervalsOfNumbersCoverThePopulationValue) {
  const int runs = Runs();
  for (const Design& design : kDesigns) {
    for (const bool skewed : {false, true}) {
      Count rmse, difference;
      for (int run = 0; run < runs; ++run) {
        base::RandomStream random(static_cast<std::uint64_t>(run), "calibration of numbers");
        const std::vector<double> x = Latent(design, &random), e = Latent(design, &random);
        Sample sample;
        sample.examples.task = Task::kRegression;
        for (std::size_t i = 0; i < design.rows; ++i) {
          const double error = skewed ? -std::log(1 - std::min(stats::NormalCdf(e[i]), 1 - 1e-15)) - 1 : e[i];
          sample.examples.outcome.push_back(static_cast<float>(x[i] + error));
          sample.a.push_back(x[i]);
          sample.b.push_back(0.7 * x[i]);
          if (design.units < design.rows) sample.examples.unit.push_back(static_cast<std::uint32_t>(i / (design.rows / design.units)));
        }
        Rows rows(design.rows);
        std::iota(rows.begin(), rows.end(), 0U);
        const Judge judge(sample.examples, rows, std::vector<double>(design.rows, 0.0), {sample.examples.unit, static_cast<std::uint32_t>(design.units)});
        rmse.Add(*judge.Estimate(Metric::kRmse, sample.a), 1);
        difference.Add(*judge.Improvement(Metric::kRmse, sample.a, sample.b), std::sqrt(1.09) - 1);
      }
      for (const auto& [name, count] : {std::pair{"rmse", rmse}, std::pair{"rmse difference", difference}}) {
        std::printf("%s, %s errors, %s: covered %.1f %% (truth below %.1f %%, above %.1f %%)\n", design.name, skewed ? "exponential" : "normal", name, 100.0 * count.covered / runs, 100.0 * count.below / runs, 100.0 * count.above / runs);
        EXPECT_TRUE(Covers(count.covered)) << design.name << " " << skewed << " " << name;
      }
    }
  }
}

// Least squares with an intercept on some of the columns.
std::vector<double> LeastSquares(const std::vector<std::vector<double>>& columns, const std::vector<double>& y, const std::vector<std::uint32_t>& rows) {
  const std::size_t p = columns.size() + 1;
  const auto at = [&](std::size_t j, std::uint32_t row) { return j == 0 ? 1.0 : columns[j - 1][row]; };
  std::vector<std::vector<double>> system(p, std::vector<double>(p + 1, 0));
  for (const std::uint32_t row : rows) {
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t k = 0; k < p; ++k) system[j][k] += at(j, row) * at(k, row);
      system[j][p] += at(j, row) * y[row];
    }
  }
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t i = 0; i < p; ++i) {
      if (i == j) continue;
      const double factor = system[i][j] / system[j][j];
      for (std::size_t k = j; k <= p; ++k) system[i][k] -= factor * system[j][k];
    }
  }
  std::vector<double> weights;
  for (std::size_t j = 0; j < p; ++j) weights.push_back(system[j][p] / system[j][j]);
  return weights;
}

// Mean squared error on `test` of least squares fitted on `train`.
double SquaredError(const std::vector<std::vector<double>>& columns, const std::vector<double>& y, const std::vector<std::uint32_t>& train, std::span<const std::uint32_t> test) {
  const std::vector<double> weights = LeastSquares(columns, y, train);
  double sum = 0;
  for (const std::uint32_t row : test) {
    double miss = y[row] - weights[0];
    for (std::size_t j = 0; j < columns.size(); ++j) miss -= weights[j + 1] * columns[j][row];
    sum += miss * miss;
  }
  return sum / static_cast<double>(test.size());
}

// Two procedures refitted on parts of 300 rows: least squares on x_1 against x_2 (equal by symmetry), and on both against x_1.
// The truth is the expected difference of what they make of as many fresh rows: E(MSE) = s^2 (n + 1)(n - 2) / (n (n - p - 2))
// for least squares on p normal columns (Stein 1960), s^2 with what the procedure cannot see.
TEST(Calibration, CorrectedResampledTCoversAndKeepsItsLevel) {
  const int runs = Runs();
  constexpr std::size_t kRows = 300;
  struct Resampling {
    const char* name;
    int repeats;
    std::size_t test_rows;
    bool folds;
  };
  const Resampling resamplings[] = {{"10 x 10 folds", 10, 30, true}, {"30 random parts, a fifth held out", 30, 60, false}};
  for (const Resampling& resampling : resamplings) {
    int rejected = 0, covered = 0, uncorrected = 0;
    const auto n = static_cast<double>(kRows - resampling.test_rows);
    const auto expected = [&](double s2, double p) { return s2 * (n + 1) * (n - 2) / (n * (n - p - 2)); };
    const double truth = expected(1.25, 1) - expected(1, 2);  // the second column adds 0.5 x_2
    for (int run = 0; run < runs; ++run) {
      base::RandomStream random(static_cast<std::uint64_t>(run), "calibration of procedures");
      std::vector<std::vector<double>> x(2, std::vector<double>(kRows));
      std::vector<double> symmetric(kRows), uneven(kRows);
      for (std::size_t i = 0; i < kRows; ++i) {
        for (std::vector<double>& column : x) column[i] = random.Normal();
        const double noise = random.Normal();
        symmetric[i] = 0.5 * x[0][i] + 0.5 * x[1][i] + noise;
        uneven[i] = 0.8 * x[0][i] + 0.5 * x[1][i] + noise;
      }
      std::vector<double> of_equals, of_unequals;
      std::vector<std::uint32_t> order(kRows);
      std::iota(order.begin(), order.end(), 0U);
      for (int repeat = 0; repeat < resampling.repeats; ++repeat) {
        random.Shuffle(std::span<std::uint32_t>(order));
        for (std::size_t first = 0; first < (resampling.folds ? kRows : resampling.test_rows); first += resampling.test_rows) {
          const std::span<const std::uint32_t> test = std::span<const std::uint32_t>(order).subspan(first, resampling.test_rows);
          std::vector<std::uint32_t> train(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first));
          train.insert(train.end(), order.begin() + static_cast<std::ptrdiff_t>(first + resampling.test_rows), order.end());
          of_equals.push_back(SquaredError({x[0]}, symmetric, train, test) - SquaredError({x[1]}, symmetric, train, test));
          of_unequals.push_back(SquaredError({x[0]}, uneven, train, test) - SquaredError(x, uneven, train, test));
        }
      }
      const stats::ResamplingShape shape{n, static_cast<double>(resampling.test_rows)};
      rejected += stats::CorrectedResampledT(of_equals, shape)->p_value <= 0.05 ? 1 : 0;
      uncorrected += stats::CorrectedResampledT(of_equals, {1, 1e-12})->p_value <= 0.05 ? 1 : 0;
      const stats::Interval interval = *stats::CorrectedResampledT(of_unequals, shape);
      covered += interval.low <= truth && truth <= interval.high ? 1 : 0;
    }
    std::printf("corrected resampled t, %s: equal procedures not rejected in %.1f %% (without the correction %.1f %%), difference covered in %.1f %% of %d runs\n", resampling.name,
                100 - 100.0 * rejected / runs, 100 - 100.0 * uncorrected / runs, 100.0 * covered / runs, runs);
    const int least = 93 * runs / 100;
    EXPECT_GE(runs - rejected, least) << resampling.name;
    EXPECT_GE(covered, least) << resampling.name;
    EXPECT_LT(runs - uncorrected, least) << "the correction is not needed here, so this simulation shows nothing";
  }
}

// What `assay train` does (RandomHalves): rows, units or days dealt into halves, forward in time where there is one. Units and
// days have a part (0.2) of columns and noise in common. The truth is what such fits differ by on average over all runs.
struct Halves {
  const char* name;
  std::size_t units, rows_per_unit;
  bool forward;
  bool must_hold;  // below, docs/statistics.md says what is lost
};
constexpr Halves kHalves[] = {
    {"300 rows", 300, 1, false, true},
    {"100 rows", 100, 1, false, true},
    {"40 units of 10 rows", 40, 10, false, true},
    {"20 units of 20 rows", 20, 20, false, true},
    {"10 units of 40 rows", 10, 40, false, false},
    {"120 days of 10 rows, forward", 120, 10, true, true},
    {"60 days of 10 rows, forward", 60, 10, true, true},
    {"30 days of 20 rows, forward", 30, 20, true, true},
};

TEST(Calibration, CorrectedResampledTOfRandomHalvesCoversAndKeepsItsLevel) {
  const int runs = Runs();
  constexpr int kRepeats = 15;
  for (const Halves& design : kHalves) {
    const std::size_t rows = design.units * design.rows_per_unit;
    Examples examples;
    examples.task = Task::kRegression;
    std::vector<table::Column> columns;
    columns.push_back(table::Column::Numbers("y", std::vector<double>(rows, 0.0)));
    examples.table = std::make_shared<const table::Table>(*table::Table::Create(std::move(columns)));
    for (std::size_t i = 0; i < rows; ++i) {
      if (design.forward) examples.time.push_back(static_cast<base::Micros>(i / design.rows_per_unit) * base::kMicrosPerDay);
      if (!design.forward && design.rows_per_unit > 1) examples.unit.push_back(static_cast<std::uint32_t>(i / design.rows_per_unit));
    }
    examples.num_units = examples.unit.empty() ? 0 : static_cast<std::uint32_t>(design.units);
    Rows all(rows);
    std::iota(all.begin(), all.end(), 0U);
    const double common = design.rows_per_unit > 1 ? 0.2 : 0;
    int rejected = 0, covered = 0;
    double truth = 0;
    std::vector<stats::Interval> intervals;
    for (int run = 0; run < runs; ++run) {
      base::RandomStream random(static_cast<std::uint64_t>(run), "calibration of halves");
      const Design latent{design.name, rows, design.units, common};
      const std::vector<std::vector<double>> x = {Latent(latent, &random), Latent(latent, &random)};
      const std::vector<double> noise = Latent(latent, &random);
      std::vector<double> symmetric(rows), uneven(rows);
      for (std::size_t i = 0; i < rows; ++i) {
        symmetric[i] = 0.5 * x[0][i] + 0.5 * x[1][i] + noise[i];
        uneven[i] = 0.8 * x[0][i] + 0.5 * x[1][i] + noise[i];
      }
      const Resampling halves = *RandomHalves(examples, all, kRepeats, static_cast<std::uint64_t>(run));
      std::vector<double> of_equals, of_unequals;
      for (const Split& split : halves.splits) {
        of_equals.push_back(SquaredError({x[0]}, symmetric, split.train, split.test) - SquaredError({x[1]}, symmetric, split.train, split.test));
        of_unequals.push_back(SquaredError({x[0]}, uneven, split.train, split.test) - SquaredError(x, uneven, split.train, split.test));
      }
      const stats::ResamplingShape shape{halves.spared_groups, halves.judging_groups};
      rejected += stats::CorrectedResampledT(of_equals, shape)->p_value <= 0.05 ? 1 : 0;
      intervals.push_back(*stats::CorrectedResampledT(of_unequals, shape));
      truth += intervals.back().value / runs;
    }
    double width = 0;
    for (const stats::Interval& interval : intervals) {
      covered += interval.low <= truth && truth <= interval.high ? 1 : 0;
      width += (interval.high - interval.low) / runs;
    }
    std::printf("corrected resampled t, %d random halves, %s: equal procedures not rejected in %.1f %%, difference covered in %.1f %% of %d runs; difference %.3f, width %.3f\n", kRepeats, design.name, 100 - 100.0 * rejected / runs,
                100.0 * covered / runs, runs, truth, width);
    if (!design.must_hold) continue;
    EXPECT_GE(runs - rejected, 93 * runs / 100) << design.name;
    EXPECT_GE(covered, 93 * runs / 100) << design.name;
  }
}

// The second interval of a paired difference, from drawing units again. An AUC of 500 rows costs a minute a cell, so it waits
// for the long form.
TEST(Calibration, BootstrapIntervalsOfDifferencesCoverThePopulationValue) {
  const int runs = WholeForm() ? 2'000 : 1'000;
  stats::BootstrapOptions options;
  options.draws = 400;
  for (const Design& design : kDesigns) {
    for (const auto& [rate, auc] : {std::pair{0.1, 0.9}, std::pair{0.5, 0.6}}) {
      std::map<std::string, Count> counts;
      std::map<Metric, double> truth;
      for (const Metric metric : {Metric::kSkill, Metric::kLogLoss, Metric::kAuc}) {
        const double a = PopulationValue(metric, auc, 1, rate), b = PopulationValue(metric, auc, kSeenThrough, rate);
        truth[metric] = HigherIsBetter(metric) ? a - b : b - a;
      }
      Rows rows(design.rows);
      std::iota(rows.begin(), rows.end(), 0U);
      for (int run = 0; run < runs; ++run) {
        const Sample sample = Draw(design, rate, auc, 77, static_cast<std::uint64_t>(run));
        const Judge judge(sample.examples, rows, std::vector<double>(design.rows, rate), {sample.examples.unit, sample.examples.num_units});
        options.seed = static_cast<std::uint64_t>(run);
        for (const Metric metric : {Metric::kSkill, Metric::kLogLoss, Metric::kAuc}) {
          if (metric == Metric::kAuc && design.units > 200 && !WholeForm()) continue;
          counts[MetricName(metric)].Add(*judge.BootstrapImprovement(metric, sample.a, sample.b, options), truth[metric]);
        }
      }
      for (const auto& [name, count] : counts) {
        std::printf("bootstrap by unit, %s, base rate %.1f, AUC %.1f, %s difference: covered %.1f %% (truth below %.1f %%, above %.1f %%)\n", design.name, rate, auc, name.c_str(), 100.0 * count.covered / runs, 100.0 * count.below / runs, 100.0 * count.above / runs);
        EXPECT_GE(count.covered, 93 * runs / 100) << design.name << " " << name;
        EXPECT_LE(count.covered, 97 * runs / 100) << design.name << " " << name;
      }
    }
  }
}

}  // namespace
}  // namespace assay::learn
