// A project's objectives beside each other: one model per objective, their scores blended, every weight looked at, one policy recommended.
//
// The policy is chosen on out-of-fold predictions of the training part and measured on the holdout. Nothing is trained, but where `retrain` asks for it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/run_context.h"
#include "evidence/reports/tradeoff.h"
#include "learn/learner.h"
#include "lifecycle/objective_scores.h"
#include "lifecycle/project.h"
#include "store/engine.h"

namespace assay::lifecycle {

// The charter's section [tradeoff], with what belongs to it elsewhere.
struct TradeoffSettings {
  std::int64_t k = 10;
  std::string discount = "none";   // or "log2"
  std::string blend = "sum";       // or "product": of scores above 0, each to the power of its weight; or "multiplier": the sum times `multiplier`
  std::string multiplier;          // EXPR
  std::string filter;              // EXPR: items that may be shown at all; "" = all
  double share = std::numeric_limits<double>::quiet_NaN();  // single rows are decided: this share of them is acted on, in place of lists of k; NaN: lists
  bool calibrate = false;          // bring every score to its outcome's scale before blending
  double lists_per_day = std::numeric_limits<double>::quiet_NaN();  // of single rows: rows acted on a day, share times data.rows_per_day
  std::string currency;
  std::vector<double> amounts;     // per objective: money per unit of its metric; NaN: not stated
};
TradeoffSettings TradeoffSettingsOf(const charter::Charter& charter);
// The charter's guardrails: a limit, or a value to be reached.
std::vector<evidence::FrontierGuardrail> GuardrailsOf(const charter::Charter& charter);

struct TradeoffInput {
  const Project& project;
  const std::vector<Objective>& objectives;          // two or more
  const std::vector<ObjectiveScores>& scores;        // of each
  std::shared_ptr<const table::Table> source;        // the data as read, with derived columns
  evidence::DataSummary data;
  std::vector<std::shared_ptr<const learn::Examples>> examples = {};  // per objective, without leaky features; empty: training on blended labels is not compared
  std::vector<learn::Rows> source_rows = {};         // per objective: row of its examples -> row of `source`
  std::optional<std::vector<double>> asked = {};     // weights in place of those in use: per objective, at least 0, sum 1
};

// "" when a project's objectives can be blended; else why not, and what to do.
std::string WhyNoTradeoff(const Project& project, const std::vector<Objective>& objectives, const std::vector<learn::Task>& tasks);
// The report that says why there is none.
evidence::TradeoffReport NoTradeoff(const Project& project, const std::string& reason);

// Data that do not allow it (no item has both scores, say) give a report that says why.
Result<evidence::TradeoffReport> FindTradeoff(const TradeoffInput& input, const RunContext& context);

// The combined-loss way beside the blend: one model trained on the weighted sum of the labels, each in units of its spread, against one model per objective
// of the same learner whose scores, in the same units, are added with the same weights (a plain sum, whatever blend the charter names). For learners whose predictions are a fixed linear map of the labels the two are the
// same (docs/tradeoff.md), so what differs is what the learner adapts. At most 200,000 rows train.
evidence::RetrainReport RetrainGap(const TradeoffInput& input, const TradeoffSettings& settings, const learn::Learner& learner, const RunContext& context);

// Hash of what the charter and the policy in use say of weighing.
std::string SettingsFingerprint(const Project& project);

// Of a project that was run: as the run found it, or with one weight per objective in place of those in use, or after the charter's weights, guardrails or amounts
// were changed, from the scores that the run kept; with `retrain` training on blended labels is compared anew.
// kNotFound without such a run, kConflict when the data, or what is learned from them, have changed since.
Result<evidence::TradeoffReport> TradeoffOfProject(const Project& project, const std::map<std::string, double>& weights, bool retrain, store::Engine& engine, const RunContext& context);

}  // namespace assay::lifecycle
