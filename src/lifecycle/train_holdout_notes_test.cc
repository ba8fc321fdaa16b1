#include <gtest/gtest.h>

#include "base/random.h"
#include "lifecycle/internal/train_parts.h"

namespace assay::lifecycle {
namespace {

learn::Split Halves(std::uint32_t rows) {
  learn::Split split;
  for (std::uint32_t row = 0; row < rows; ++row) (row < rows / 2 ? split.train : split.test).push_back(row);
  return split;
}

TEST(HoldoutNotes, ALevelThatDiffersIsSaid) {
  const struct { const char* what; double shift; bool said; } kCases[] = {{"the same level", 0, false}, {"half a deviation higher", 0.5, true}};
  for (const auto& c : kCases) {
    base::RandomStream random(3, "levels");
    learn::Examples examples;
    examples.task = learn::Task::kRegression;
    for (int i = 0; i < 800; ++i) examples.outcome.push_back(static_cast<float>(5 + random.Normal() + (i >= 400 ? c.shift : 0)));
    const std::vector<std::string> notes = HoldoutNotes(examples, Halves(800), {});
    ASSERT_EQ(notes.size(), c.said ? 1U : 0U) << c.what;
    if (c.said) {
      EXPECT_NE(notes[0].find("on the holdout and was"), std::string::npos) << notes[0];
      EXPECT_NE(notes[0].find("r2"), std::string::npos) << notes[0];
    }
  }
}

TEST(HoldoutNotes, ClassesThatOnlyTheHoldoutHasAreNamed) {
  learn::Examples examples;
  examples.task = learn::Task::kMulticlass;
  examples.classes = {"common", "other", "rare"};
  for (int i = 0; i < 100; ++i) examples.outcome.push_back(static_cast<float>(i % 2));
  EXPECT_TRUE(HoldoutNotes(examples, Halves(100), {}).empty());
  examples.outcome[77] = 2;
  const std::vector<std::string> notes = HoldoutNotes(examples, Halves(100), {});
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("1 row of the holdout is of a class that no training row has ('rare')"), std::string::npos) << notes[0];
}

}  // namespace
}  // namespace assay::lifecycle
