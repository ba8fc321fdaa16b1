#include "lifecycle/data_notes.h"

#include <gtest/gtest.h>

namespace assay::lifecycle {
namespace {

using Notes = std::vector<std::string>;

TEST(DataNotesOf, NamesTheObjectivesThatANoteConcernsUnlessItConcernsAll) {
  evidence::ProjectReport report;
  report.header.data.notes = {"a sample"};
  EXPECT_EQ(DataNotesOf(report), Notes({"a sample"})) << "before the first step";

  report.understand.emplace();
  report.understand->header.data.notes = {"3 rows without a time", "only understand"};
  report.feasibility.resize(2);
  report.feasibility[0].objective = "quality";
  report.feasibility[0].header.data.notes = {"3 rows without a time", "votes left out"};
  report.feasibility[1].objective = "engagement";
  report.feasibility[1].header.data.notes = {"3 rows without a time"};
  report.train.resize(1);
  report.train[0].objective = "engagement";
  report.train[0].header.data.notes = {"gross of 0 left out"};
  const Notes expected = {"only understand", "3 rows without a time", "for quality: votes left out", "for engagement: gross of 0 left out"};
  EXPECT_EQ(DataNotesOf(report), expected);

  report.header.data.notes = DataNotesOf(report);
  EXPECT_EQ(DataNotesOf(report), expected) << "asked again after the next step";
}

}  // namespace
}  // namespace assay::lifecycle
