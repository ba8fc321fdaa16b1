#include "lifecycle/internal/ope_words.h"

#include <cmath>
#include <vector>

#include "base/text.h"
#include "lifecycle/estimates.h"

namespace assay::lifecycle {

namespace {

using evidence::OpeEstimate;
using evidence::OpeReport;

const OpeEstimate* Headline(const OpeReport& report) {
  for (const bool with_interval : {true, false}) {
    for (const char* name : {"dr", "snipw", "ipw", "switch-dr", "dros", "dm", "replay"}) {
      for (const OpeEstimate& estimate : report.estimates) {
        if (estimate.name == name && estimate.evaluable && (!with_interval || std::isfinite(estimate.low))) return &estimate;
      }
    }
  }
  return nullptr;
}

// "0.0069 under the policy that logged"
std::string AgainstTheLog(const OpeReport& report, const OpeEstimate& estimate) {
  const std::string log = base::ReadableNumber(report.on_policy.value, 3) + " in the log";
  const evidence::Estimate& difference = estimate.difference;
  if (!std::isfinite(difference.low)) return log;
  const std::string range = " (difference " + base::ReadableRange(difference.low, difference.high) + ")";
  if (difference.low > 0) return log + ": more, beyond chance" + range;
  if (difference.high < 0) return log + ": less, beyond chance" + range;
  return log + ": which of the two is better is not shown" + range;
}

}  // namespace

std::string EstimatorLabel(const std::string& name) {
  if (name == "ipw") return "inverse propensity weighting";
  if (name == "snipw") return "self-normalised weighting";
  if (name == "dm") return "reward model alone";
  if (name == "dr") return "doubly robust";
  if (name == "switch-dr") return "doubly robust, model above tau";
  if (name == "dros") return "doubly robust, shrunk weights";
  return "replay of matching rows";
}

std::string MeanWeightWarning(const objectives::MeanWeight& mean) {
  const std::string figure = mean.alike ? objectives::MeanWeightInWords(mean.value) + " in every row" : EstimateInWords(ToEstimate(mean.interval));
  return "the mean weight is " + figure + ", but 1 where propensities are right: " +
         (mean.value < 1 ? "the target policy takes actions that the log (nearly) never holds, or "
                           "propensities are too large"
                         : "propensities are too small, or the target's probabilities add up to more than 1");
}

std::string UnloggedWarning(std::span<const std::string> actions, double mass) {
  const std::vector<std::string> first(actions.begin(), actions.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(3, actions.size())));
  return "the target policy gives " + base::ReadableShare(mass) + " of its decisions to " + base::Counted(static_cast<std::int64_t>(actions.size()), "action") +
         " that the log never took (" + base::Join(first, ", ") + (actions.size() > first.size() ? ", ..." : "") +
         "): weights cannot tell of them, the reward model answers with what it knows of others";
}

std::string ThinNote(double share) {
  return "the weights are worth only " + base::ReadableShare(share) +
         " of the rows: the log hardly went where the target policy goes, and if rewards are "
         "different there, intervals of ipw and snipw miss more often than they say; dr with good "
         "features does not";
}

std::string OpeAnswer(const OpeReport& report) {
  const OpeEstimate* headline = Headline(report);
  if (headline == nullptr) return "What " + report.target_policy + " would earn cannot be told from this log: " + report.estimates.front().reason + ".";
  const bool has_interval = std::isfinite(headline->low);
  const std::string figure =
      has_interval ? EstimateInWords({headline->value, headline->low, headline->high, 0.95, ""}) : base::ReadableNumber(headline->value, 3) + " (no interval)";
  if (report.metrics == "replay") {
    return "Replay only, no off-policy estimate: where the target policy (" + report.target_policy + ") agrees with the log, a row earned " + figure +
           ", against " + base::ReadableNumber(report.on_policy.value, 3) + " in all rows. Those rows are no fair sample of what it would decide.";
  }
  return "Under the target policy (" + report.target_policy + ") a row would earn " + figure + " by " + headline->name + ", against " +
         AgainstTheLog(report, *headline) + "." + (has_interval ? "" : " No interval: " + headline->reason + ".");
}

}  // namespace assay::lifecycle
