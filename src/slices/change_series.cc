#include "slices/internal/change_series.h"

namespace assay::slices {

namespace {

constexpr double kLeastShareOfRows = 0.02;

}  // namespace

ChangeSeries::ChangeSeries(const ChangeRows& rows, ChangeForm form, RowGroups groups) : rows_(rows), form_(form), groups_(groups) {
  double x[2] = {0, 0}, y[2] = {0, 0};
  for (std::size_t i = 0; i < rows.x.size(); ++i) {
    x[rows.side[i]] += rows.x[i];
    y[rows.side[i]] += rows.y_at(i);
  }
  for (std::size_t s = 0; s < 2; ++s) level_[s] = y[s] == 0 ? 0 : x[s] / y[s];
  all_ = Empty();
  std::array<std::vector<bool>, 2> has = {std::vector<bool>(groups.count, false), std::vector<bool>(groups.count, false)};
  for (std::size_t i = 0; i < rows.x.size(); ++i) {
    Add(i, &all_);
    has[rows.side[i]][(*groups.of_row)[i]] = true;
  }
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::uint32_t g = 0; g < groups.count; ++g) {
      if (has[s][g]) there_[s].push_back(g);
    }
  }
}

BothSeries ChangeSeries::Empty() const {
  SideSeries series;
  series.e.assign(groups_.count, 0);
  series.m.assign(groups_.count, 0);
  return {series, series};
}

void ChangeSeries::Add(std::size_t row, BothSeries* series) const {
  SideSeries& own = (*series)[rows_.side[row]];
  const bool sum = form_ == ChangeForm::kSum;
  const double e = sum ? rows_.x[row] : rows_.x[row] - level_[rows_.side[row]] * rows_.y_at(row), m = sum ? rows_.x[row] : rows_.y_at(row);
  own.e[(*groups_.of_row)[row]] += e;
  own.m[(*groups_.of_row)[row]] += m;
  own.sum_e += e;
  own.sum_m += m;
  own.squares += e * e;
  own.products += e * m;
  own.squares_m += m * m;
}

Influence ChangeSeries::OfAll(bool number_is_fixed) const {
  Influence influence;
  for (std::size_t s = 0; s < 2; ++s) {
    const bool sum = form_ == ChangeForm::kSum;
    const double scale = sum ? 1 : all_[s].sum_m, mean = sum && number_is_fixed && !there_[s].empty() ? all_[s].sum_e / static_cast<double>(there_[s].size()) : 0;
    influence.by_group[s].assign(groups_.count, 0);
    if (scale == 0) continue;
    for (const std::uint32_t g : there_[s]) influence.by_group[s][g] = (all_[s].e[g] - mean) / scale;
    influence.of_rows += all_[s].squares / (scale * scale);
  }
  return influence;
}

std::vector<Influence> ChangeSeries::OfValues(const Feature& feature) const {
  std::vector<BothSeries> values;
  std::vector<std::uint32_t> place(feature.atoms.size(), UINT32_MAX);
  for (std::size_t a = 0; a < feature.atoms.size(); ++a) {
    if (static_cast<double>(feature.atoms[a].rows) < kLeastShareOfRows * static_cast<double>(rows_.x.size())) continue;
    place[a] = static_cast<std::uint32_t>(values.size());
    values.push_back(Empty());
  }
  ForEachAtom(feature, [&](std::size_t i, std::uint32_t atom) {
    if (place[atom] != UINT32_MAX) Add(i, &values[place[atom]]);
  });
  std::vector<Influence> influences;
  for (const BothSeries& value : values) {
    Influence influence;
    for (std::size_t s = 0; s < 2; ++s) {
      const SideSeries &own = value[s], &all = all_[s];
      influence.by_group[s].assign(groups_.count, 0);
      if (all.sum_m == 0) continue;
      const double w = own.sum_m / all.sum_m, t = form_ == ChangeForm::kSum ? 0 : own.sum_e / all.sum_m;
      for (const std::uint32_t g : there_[s]) influence.by_group[s][g] = (own.e[g] - w * all.e[g] - t * all.m[g]) / all.sum_m;
      // Rows of the value have e - (w e + t m), the others -(w e + t m).
      const double of_all = w * w * all.squares + 2 * w * t * all.products + t * t * all.squares_m;
      influence.of_rows += (of_all + (1 - 2 * w) * own.squares - 2 * t * own.products) / (all.sum_m * all.sum_m);
    }
    influences.push_back(std::move(influence));
  }
  return influences;
}

}  // namespace assay::slices
