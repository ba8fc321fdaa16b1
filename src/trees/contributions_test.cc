#include "trees/contributions.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "trees/trees_for_test.h"

namespace assay::trees {
namespace {

// What a tree says when only the features of a set are known: elsewhere both ways, by their cover.
double Expected(const Tree& tree, std::size_t node, const std::vector<float>& row, unsigned known) {
  if (tree.IsLeaf(node)) return static_cast<double>(tree.value[node]);
  const auto left = static_cast<std::size_t>(tree.left[node]), right = static_cast<std::size_t>(tree.right[node]);
  if ((known >> tree.feature[node] & 1U) != 0) {
    const float x = row[static_cast<std::size_t>(tree.feature[node])];
    return Expected(tree, (std::isnan(x) ? tree.default_left[node] != 0 : x < tree.value[node]) ? left : right, row, known);
  }
  const double a = static_cast<double>(tree.cover[left]), b = static_cast<double>(tree.cover[right]);
  return (a * Expected(tree, left, row, known) + b * Expected(tree, right, row, known)) / (a + b);
}

// Shapley's formula over all subsets of the features.
std::vector<double> BruteForce(const std::vector<Tree>& trees, const std::vector<float>& row) {
  const auto features = static_cast<unsigned>(row.size());
  std::vector<double> factorial = {1}, values(features, 0.0), worth(std::size_t{1} << features, 0.0);
  for (unsigned n = 1; n <= features; ++n) factorial.push_back(factorial.back() * n);
  for (unsigned set = 0; set < worth.size(); ++set) {
    for (const Tree& tree : trees) worth[set] += Expected(tree, 0, row, set);
  }
  for (unsigned f = 0; f < features; ++f) {
    for (unsigned set = 0; set < worth.size(); ++set) {
      if ((set >> f & 1U) != 0) continue;
      const auto size = static_cast<unsigned>(__builtin_popcount(set));
      values[f] += factorial[size] * factorial[features - size - 1] / factorial[features] * (worth[set | 1U << f] - worth[set]);
    }
  }
  return values;
}

TEST(Contributions, AreShapleyValues) {
  base::RandomStream random(3, "contributions");
  for (int repeat = 0; repeat < 40; ++repeat) {
    const std::size_t features = 1 + random.Below(7);
    std::vector<Tree> trees;
    for (int t = 0; t < 4; ++t) trees.push_back(RandomTree({1 + random.Below(20), features}, random));
    const Forest forest = *Forest::Create(trees, {0, 0, 0, 0}, features, {0.5F});
    const Contributions contributions(forest);
    std::vector<float> row(features);
    for (float& x : row) x = random.Uniform() < 0.15 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(random.Normal());
    std::vector<double> values(features + 1);
    contributions.Of(row, values);
    const std::vector<double> expected = BruteForce(trees, row);
    for (std::size_t f = 0; f < features; ++f) EXPECT_NEAR(values[f], expected[f], 1e-9) << "feature " << f << " of " << features;
    float margin = 0;
    forest.Margins(row, {&margin, 1});
    EXPECT_NEAR(std::accumulate(values.begin(), values.end(), 0.0), static_cast<double>(margin), 1e-5);
    EXPECT_EQ(values.back(), contributions.expected()[0]);
  }
}

TEST(Contributions, OfEachOutputAreThoseOfItsTrees) {
  base::RandomStream random(4, "outputs");
  std::vector<Tree> trees;
  for (int t = 0; t < 6; ++t) trees.push_back(RandomTree({15, 5}, random));
  const Forest both = *Forest::Create(trees, {0, 1, 0, 1, 0, 1}, 5, {0.0F, 2.0F});
  const Forest second = *Forest::Create({trees[1], trees[3], trees[5]}, {0, 0, 0}, 5, {2.0F});
  const std::vector<float> row = {0.1F, -0.3F, 2.0F, std::numeric_limits<float>::quiet_NaN(), 0.7F};
  std::vector<double> of_both(12), of_second(6);
  Contributions(both).Of(row, of_both);
  Contributions(second).Of(row, of_second);
  EXPECT_EQ(std::vector<double>(of_both.begin() + 6, of_both.end()), of_second);
}

// A child without cover is a corner that no average may fall into.
TEST(Contributions, AddUpWhereNoTrainingRowCame) {
  base::RandomStream random(5, "no cover");
  Tree tree = RandomTree({12, 4}, random);
  for (const std::size_t leaf : {3U, 5U, 8U}) tree.cover[leaf] = 0;
  tree.cover[tree.size() - 1] = tree.cover[tree.size() - 2] = 0;
  const Forest forest = *Forest::Create({tree}, {0}, 4, {0.0F});
  const Contributions contributions(forest);
  for (int repeat = 0; repeat < 50; ++repeat) {
    std::vector<float> row(4);
    for (float& x : row) x = static_cast<float>(random.Normal());
    std::vector<double> values(5);
    contributions.Of(row, values);
    EXPECT_NEAR(std::accumulate(values.begin(), values.end(), 0.0), static_cast<double>(tree.value[LeafOf(tree, row.data())]), 1e-6);
  }
}

}  // namespace
}  // namespace assay::trees
