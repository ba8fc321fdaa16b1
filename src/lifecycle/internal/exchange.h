// What may change places when the features say nothing about the outcome: the exchanges of the pattern test.
//
// A permutation test is only as good as its exchanges: they must leave in place whatever makes outcomes resemble each
// other for reasons of their own (a unit's level, a persistent series, a shock that hits all units on one day), and move
// everything else.
//
//   rows      nothing is known of dependence: rows.
//   queries   ranking: outcomes within each query. With units that stand in several queries no exchange of outcomes keeps
//             both a unit's level and a query's list; there whole units give each other their features instead.
//   units     whole units give each other their outcomes, within groups of units of about equal size; a unit of another
//             size takes a stretch of the giver's rows, going round where it is too short.
//   series    rows in order of time: the series, closed to a circle and turned at random, is cut at random into a few blocks
//             that are put together in random order. Blocks are no shorter than the outcome's dependence. A plain turn
//             alone would bring a weekly or daily rhythm back into step with the calendar too often.
//   periods   units that follow each other in time (days), or many rows at each time: such blocks of whole units.
//   panel     units that live side by side: whole units change places, and so do blocks of time, the same for all units;
//             a row takes the outcome of the giver's row nearest in the rearranged time.
//
// An outcome whose level shifts resembles itself as far as the shifts lie apart: blocks that long are too few to tell anything.
// Levels::kStay keeps the levels where they are and lets blocks change places within the stretches between the shifts (one that
// is shorter than the dependence stays as it is), which are found in the outcome alone (stats/change_points.h); it tests what the
// features say beyond the levels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "learn/examples.h"

namespace assay::lifecycle {

enum class ExchangeKind { kRows, kQueries, kUnits, kSeries, kPeriods, kPanel };

enum class Levels { kMove, kStay };

// Built once per test; Draw is thread-safe. Memory: a few numbers per row.
class Exchange {
 public:
  explicit Exchange(const learn::Examples& examples, Levels levels = Levels::kMove);

  ExchangeKind kind() const { return kind_; }
  std::string words() const;                        // what changed places, for reports
  std::int64_t dependence() const { return dependence_; }  // items (rows, units, times) over which outcomes resemble each other
  std::int64_t num_blocks() const { return num_blocks_; }  // blocks in time; 0 where there is no time
  std::size_t num_shifts() const { return stretches_.empty() ? 0 : stretches_.size() - 1; }  // that stay; 0 with Levels::kMove
  // The examples with outcomes (ranking with units: features) rearranged once.
  learn::Examples Draw(base::RandomStream* random) const;

 private:
  struct Stretch {
    std::size_t first = 0, end = 0, blocks = 0;
  };
  static std::vector<Stretch> StretchesOf(const std::vector<double>& series);

  using Members = std::vector<std::vector<std::uint32_t>>;  // rows of each item

  void OrderByTime(const std::vector<std::uint32_t>& item_of_row, std::uint32_t num_items);
  void MakeStrata();
  void MeasureDependence(const std::vector<double>& series, Levels levels);
  std::vector<std::uint32_t> Blocks(base::RandomStream* random) const;
  std::vector<std::uint32_t> Givers(base::RandomStream* random) const;
  // For each row, the row whose outcome (or features) it gets.
  std::vector<std::uint32_t> DrawItems(base::RandomStream* random) const;
  std::vector<std::uint32_t> DrawPanel(base::RandomStream* random) const;
  std::vector<std::uint32_t> DrawRows(base::RandomStream* random) const;

  const learn::Examples& examples_;
  ExchangeKind kind_ = ExchangeKind::kRows;
  Members members_;                                 // items: units, periods, or rows of the series; in order of time
  std::vector<std::vector<std::uint32_t>> strata_;  // items of about equal size
  std::vector<std::uint32_t> slot_;                 // panel: time slot per row
  std::uint32_t num_slots_ = 0;
  std::vector<Stretch> stretches_;  // of items in order of time, one where the levels move; none without time
  std::int64_t dependence_ = 1;
  std::int64_t num_blocks_ = 0;
};

}  // namespace assay::lifecycle
