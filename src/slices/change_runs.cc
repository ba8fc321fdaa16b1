#include "slices/internal/change_runs.h"

#include <algorithm>
#include <cmath>

namespace assay::slices {

namespace {

constexpr std::int64_t kLeastRuns = 8;
constexpr double kLeastShareOfRows = 0.02;  // of a value whose series is looked at

// Sums of e = x - R y (of a sum x) and of y (of a sum x) per block of a side.
struct Series {
  std::vector<double> e, m;
  double rows = 0;
};
using BothSeries = std::array<Series, 2>;

void Add(const ChangeRows& rows, const double (&level)[2], std::size_t i, BothSeries* series) {
  Series& own = (*series)[rows.side[i]];
  const bool sum = rows.form == ChangeForm::kSum;
  own.e[rows.block[i]] += sum ? rows.x[i] : rows.x[i] - level[rows.side[i]] * rows.y_at(i);
  own.m[rows.block[i]] += sum ? rows.x[i] : rows.y_at(i);
  own.rows += 1;
}

BothSeries Empty(std::uint32_t blocks) {
  Series series{std::vector<double>(blocks, 0), std::vector<double>(blocks, 0), 0};
  return {series, series};
}

// Of the values at `there`, about their mean; corrected for what taking it off costs: (n r + 1) / (n - 3). NaN where they do not vary.
double AutocorrelationOf(const std::vector<double>& values, const std::vector<std::uint32_t>& there) {
  const auto n = static_cast<double>(there.size());
  double mean = 0, squares = 0, products = 0;
  for (const std::uint32_t b : there) mean += values[b] / n;
  for (std::size_t k = 0; k < there.size(); ++k) {
    const double v = values[there[k]] - mean;
    squares += v * v;
    if (k > 0) products += v * (values[there[k - 1]] - mean);
  }
  return squares > 0 ? (n * products / squares + 1) / (n - 3) : std::nan("");
}

}  // namespace

Runs FindRuns(const ChangeRows& rows) {
  double level[2] = {0, 0}, x[2] = {0, 0}, y[2] = {0, 0};
  for (std::size_t i = 0; i < rows.x.size(); ++i) {
    x[rows.side[i]] += rows.x[i];
    y[rows.side[i]] += rows.y_at(i);
  }
  for (std::size_t s = 0; s < 2; ++s) level[s] = y[s] == 0 ? 0 : x[s] / y[s];
  BothSeries all = Empty(rows.num_blocks);
  std::vector<double> count[2] = {std::vector<double>(rows.num_blocks, 0), std::vector<double>(rows.num_blocks, 0)};
  for (std::size_t i = 0; i < rows.x.size(); ++i) {
    Add(rows, level, i, &all);
    count[rows.side[i]][rows.block[i]] += 1;
  }
  std::array<std::vector<std::uint32_t>, 2> there;
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::uint32_t b = 0; b < rows.num_blocks; ++b) {
      if (count[s][b] > 0) there[s].push_back(b);
    }
  }
  const std::size_t days = std::min(there[0].size(), there[1].size());
  Runs runs;
  if (static_cast<std::int64_t>(days) < 2 * kLeastRuns) return runs;
  const auto mean_over = [&](const auto& values_of) {
    double sum = 0, series = 0;
    for (std::size_t s = 0; s < 2; ++s) {
      const double r = AutocorrelationOf(values_of(s), there[s]);
      if (std::isnan(r)) continue;
      sum += r;
      series += 1;
    }
    return series > 0 ? sum / series : 0.0;
  };
  runs.autocorrelation = mean_over([&](std::size_t s) -> const std::vector<double>& { return all[s].e; });
  for (const Feature& feature : rows.features) {
    std::vector<BothSeries> atoms;
    std::vector<std::uint32_t> place(feature.atoms.size(), UINT32_MAX);
    for (std::size_t a = 0; a < feature.atoms.size(); ++a) {
      if (static_cast<double>(feature.atoms[a].rows) < kLeastShareOfRows * static_cast<double>(rows.x.size())) continue;
      place[a] = static_cast<std::uint32_t>(atoms.size());
      atoms.push_back(Empty(rows.num_blocks));
    }
    ForEachAtom(feature, [&](std::size_t i, std::uint32_t atom) {
      if (place[atom] != UINT32_MAX) Add(rows, level, i, &atoms[place[atom]]);
    });
    double sum = 0;
    for (const BothSeries& atom : atoms) {
      sum += mean_over([&](std::size_t s) {
        double own = 0, total = 0;
        for (const std::uint32_t b : there[s]) {
          own += atom[s].m[b];
          total += all[s].m[b];
        }
        std::vector<double> beyond(rows.num_blocks, 0);
        for (const std::uint32_t b : there[s]) beyond[b] = atom[s].e[b] - (total == 0 ? 0 : own / total) * all[s].e[b];
        return beyond;
      });
    }
    if (!atoms.empty()) runs.autocorrelation = std::max(runs.autocorrelation, sum / static_cast<double>(atoms.size()));
  }
  const auto n = static_cast<double>(days);
  const double r = std::min(runs.autocorrelation, 0.95);
  if (r <= 1.645 / std::sqrt(2 * n)) return {};
  const double best = std::pow(2 * r / (1 - r * r), 2.0 / 3) * std::cbrt(n);
  runs.days = std::clamp(static_cast<std::int64_t>(std::ceil(best)), std::int64_t{1}, static_cast<std::int64_t>(days) / kLeastRuns);
  return runs;
}

}  // namespace assay::slices
