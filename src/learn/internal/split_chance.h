// How easily chance alone finds a split as good as the best one of a feature, so that features with many cut points do not win by
// their number.
//
// Sources: Hothorn, Hornik, Zeileis 2006, doi:10.1198/106186006X133933 (choosing the variable by p values);
// Miller, Siegmund 1982, doi:10.2307/2529881 (the largest of many correlated cuts).
#pragma once

#include <cstddef>

namespace assay::learn {

// What was searched for the best split.
struct SplitSearch {
  bool categories = false;   // ordered by their own outcomes: any division in two could have been found
  std::size_t values = 0;    // bins with rows, missing not counted
  bool missing = false;      // rows without a value went to whichever side fits better
  double least_share = 0;    // of the rows on the smaller side
};

// Natural log of the chance; 0 where it is certain. `statistic`: the split's chi-square with `degrees`, as large as found.
double LogChanceOfSplit(double statistic, double degrees, const SplitSearch& search);

}  // namespace assay::learn
