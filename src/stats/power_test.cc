#include "stats/power.h"

#include <gtest/gtest.h>

#include <cmath>

namespace assay::stats {
namespace {

// Printed by R: power.prop.test(n = 50, p1 = .50, p2 = .75), power.prop.test(p1 = .50, p2 = .75, power = .90),
// power.t.test(n = 20, delta = 1, sd = 1), power.t.test(power = .90, delta = 1).
TEST(Power, AgreesWithTheReferenceToThePrintedDigits) {
  EXPECT_NEAR(*PowerOfShares(0.5, 0.25, 50), 0.7401659, 5e-8);
  EXPECT_NEAR(*UnitsForShares(0.5, 0.25, {0.05, 0.9}), 76.7, 0.05);
  EXPECT_NEAR(*PowerOfMeans(1, 1, 20), 0.8689528, 5e-8);
  EXPECT_NEAR(*UnitsForMeans(1, 1, {0.05, 0.9}), 22.02110, 5e-6);
}

TEST(Power, UnitsEffectAndPowerAreInversesOfEachOther) {
  for (const double baseline : {0.02, 0.5, 0.93}) {
    for (const double effect : {-0.01, 0.005, 0.03}) {
      const double units = *UnitsForShares(baseline, effect);
      EXPECT_NEAR(*PowerOfShares(baseline, effect, units), 0.8, 1e-6);
      EXPECT_NEAR(*EffectOfShares(baseline, effect, units), effect, 1e-6);
    }
  }
  const double units = *UnitsForMeans(12.5, 0.1);
  EXPECT_NEAR(*PowerOfMeans(12.5, 0.1, units), 0.8, 1e-6);
  EXPECT_NEAR(*EffectOfMeans(12.5, units), 0.1, 1e-6);
  // Scale changes nothing, more units never hurt, and the two branches of the t meet.
  EXPECT_NEAR(*UnitsForMeans(1250, 10), units, units * 1e-9);
  EXPECT_LT(*PowerOfMeans(1, 0.04, 5000), *PowerOfMeans(1, 0.04, 5002));
  EXPECT_NEAR(*PowerOfMeans(1, 0.04, 5000), *PowerOfMeans(1, 0.04, 5002), 1e-3);
}

TEST(Power, RefusesWhatHasNoAnswer) {
  EXPECT_FALSE(PowerOfShares(0.99, 0.02, 100));
  EXPECT_FALSE(PowerOfShares(0.5, 0, 100));
  EXPECT_FALSE(PowerOfShares(0.5, 0.1, 1));
  EXPECT_FALSE(PowerOfMeans(0, 1, 100));
  EXPECT_FALSE(UnitsForShares(0.5, std::nan("")));
  EXPECT_FALSE(EffectOfShares(0.5, 1, 2));
  EXPECT_FALSE(UnitsForMeans(1, 1, {0.05, 0.01}));
}

}  // namespace
}  // namespace assay::stats
