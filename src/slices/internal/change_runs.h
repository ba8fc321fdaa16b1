// How far neighbouring days resemble each other, and how long the runs are into which they are joined for it.
#pragma once

#include "slices/change.h"

namespace assay::slices {

struct Runs {
  double autocorrelation = 0;  // lag 1, corrected for the mean that is taken off; the largest of all rows' and of any feature's values'
  std::int64_t days = 1;       // of a run
};

// Of rows whose blocks are times, in order. The lag-1 autocorrelation r of what a block does beyond its side, of all rows, and of the values of each feature beyond all
// rows (the mean over its values and both sides). Above the 95 % point of white noise days are joined: (2 r / (1 - r^2))^(2/3) n^(1/3) of them, the best length of blocks for an
// AR(1) series (Carlstein 1986, doi:10.1214/aos/1176350057), at most as many as leave 8 runs on either side.
Runs FindRuns(const ChangeRows& rows);

}  // namespace assay::slices
