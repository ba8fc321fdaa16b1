#include "trees/forest.h"

#include <gtest/gtest.h>

#include <limits>

#include "trees/trees_for_test.h"

namespace assay::trees {
namespace {

std::vector<float> RandomRows(std::size_t count, std::size_t features, base::RandomStream& random) {
  std::vector<float> rows(count * features);
  for (float& x : rows) {
    const double which = random.Uniform();
    x = which < 0.1 ? std::numeric_limits<float>::quiet_NaN() : which < 0.12 ? std::numeric_limits<float>::infinity() : which < 0.14 ? -std::numeric_limits<float>::infinity() : static_cast<float>(random.Normal());
  }
  return rows;
}

struct Shape {
  std::size_t trees, leaves, features, outputs;
};

// Leaves found by walking each tree by itself, added as floats in the order of the trees: the same to the last bit, one row at a time and many at once, on masks of both
// widths and without them.
TEST(Forest, SaysWhatItsTreesSay) {
  base::RandomStream random(1, "forest");
  for (const Shape shape : {Shape{100, 31, 20, 1}, Shape{7, 32, 3, 1}, Shape{130, 33, 5, 1}, Shape{300, 64, 40, 3}, Shape{20, 65, 8, 2}, Shape{9, 200, 1100, 1}, Shape{5, 1, 4, 1}, Shape{1, 2, 1, 1}, Shape{0, 1, 3, 2}}) {
    std::vector<Tree> trees;
    std::vector<std::uint32_t> output;
    for (std::size_t t = 0; t < shape.trees; ++t) {
      trees.push_back(RandomTree({1 + random.Below(shape.leaves), shape.features}, random));
      output.push_back(static_cast<std::uint32_t>(random.Below(shape.outputs)));
    }
    if (shape.trees > 0) trees.back() = RandomTree({shape.leaves, shape.features}, random);
    std::vector<float> base(shape.outputs);
    for (float& b : base) b = static_cast<float>(random.Normal());
    std::vector<float> rows = RandomRows(50, shape.features, random);
    // Values that sit on a threshold go right.
    for (std::size_t t = 0; t < std::min<std::size_t>(shape.trees, 40); ++t) {
      if (!trees[t].IsLeaf(0)) rows[t * shape.features + static_cast<std::size_t>(trees[t].feature[0])] = trees[t].value[0];
    }
    std::vector<float> expected(50 * shape.outputs);
    for (std::size_t r = 0; r < 50; ++r) {
      std::copy(base.begin(), base.end(), expected.begin() + static_cast<std::ptrdiff_t>(r * shape.outputs));
      for (std::size_t t = 0; t < shape.trees; ++t) expected[r * shape.outputs + output[t]] += trees[t].value[LeafOf(trees[t], rows.data() + r * shape.features)];
    }
    const Result<Forest> forest = Forest::Create(trees, output, shape.features, base);
    ASSERT_TRUE(forest) << forest.error().message;
    std::vector<float> together(expected.size()), alone(expected.size());
    forest->Margins(rows, together);
    for (std::size_t r = 0; r < 50; ++r) forest->Margins(std::span(rows).subspan(r * shape.features, shape.features), std::span(alone).subspan(r * shape.outputs, shape.outputs));
    EXPECT_EQ(together, expected) << shape.trees << " trees of " << shape.leaves << " leaves";
    EXPECT_EQ(alone, expected) << shape.trees << " trees of " << shape.leaves << " leaves";
  }
}

TEST(Forest, RefusesWhatIsNoTree) {
  base::RandomStream random(2, "no trees");
  const Tree good = RandomTree({4, 3}, random);
  const auto refused = [&](auto&& change) {
    Tree tree = good;
    change(tree);
    const Result<Forest> forest = Forest::Create({good, tree}, {0, 0}, 3, {0.0F});
    return forest ? std::string() : forest.error().message;
  };
  EXPECT_EQ(refused([](Tree&) {}), "");
  EXPECT_EQ(refused([](Tree& t) { t.feature[0] = 3; }), "tree 1: node 0 splits on a feature that does not exist");
  EXPECT_EQ(refused([](Tree& t) { t.left[0] = 0; }), "tree 1: node 0 has a child that does not exist or has another parent");
  EXPECT_EQ(refused([](Tree& t) { t.right[0] = t.left[0]; }), "tree 1: node 0 has a child that does not exist or has another parent");
  EXPECT_EQ(refused([](Tree& t) { t.right[0] = 99; }), "tree 1: node 0 has a child that does not exist or has another parent");
  EXPECT_EQ(refused([](Tree& t) { t.left[0] = -1; }), "tree 1: node 0 has one child");
  EXPECT_EQ(refused([](Tree& t) { t.value[1] = std::numeric_limits<float>::quiet_NaN(); }), "tree 1: node 1 has a value that is not finite");
  EXPECT_EQ(refused([](Tree& t) { t.cover[1] = -1; }), "tree 1: node 1 has a cover below 0");
  EXPECT_EQ(refused([](Tree& t) { t.cover.pop_back(); }), "tree 1: has lists of different lengths");
  EXPECT_EQ(refused([](Tree& t) { t = Tree{}; }), "tree 1: has no node");
  const Result<Forest> no_output = Forest::Create({good}, {1}, 3, {0.0F});
  ASSERT_FALSE(no_output);
  EXPECT_EQ(no_output.error().message, "tree 0: adds to an output that does not exist");
  EXPECT_FALSE(Forest::Create({}, {}, Forest::kMostFeatures + 1, {0.0F}));
}

}  // namespace
}  // namespace assay::trees
