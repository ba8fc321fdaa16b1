#include "objectives/gains.h"

#include <map>

#include "base/text.h"
#include "expression/split.h"

namespace assay::objectives {

namespace {

constexpr const char* kExample = "write for example --gain tp=4,fp=-1 (tn and fn are 0 unless given)";

Error Fault(const std::string& what) { return {ErrorCode::kInvalidInput, "--gain: " + what + "; " + kExample}; }

}  // namespace

Result<GainTexts> ParseGains(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> amounts;
  for (const std::string& text : texts) {
    if (const std::string unclosed = expression::UnclosedIn(text); !unclosed.empty()) return Fault("in '" + text + "' " + unclosed);
    for (const std::string& part : expression::SplitOutsideBrackets(text, ',')) {
      if (part.empty()) continue;
      const std::size_t equals = part.find('=');
      const std::string key = base::Lowercase(base::Trim(part.substr(0, equals)));
      if (equals == std::string::npos || (key != "tp" && key != "fp" && key != "tn" && key != "fn")) {
        return Fault("'" + std::string(base::Trim(part)) + "' does not begin with tp=, fp=, tn= or fn= (acting rightly, a false alarm, silence rightly, a miss)");
      }
      const std::string amount(base::Trim(part.substr(equals + 1)));
      if (amount.empty()) return Fault("no amount stands behind '" + key + "='");
      if (!amounts.emplace(key, amount).second) return Fault("'" + key + "' is given twice");
    }
  }
  for (const char* key : {"tp", "fp"}) {
    if (!amounts.contains(key)) return Fault(std::string("'") + key + "' is missing, the money for " + (key[0] == 't' ? "acting where the outcome is positive" : "acting where it is not, a false alarm"));
  }
  GainTexts gains{amounts["tp"], amounts["fp"]};
  if (amounts.contains("tn")) gains.true_negative = amounts["tn"];
  if (amounts.contains("fn")) gains.false_negative = amounts["fn"];
  return gains;
}

}  // namespace assay::objectives
