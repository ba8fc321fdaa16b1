// The sentences of an off-policy evaluation.
#pragma once

#include <span>
#include <string>

#include "evidence/reports/ope.h"
#include "objectives/off_policy_guard.h"

namespace assay::lifecycle {

inline constexpr const char* kNoPropensities =
    "no logged propensities: without the probability with which each logged action was taken "
    "nothing tells how far the log is from the target policy; log it, and name it with "
    "--propensity";
inline constexpr const char* kOnlyReplay =
    "replay only: the mean reward where both policies agree, no estimate of what the target policy "
    "would earn (those rows are no fair sample)";

std::string EstimatorLabel(const std::string& name);
// Of one that is off.
std::string MeanWeightWarning(const objectives::MeanWeight& mean);
// `mass`: the share of its decisions that the target policy gives to them.
std::string UnloggedWarning(std::span<const std::string> actions, double mass);
// `share`: what the weights are worth, of the rows.
std::string ThinNote(double share);
// By dr where it has an interval, else the first of snipw, ipw, switch-dr, dros with one, else the
// first that has a value.
std::string OpeAnswer(const evidence::OpeReport& report);

}  // namespace assay::lifecycle
