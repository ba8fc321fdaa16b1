#include "cli/progress_bar.h"

#include <gtest/gtest.h>

#include "cli/terminal.h"

namespace assay::cli {
namespace {

TEST(ProgressLine, IsNarrowerThanTheTerminalWhateverTheName) {
  for (const std::string& step : {std::string("seasons"), std::string("choose the rung inside the training part"), "read a/long/path/" + std::string(90, 'x') + "/flights-3m.parquet", std::string("größe 数数数数数数数数数数数数数数数数数数数数数数数数数数数数数数")}) {
    for (const int columns : {5, 20, 39, 40, 60, 80, 140, 300}) {
      for (const char* left : {"", "about 12 s left", "time left not known yet", "about 2 h 35 min left"}) {
        for (const double share : {-1.0, 0.0, 0.5, 1.0}) EXPECT_LT(DisplayWidth(ProgressLine(step, share, left, columns)), columns) << step << " " << left << " " << share;
      }
    }
  }
}

TEST(ProgressLine, TheBarGivesWayFirstThenTheMiddleOfTheName) {
  struct Case { const char* step; double share; const char* left; int columns; const char* line; };
  for (const Case& c : {
           Case{"seasons", 0.5, "about 4 s left", 80, "seasons ████████████░░░░░░░░░░░░  50 %, about 4 s left"},
           Case{"choose the rung inside the training part", 0.12, "about 4 s left", 80, "choose the rung inside the training part █░░░░░░░░░░░░░░░  12 %, about 4 s left"},
           Case{"read one/long/path/to/the/folder/of/flights-3m.parquet", 0.5, "about 4 s left", 80, "read one/long/path/to/th…r/of/flights-3m.parquet ████░░░░  50 %, about 4 s left"},
           Case{"seasons", 1, "", 80, "seasons ████████████████████████ 100 %"},
           Case{"count rows of a.csv", -1, "", 80, "count rows of a.csv …"},
       }) {
    EXPECT_EQ(ProgressLine(c.step, c.share, c.left, c.columns), c.line);
  }
}

}  // namespace
}  // namespace assay::cli
