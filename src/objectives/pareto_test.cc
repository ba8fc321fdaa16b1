#include "objectives/pareto.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace assay::objectives {
namespace {

// ZDT1's front f2 = 1 - sqrt(f1), both to be made small: the volumes that moocore states for reference points (1, 1), (1.5, 1.5) and (11, 11)
// (shared/references/objectives-change-value.md 4.6): 2/3, 1.916667, 120.666667. A staircase of n points on it lies below by about 1/n.
TEST(Hypervolume, IsThatOfTheZdt1Front) {
  struct Case {
    double reference, volume;
  };
  constexpr int kPoints = 100'000;
  for (const Case& c : {Case{1, 2.0 / 3}, Case{1.5, 1.916667}, Case{11, 120.666667}}) {
    std::vector<std::vector<double>> points, with_third;
    for (int i = 0; i <= kPoints; ++i) {
      const double f1 = static_cast<double>(i) / kPoints;
      points.push_back({-f1, -(1 - std::sqrt(f1))});
    }
    EXPECT_NEAR(Hypervolume(points, std::vector<double>{-c.reference, -c.reference}), c.volume, 5.0 / kPoints) << c.reference;
  }
}

double ByCounting(const std::vector<std::vector<double>>& points, std::size_t dimensions, int side) {
  // Whole coordinates: cells of side 1 that some point covers.
  double cells = 0;
  std::vector<int> at(dimensions, 0);
  while (true) {
    const bool covered = std::any_of(points.begin(), points.end(), [&](const std::vector<double>& p) {
      for (std::size_t d = 0; d < dimensions; ++d) {
        if (p[d] < at[d] + 1) return false;
      }
      return true;
    });
    cells += covered ? 1 : 0;
    std::size_t d = 0;
    while (d < dimensions && ++at[d] == side) at[d++] = 0;
    if (d == dimensions) return cells;
  }
}

TEST(Hypervolume, IsWhatCountingCellsGives) {
  base::RandomStream random(3, "hypervolume");
  for (int repeat = 0; repeat < 400; ++repeat) {
    const std::size_t dimensions = 1 + random.Below(5);
    std::vector<std::vector<double>> points(random.Below(8), std::vector<double>(dimensions));
    for (std::vector<double>& point : points) {
      for (double& value : point) value = static_cast<double>(random.Below(7)) - 1;  // some below the reference
    }
    const std::vector<double> reference(dimensions, 0.0);
    EXPECT_EQ(Hypervolume(points, reference), ByCounting(points, dimensions, 6)) << "dimensions " << dimensions;
  }
}

TEST(NotDominated, AgreesWithTheCurves) {
  base::RandomStream random(4, "pareto");
  for (int repeat = 0; repeat < 500; ++repeat) {
    std::vector<CurvePoint> points(1 + random.Below(20));
    std::vector<std::vector<double>> vectors;
    for (std::size_t i = 0; i < points.size(); ++i) {
      points[i].piece = i;
      points[i].first = static_cast<double>(random.Below(6));
      points[i].second = static_cast<double>(random.Below(6));
      vectors.push_back({points[i].first, points[i].second});
    }
    const std::vector<bool> kept = NotDominated(vectors);
    std::vector<std::size_t> expected, found;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      bool dominated = false;
      for (const auto& other : vectors) dominated = dominated || (other[0] >= vectors[i][0] && other[1] >= vectors[i][1] && other != vectors[i]);
      EXPECT_EQ(kept[i], !dominated);
      if (!dominated) expected.push_back(i);
    }
    for (const CurvePoint& point : ParetoOfCurve(points)) found.push_back(point.piece);
    EXPECT_EQ(found, expected);
  }
}

// Six items of one query; blending reaches what is best for some weights of the scores themselves (the supported points), no more.
TEST(ParetoOfCurve, OfTheScoresThemselvesHasEveryOrder) {
  base::RandomStream random(5, "supported");
  std::vector<double> first(6), second(6);
  for (int i = 0; i < 6; ++i) {
    first[i] = random.Uniform();
    second[i] = random.Uniform();
  }
  const std::vector<std::uint32_t> query(6, 0);
  const RankedItems items = *RankedItems::Create(query, 1, {{"first", Measure::Kind::kMetric, first}, {"second", Measure::Kind::kMetric, second}});
  const Frontier frontier = *Frontier::Sweep(items, first, second, {.k = 6, .discount = Discount::kLog2}, {});
  const std::vector<CurvePoint> points = PointsOfCurve(frontier, 0, 1);
  const std::vector<CurvePoint> pareto = ParetoOfCurve(points);
  EXPECT_EQ(static_cast<std::int64_t>(pareto.size()), frontier.orderings());
  // Of all 720 orders none gives more of the blended metric than the blend's own order (rearrangement inequality).
  std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5};
  do {
    double a = 0, b = 0;
    for (std::size_t r = 0; r < 6; ++r) {
      a += first[order[r]] / std::log2(static_cast<double>(r) + 2);
      b += second[order[r]] / std::log2(static_cast<double>(r) + 2);
    }
    for (const CurvePoint& point : points) {
      const double lambda = (point.lambda_low + point.lambda_high) / 2;
      EXPECT_LE((1 - lambda) * a + lambda * b, (1 - lambda) * point.first + lambda * point.second + 1e-12);
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(LambdasWhere, JoinsWhatTouches) {
  const std::vector<std::uint32_t> query = {0, 0, 0};
  const std::vector<double> first = {3, 2, 0}, second = {0, 2, 3};
  const RankedItems items = *RankedItems::Create(query, 1, {{"gain", Measure::Kind::kMetric, first}});
  const Frontier frontier = *Frontier::Sweep(items, first, second, {.k = 1}, {});
  ASSERT_EQ(frontier.num_pieces(), 4U);  // [0, 1/3), [1/3, 2/3), [2/3, 1), 1
  const auto ends = [&](const std::vector<bool>& holds) {
    std::vector<std::pair<double, double>> list;
    for (const LambdaInterval& interval : LambdasWhere(frontier, holds)) list.emplace_back(interval.low, interval.high);
    return list;
  };
  using Ends = std::vector<std::pair<double, double>>;
  EXPECT_EQ(ends({true, true, true, true}), (Ends{{0, 1}}));
  EXPECT_EQ(ends({true, false, true, true}), (Ends{{0, 1.0 / 3}, {2.0 / 3, 1}}));
  EXPECT_EQ(ends({false, false, false, true}), (Ends{{1, 1}}));
  // 1 is said only where it is part of the stretch.
  EXPECT_EQ(ends({true, true, true, false}), (Ends{{0, std::nextafter(1.0, 0.0)}}));
  EXPECT_EQ(ends({false, false, false, false}), Ends{});
}

}  // namespace
}  // namespace assay::objectives
