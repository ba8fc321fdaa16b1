// Can the planned A/B test see the smallest effect worth having?
#include <cmath>

#include "base/text.h"
#include "lifecycle/internal/check_state.h"
#include "stats/power.h"

namespace assay::lifecycle::internal {

namespace {

std::string Units(double units) { return base::ReadableCount(static_cast<std::int64_t>(std::min(1e18, std::ceil(units - 1e-9)))); }
std::string Days(double days) {
  const std::string count = Units(days);
  return count + (count == "1" ? " day" : " days");
}

}  // namespace

void CheckProof(CheckState& state) {
  evidence::ProofPower& power = state.report->proof;
  const Record& proof = state.charter().section("proof");
  const double none = std::nan("");
  const double baseline = proof.number("baseline_rate", none), effect = proof.number("smallest_effect", none), deviation = proof.number("standard_deviation", none);
  const double per_day = proof.number("units_per_day", none), days = proof.number("days", none);
  const auto place = [&](const char* key) { return PlaceOf("proof", proof, key); };
  std::vector<std::string> open;
  for (const char* key : {"baseline_rate", "smallest_effect", "units_per_day", "days"}) {
    if (!proof.has(key)) open.push_back(std::string("proof.") + key);
  }
  const bool mean = proof.has("standard_deviation") || (std::isfinite(baseline) && !(baseline > 0 && baseline < 1));
  if (std::isfinite(baseline)) power.metric_kind = mean ? "mean" : "share";
  if (mean && !proof.has("standard_deviation")) {
    open.emplace_back("proof.standard_deviation");
    state.Find("deviation_missing", FieldStatus::kVague, place("baseline_rate"), "the metric today is " + base::ReadableNumber(baseline) + ", so it is a mean and no share; without its standard deviation nobody can say how many units the test needs", "", "Write standard_deviation = ... in [proof]: how much the metric differs between units (from last month's data, say), or a share between 0 and 1 as baseline_rate.");
  }
  if (!open.empty()) {
    power.reason = "the charter does not say " + base::Join(open, ", ");
    return;
  }
  const stats::PowerOptions options;
  power.level = options.level;
  power.wanted_power = options.power;
  power.method = mean ? "two means, Student's t, noncentral t distribution, equal variants, two-sided" : "two shares, normal approximation, equal variants, two-sided";
  const Result<double> needed = mean ? stats::UnitsForMeans(deviation, effect, options) : stats::UnitsForShares(baseline, effect, options);
  if (!needed) {
    power.reason = needed.error().message;
    const std::string why = !mean && effect != 0 ? "a share of " + base::ReadableNumber(baseline) + " cannot change by " + base::ReadableNumber(effect) : needed.error().message;
    state.Find("impossible_value", FieldStatus::kContradicted, place("smallest_effect"), "the smallest effect cannot be tested: " + why, "", "Write an effect in the units of baseline_rate, such as 0.005 for half a percentage point.");
    return;
  }
  power.units_needed = *needed;
  power.units_available = per_day * days / 2;
  power.days_needed = 2 * *needed / per_day;
  power.reason = "follows from the charter's own figures: no interval";
  const Result<double> reached = mean ? stats::PowerOfMeans(deviation, effect, power.units_available, options) : stats::PowerOfShares(baseline, effect, power.units_available, options);
  if (reached) power.power = *reached;
  const Result<double> visible = mean ? stats::EffectOfMeans(deviation, power.units_available, options) : stats::EffectOfShares(baseline, effect, power.units_available, options);
  if (visible) power.visible_effect = *visible;
  if (power.units_available >= *needed) {
    state.Confirm("proof.days", "enough: " + Days(power.days_needed) + " would do; the power is " + base::ReadableShare(power.power));
    return;
  }
  state.Find("no_power", FieldStatus::kContradicted, place("days"), "the test would not show an effect of " + base::ReadableNumber(effect) + ": its power is " + (reached ? base::ReadableShare(*reached) : "nil") + ", wanted are " + base::ReadableShare(options.power),
             "it needs " + Units(*needed) + " units per variant and gets " + Units(power.units_available) + " in " + base::ReadableNumber(days) + (days == 1 ? " day" : " days") + (visible ? "; the smallest effect it would show is " + base::ReadableNumber(*visible, 2) : ""),
             "Run it for " + Days(power.days_needed) + ", let more units take part, or accept that smaller effects stay unseen.");
}

}  // namespace assay::lifecycle::internal
