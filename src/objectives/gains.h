// The flag --gain: money per right and wrong decision, each amount a number or an EXPR per row.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace assay::objectives {

struct GainTexts {
  std::string true_positive, false_positive;
  std::string true_negative = "0", false_negative = "0";
};

// "tp=4,fp=-1", or in several texts. Keys tp, fp, tn, fn, in any order and case; tp and fp must be there. Commas inside brackets or quotes belong to the EXPR.
// kInvalidInput when a key is unknown, missing or stands twice, an amount is empty, or a bracket or quote is not closed.
Result<GainTexts> ParseGains(const std::vector<std::string>& texts);

}  // namespace assay::objectives
