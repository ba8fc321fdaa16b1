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

}  // namespace
}  // namespace assay::learn
