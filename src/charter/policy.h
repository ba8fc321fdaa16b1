// A policy: how scores of several models become one list. A small TOML file that people may change; no model is touched by that.
//
// Written whole by WritePolicy, so that a version is one text. What it says of models is held against them where it is used.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/result.h"

namespace assay::charter {

struct PolicyObjective {
  std::string name;
  double weight = 0;
  double least = 0, most = 1;    // of its share of all weights, in [0, 1]
  double scale = 1;              // above 0: scores are divided by it before they are blended
  std::string rung;              // of the ladder, whose scores these are
  std::string model;             // SHA-256 of that model's file, in hex
  std::string calibration = {};  // "logistic": logit(q) = intercept + slope * logit(score); "linear": intercept + slope * score; "": the score as it is
  double intercept = 0, slope = 1;
};

struct PolicyGuardrail {
  std::string name, expression;
  double limit = 0;              // bound of the mean over the items shown, or rows acted on
  bool at_least = false;         // true: it may not be below; false: not above
  bool Holds(double value) const { return at_least ? value >= limit : value <= limit; }
};

struct Policy {
  std::int64_t version = 1;      // counts up with every change
  std::string blend = "sum";     // sum, product or multiplier
  std::string multiplier;        // EXPR; "" but for that blend
  std::string filter;            // EXPR: items that may be shown at all; "" = all
  double threshold = std::numeric_limits<double>::quiet_NaN();  // single rows: acted on where the blend reaches it; NaN: lists
  std::string query;             // EXPR; "" with a threshold
  std::int64_t k = 10;           // of lists
  std::string discount = "none";
  std::vector<PolicyObjective> objectives;  // two or more
  std::vector<PolicyGuardrail> guardrails;
};

// kInvalidInput names path, line and key: what was found, what was expected. Weights outside their bounds, unknown keys and missing ones are refused.
Result<Policy> ParsePolicy(const std::string& text, const std::string& path);
// Reads back as the same policy.
std::string WritePolicy(const Policy& policy, const std::string& project);

}  // namespace assay::charter
