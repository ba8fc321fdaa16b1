#include "objectives/gains.h"

#include <map>

#include "base/text.h"

namespace assay::objectives {

namespace {

constexpr const char* kExample = "write for example --gain tp=4,fp=-1 (tn and fn are 0 unless given)";

Error Fault(const std::string& what) { return {ErrorCode::kInvalidInput, "--gain: " + what + "; " + kExample}; }

// At commas outside brackets and quotes. A doubled quote inside quotes closes and opens again, which comes to the same.
Result<std::vector<std::string>> Parts(const std::string& text) {
  std::vector<std::string> parts(1);
  int open = 0;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(') {
      ++open;
    } else if (c == ')') {
      if (--open < 0) return Fault("in '" + text + "' a bracket is closed that was not opened");
    } else if (c == ',' && open == 0) {
      parts.emplace_back();
      continue;
    }
    parts.back() += c;
  }
  if (quote != 0) return Fault("in '" + text + "' a quote is opened and not closed");
  if (open != 0) return Fault("in '" + text + "' a bracket is opened and not closed");
  return parts;
}

}  // namespace

Result<GainTexts> ParseGains(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> amounts;
  for (const std::string& text : texts) {
    for (const std::string& part : ASSAY_TRY(Parts(text))) {
      if (base::Trim(part).empty()) continue;
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
