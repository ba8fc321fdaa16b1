#include <gtest/gtest.h>

#include <numeric>

#include "base/random.h"
#include "learn/learner.h"

namespace assay::learn {
namespace {

// A model knows classes by number; people read their names.
TEST(Explain, ClassesAreCalledByTheirNames) {
  base::RandomStream random(5, "classes");
  Examples examples;
  examples.task = Task::kMulticlass;
  examples.classes = {"bus", "car", "train"};
  std::vector<std::uint32_t> place;
  for (int i = 0; i < 600; ++i) {
    place.push_back(static_cast<std::uint32_t>(random.Below(3)));
    examples.outcome.push_back(static_cast<float>(random.Uniform() < 0.8 ? place.back() : random.Below(3)));
  }
  examples.table = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Categories("place", place, {"stop", "road", "station"})}));
  examples.features = {{0, "place", "place"}};
  Rows rows(600);
  std::iota(rows.begin(), rows.end(), 0U);
  for (const RungKind kind : {RungKind::kRule, RungKind::kLinear}) {
    const auto model = MakeLearner(kind)->Fit(examples, rows, {});
    ASSERT_TRUE(model) << model.error().message;
    const std::string named = (*model)->Explain(examples.classes), numbered = (*model)->Explain({});
    EXPECT_NE(named.find(kind == RungKind::kRule ? "'train' with" : "for 'bus'"), std::string::npos) << named;
    EXPECT_EQ(named.find("class 2"), std::string::npos) << named;
    EXPECT_NE(numbered, named);
  }
}

// A branch is a condition: its threshold is written as in an expression, without separators.
TEST(Explain, ThresholdsAreNumbersOfExpressions) {
  Examples examples;
  examples.task = Task::kRegression;
  std::vector<double> year;
  for (int i = 0; i < 400; ++i) {
    year.push_back(1990 + i % 20);
    examples.outcome.push_back(year.back() > 2004 ? 1.0F : 0.0F);
  }
  examples.table = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Numbers("year", year)}));
  examples.features = {{0, "year", "year"}};
  Rows rows(400);
  std::iota(rows.begin(), rows.end(), 0U);
  const auto model = MakeLearner(RungKind::kRule)->Fit(examples, rows, {});
  ASSERT_TRUE(model) << model.error().message;
  const std::string text = (*model)->Explain({});
  EXPECT_NE(text.find("year <= 2004"), std::string::npos) << text;
}

TEST(Explain, FeaturesOfARuleAreExpressions) {
  const std::pair<const char*, const char*> cases[] = {{"distance", "distance"}, {"Release Date", "\"Release Date\""}, {"month(date)", "month(date)"}, {"month(Release Date)", "month(\"Release Date\")"}, {"price (net)", "\"price (net)\""}, {"case", "\"case\""}};
  for (const auto& [name, expected] : cases) {
    Examples examples;
    examples.task = Task::kRegression;
    std::vector<double> x;
    for (int i = 0; i < 400; ++i) {
      x.push_back(i % 20);
      examples.outcome.push_back(x.back() > 7 ? 1.0F : 0.0F);
    }
    examples.table = std::make_shared<const table::Table>(*table::Table::Create({table::Column::Numbers(name, x)}));
    examples.features = {{0, name, name}};
    Rows rows(400);
    std::iota(rows.begin(), rows.end(), 0U);
    const auto model = MakeLearner(RungKind::kRule)->Fit(examples, rows, {});
    ASSERT_TRUE(model) << model.error().message;
    const std::string text = (*model)->Explain({});
    EXPECT_NE(text.find("if " + std::string(expected) + " <= 7"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace assay::learn
