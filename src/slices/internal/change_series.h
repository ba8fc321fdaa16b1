// What rows do beyond their side, by block: the sums of which noise is made.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "slices/change.h"

namespace assay::slices {

// One way to group the rows; ids are dense.
struct RowGroups {
  const std::vector<std::uint32_t>* of_row = nullptr;
  std::uint32_t count = 0;
};

// Sums over rows of a side: of e = x - R y (of a sum x) and of m = y (of a sum x), by group; and what the variance of independent rows takes.
struct SideSeries {
  std::vector<double> e, m;
  double sum_e = 0, sum_m = 0, squares = 0, products = 0, squares_m = 0;  // of e, m, e^2, e m, m^2
};
using BothSeries = std::array<SideSeries, 2>;

// The influence of a group on a figure, and the sum over rows of squares of theirs: the figure's variance were rows independent.
struct Influence {
  std::array<std::vector<double>, 2> by_group;  // per side; 0 where a group has no row
  double of_rows = 0;                           // both sides
};

class ChangeSeries {
 public:
  // `rows` and `groups` outlive it. `form`: kRate or kSum, whatever the rows' own is.
  ChangeSeries(const ChangeRows& rows, ChangeForm form, RowGroups groups);

  const std::vector<std::uint32_t>& there(std::size_t side) const { return there_[side]; }  // groups with rows, in order
  // Of all rows: on R, or on X. Of a sum by groups whose number is fixed about their mean.
  Influence OfAll(bool number_is_fixed) const;
  // Of each value of the feature that has two in a hundred of the rows, on how far it moved beyond all: (e - w e_all - t m_all) / M, w its share of m
  // and t its shift; of a sum (x - w X) / X. As the intervals of parts have it.
  std::vector<Influence> OfValues(const Feature& feature) const;

 private:
  BothSeries Empty() const;
  void Add(std::size_t row, BothSeries* series) const;

  const ChangeRows& rows_;
  ChangeForm form_;
  RowGroups groups_;
  double level_[2] = {0, 0};
  BothSeries all_;
  std::array<std::vector<std::uint32_t>, 2> there_;
};

}  // namespace assay::slices
