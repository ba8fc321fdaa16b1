// What was asked for: flags as they are typed, and what of them cannot be done.
#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "expression/split.h"
#include "lifecycle/internal/frontier_parts.h"
#include "objectives/frontier_band.h"

namespace assay::lifecycle {

using evidence::FrontierGuardrail;
using evidence::FrontierObjective;

namespace {

// Of the file that --out writes.
const std::vector<std::string> kCurveColumns = {"lambda_low", "lambda_high", "feasible", "pareto"};

Error Refused(const std::string& text) { return Error{ErrorCode::kInvalidInput, text}; }

Result<void> RefuseNames(const FrontierProblem& problem, bool as_columns) {
  std::vector<std::string> names;
  const auto take = [&](const std::string& flag, const std::string& name) -> Result<void> {
    if (name.empty()) return Refused(flag + ": a name is missing");
    if (std::find(names.begin(), names.end(), name) != names.end()) return Refused(flag + ": the name '" + name + "' stands twice; every objective and guardrail needs its own");
    if (as_columns && base::IsAmong(kCurveColumns, name)) return Refused("--out: '" + name + "' is a column of the curve itself; give the " + flag.substr(2) + " another name");
    if (as_columns && base::IsAmong(names, name)) return Refused("--out: '" + name + "' differs from another name by its case only, and columns of a file must not; give one of them another name");
    names.push_back(name);
    return {};
  };
  for (const FrontierObjective& objective : problem.objectives) ASSAY_TRY(take("--objective", objective.name));
  for (const FrontierGuardrail& guardrail : problem.guardrails) ASSAY_TRY(take("--guardrail", guardrail.name));
  return {};
}

Result<void> RefuseNoLambda(const std::string& flag, double lambda) {
  if (lambda >= 0 && lambda <= 1) return {};
  return Refused(flag + ": " + base::ShortestNumber(lambda) + " is no lambda, which lies between 0 and 1");
}

Result<void> RefuseMoney(const FrontierSettings& settings, const FrontierProblem& problem) {
  std::vector<std::string> names;
  for (const FrontierObjective& objective : problem.objectives) names.push_back(objective.name);
  for (const auto& [name, amount] : settings.amounts) {
    if (std::find(names.begin(), names.end(), name) == names.end()) return Refused("--money: there is no objective '" + name + "'." + base::DidYouMean(name, names));
  }
  if (!settings.current) return {};
  if (settings.amounts.empty()) return Refused("--current is the lambda that --money compares with; give --money NAME=AMOUNT too, or leave it out");
  return RefuseNoLambda("--current", *settings.current);
}

}  // namespace


std::int64_t BytesPerItem(const FrontierProblem& problem) {
  // Scores, gains and values of guardrails; query, row, place.
  return static_cast<std::int64_t>(8 * (2 * problem.objectives.size() + problem.guardrails.size()) + 24);
}

Result<void> FrontierSettings::Validate(const FrontierProblem& problem) const {
  const std::size_t count = problem.objectives.size();
  if (problem.query.empty()) return Refused("--query is missing: within what items are ranked, like 'search_id' or 'date(shown)'");
  if (count < 2) return Refused("--objective: give two or more, each NAME=SCORE[,GAIN], like --objective 'quality=p_quality,rating' --objective 'engagement=p_click,clicked'");
  ASSAY_TRY(RefuseNames(problem, !out.empty()));
  if (k < 1) return Refused("--k: at least one rank must count");
  if (at.size() > objectives::kMostLambdas) return Refused("--at: " + base::ReadableCount(static_cast<std::int64_t>(at.size())) + " lambdas are more than the " + base::ReadableCount(objectives::kMostLambdas) + " that intervals are made for; take fewer, or --out for the whole curve");
  for (const double lambda : at) ASSAY_TRY(RefuseNoLambda("--at", lambda));
  if (!reference.empty() && reference.size() != count) return Refused("--reference: expected one number per objective (" + std::to_string(count) + "), not " + std::to_string(reference.size()));
  ASSAY_TRY(RefuseMoney(*this, problem));
  const char* flag = !at.empty() ? "--at" : !out.empty() ? "--out" : !amounts.empty() ? "--money" : nullptr;
  if (count > 2 && flag != nullptr) return Refused(std::string(flag) + " is for two objectives, whose weights lie on one line; with " + std::to_string(count) + " take two of them, or leave it out");
  if (count == 2 && lines) return Refused("--lines is for three or more objectives; the weights of two lie on one line, which is searched in full");
  return {};
}

Result<FrontierObjective> ParseFrontierObjective(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string name(base::Trim(text.substr(0, equals)));
  const std::string form = "--objective: '" + text + "' is no NAME=SCORE[,GAIN], like 'quality=p_quality,rating'";
  if (equals == std::string::npos || name.empty()) return Error{ErrorCode::kInvalidInput, form};
  const std::vector<std::string> parts = expression::SplitOutsideBrackets(text.substr(equals + 1), ',');
  if (parts.size() > 2 || parts[0].empty() || parts.back().empty()) return Error{ErrorCode::kInvalidInput, form};
  return FrontierObjective{name, parts[0], parts.back()};
}

Result<FrontierGuardrail> ParseFrontierGuardrail(const std::string& text) {
  const std::string form = "--guardrail: '" + text + "' is no 'NAME: EXPR <= X' (or >=), like 'explicit: nsfw <= 0.02'";
  const std::size_t colon = text.find(':');
  const std::size_t most = expression::LastOutsideBrackets(text, "<="), least = expression::LastOutsideBrackets(text, ">=");
  const std::size_t at = most == std::string::npos ? least : least == std::string::npos ? most : std::max(most, least);
  if (colon == std::string::npos || at == std::string::npos || at < colon) return Error{ErrorCode::kInvalidInput, form};
  FrontierGuardrail guardrail{std::string(base::Trim(text.substr(0, colon))), std::string(base::Trim(text.substr(colon + 1, at - colon - 1))), 0, at == least};
  if (guardrail.name.empty() || guardrail.expression.empty() || !base::ParseNumber(base::Trim(text.substr(at + 2)), &guardrail.limit)) return Error{ErrorCode::kInvalidInput, form};
  return guardrail;
}

}  // namespace assay::lifecycle
