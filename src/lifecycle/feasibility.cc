#include "lifecycle/feasibility.h"

#include <algorithm>
#include <cmath>

#include "base/step_clock.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "learn/training_memory.h"
#include "lifecycle/internal/feasibility_items.h"
#include "lifecycle/memory_need.h"

namespace assay::lifecycle {

namespace {

using evidence::FeasibilityItem;
using evidence::FeasibilityReport;
using evidence::Verdict;
using learn::Examples;
using learn::Metric;

// Puts the items into their order; those that were not reached say why.
void Arrange(std::vector<FeasibilityItem> made, const std::string& reason, FeasibilityReport* report) {
  for (const AskedItem& asked : kAskedItems) {
    FeasibilityItem item = StartItem(asked.id);
    item.answer = "Not judged: " + reason + ".";
    item.method = "none";
    for (FeasibilityItem& candidate : made) {
      if (candidate.id == asked.id) item = std::move(candidate);
    }
    report->items.push_back(std::move(item));
  }
}

void AskPeople(const FeasibilityOptions& options, FeasibilityReport* report) {
  const auto ask = [&](const char* key, const char* question, const char* stage) { report->open_questions.push_back({key, question, stage}); };
  if (options.harmed.empty() || IsUndecided(options.harmed)) ask("ethics.harmed", "Who could be harmed?", "design");
  if (options.worst_error.empty() || IsUndecided(options.worst_error)) ask("ethics.worst_error", "Which error is the worst, and how bad is it?", "design");
  if (options.has_charter && !options.fatal) ask("ethics.fatal", "Can a single error do irreparable harm?", "design");
  if (!std::isfinite(options.decisions_per_day)) ask("value.decisions_per_day", "How many decisions a day?", "business");
  if (!HasMoney(options)) ask("value.true_positive", "What is a right and a wrong decision worth?", "business");
  if (!std::isfinite(options.cost_per_month)) ask("value.cost_per_month", "What does running ML cost per month?", "business");
  if (!options.has_charter) ask("data.columns", "Which columns are known before the decision, and which are sensitive?", "understand");
}

Result<FeasibilityReport> Finish(FeasibilityReport report, const FeasibilityOptions& options, const VerdictFacts& facts) {
  const DecidedVerdict decided = DecideVerdict(facts);
  report.verdict = decided.verdict;
  report.decided_by = decided.by;
  report.reason = decided.reason;
  report.next = NextStep(decided, facts);
  AskPeople(options, &report);
  return report;
}

// Whether the target is met by the point value; without one nothing is unmet.
bool IsUnmet(Metric metric, double target, double reached) {
  if (!std::isfinite(target)) return false;
  return learn::HigherIsBetter(metric) ? reached < target : reached > target;
}

// What judges, in words ("3 days"), where it is too little for any interval; else "".
std::string FewJudges(const Examples& examples, const learn::Rows& judged, const Dependence& dependence) {
  constexpr std::int64_t kLeastJudges = 5;
  const std::int64_t judges = learn::Judge(examples, judged, {}, dependence.Clusters()).num_units();
  return judges < kLeastJudges ? std::to_string(judges) + " " + (judges == 1 ? dependence.one : dependence.many) : "";
}

void AddNotes(const Examples& examples, const Dependence& dependence, FeasibilityReport* report) {
  if (examples.num_rows() > kGainRows) {
    report->notes.push_back("Gains are measured on " + base::ReadableCount(kGainRows) + " of " + base::ReadableCount(examples.num_rows()) + " rows, drawn evenly from all units. Where rows of a unit resemble each other, the number of units decides the width of the intervals, and that is the same.");
  }
  report->notes.push_back("Intervals are " + dependence.words + ".");
}

}  // namespace

bool IsUndecided(const std::string& entry) {
  std::string text = base::Lowercase(entry);
  const std::size_t end = text.find_last_not_of(" .!");
  text.resize(end == std::string::npos ? 0 : end + 1);
  if (text.ends_with("?")) return true;
  for (const char* word : {"unknown", "undecided", "unclear", "not decided", "to be decided", "tbd", "nobody knows", "not settled"}) {
    if (!text.starts_with(word)) continue;
    const std::string_view rest = std::string_view(text).substr(std::string_view(word).size());
    if (rest.empty() || std::string_view(",.;:(").find(rest[0]) != std::string_view::npos) return true;
    // "Unknown customers are refused" is settled, "to be decided by the board" is not.
    const bool clause = std::string_view(word).find(' ') != std::string_view::npos || std::string_view(word) == "tbd";
    if (clause && rest[0] == ' ') return true;
  }
  return false;
}

bool HasMoney(const FeasibilityOptions& options) { return std::isfinite(options.value_right) && std::isfinite(options.value_wrong); }

FeasibilityItem StartItem(const std::string& id) {
  const auto* asked = std::find_if(std::begin(kAskedItems), std::end(kAskedItems), [&](const AskedItem& a) { return id == a.id; });
  ASSAY_CHECK(asked != std::end(kAskedItems));
  FeasibilityItem item;
  item.id = id;
  item.question = asked->question;
  return item;
}

Result<FeasibilityReport> Feasibility(const Gathered& gathered, const FeasibilityOptions& options, const RunContext& context) {
  FeasibilityReport report;
  report.header.report = "feasibility";
  report.header.data = gathered.data;
  report.objective = options.objective.empty() ? gathered.examples.outcome_text : options.objective;
  report.task = learn::TaskName(gathered.examples.task);
  const Metric metric = options.metric.empty() ? Metric::kSkill : ASSAY_TRY(learn::ParseMetric(options.metric));
  ASSAY_TRY(learn::RefuseMetricOf(metric, gathered.examples.task));
  if (metric == Metric::kMae && !gathered.examples.aims_at_median()) return Feasibility(AimedAtMedian(gathered), options, context);
  if (std::isnan(options.least_gain)) {
    FeasibilityOptions stated = options;
    stated.least_gain = learn::DefaultLeastGain(metric, gathered.examples);
    return Feasibility(gathered, stated, context);
  }
  report.metric = learn::MetricName(metric);
  report.least_gain = options.least_gain;
  report.target = options.target;
  if (std::isnan(options.target)) report.target_reason = "no target was given";
  report.gain.reason = "not measured";
  report.gain_with_leaks.reason = "no column leaks";
  ASSAY_TRY(RefuseWithoutFeatures(gathered));
  // A mistake in a rule is told before anything is fitted.
  std::vector<OwnRule> own_rules = ASSAY_TRY(UsableRules(options.own_rules, gathered, gathered.leaky, context, &report.notes));
  for (const std::string& name : options.sensitive) ASSAY_TRY_WITH(gathered.examples.table->IndexOf(name), "sensitive columns");
  // Models are fitted on a sample of bounded size.
  const auto bytes = [&](std::int64_t rows) { return AnalysisBytes(*gathered.examples.table, rows) + learn::TrainingBytes(gathered.examples, std::min(rows, kGainRows), base::NumThreads(context)); };
  ASSAY_TRY(RefuseBeyondMemory({gathered.data.source + ": to judge the feasibility with its " + base::ReadableCount(gathered.examples.num_rows()) + " rows (" + base::ReadableCount(learn::EncodedColumns(gathered.examples)) + " encoded columns)", gathered.examples.num_rows(), bytes, ""}, context));

  VerdictFacts facts;
  facts.least_gain = options.least_gain;
  std::vector<FeasibilityItem> items;
  const Dependence dependence = DependenceOf(gathered.examples);
  items.push_back(ObjectiveItem(gathered.examples, dependence, &facts.outcome_unusable));
  if (facts.outcome_unusable) {
    for (const learn::Feature& feature : gathered.examples.features) report.features.push_back(feature.name);
    Arrange(std::move(items), "the outcome is not usable", &report);
    return Finish(std::move(report), options, facts);
  }
  {
    const base::ScopedStep step(context, "leakage");
    items.push_back(ASSAY_TRY(LeakageItem(gathered, options.leaks, context, &report.leaky_columns)));
  }
  const Examples examples = WithoutFeatures(gathered.examples, report.leaky_columns);
  for (const learn::Feature& feature : examples.features) report.features.push_back(feature.name);
  if (!report.leaky_columns.empty()) {
    const base::ScopedStep step(context, "gain with leaks");
    const std::unique_ptr<Gains> leaky = ASSAY_TRY(MeasureGains(gathered.examples, dependence, metric, {}, "gain with the leaky columns", context));
    report.gain_with_leaks = WithInterval(leaky->gain, leaky->level);
  }
  if (examples.features.empty()) {
    // Nothing honest to learn from: no pattern, and the gain is exactly none.
    facts.pattern_refuted = true;
    report.gain = {0, 0, 0, 0.95, "every feature leaks, so nothing but the constant is left"};
    Arrange(std::move(items), "every feature leaks (" + base::Join(report.leaky_columns, ", ") + "), nothing honest is left to learn from", &report);
    return Finish(std::move(report), options, facts);
  }

  own_rules = ASSAY_TRY(UsableRules(own_rules, gathered, report.leaky_columns, context, &report.notes));
  std::unique_ptr<Gains> gains;
  {
    const base::ScopedStep step(context, "gain");
    gains = ASSAY_TRY(MeasureGains(examples, dependence, metric, own_rules, "gain: out-of-fold predictions", context));
  }
  report.gain = WithInterval(gains->gain, gains->level);
  if (report.gain.low == report.gain.high) report.gain.reason = "exact for these rows: the predictions of " + gains->best_name + " are those of the constant";
  facts.gain_low = gains->gain.low;
  facts.gain_high = gains->gain.high;
  facts.over_rule_low = gains->over_rule.low;
  facts.over_rule_high = gains->over_rule.high;
  facts.rule = gains->rule_name;
  report.best = gains->best_name;
  facts.few_judges = FewJudges(examples, gains->all.rows, dependence);
  facts.target_unmet = IsUnmet(metric, options.target, gains->reached.value);

  const Ground ground{gathered, examples, options, dependence, metric, context};
  {
    const base::ScopedStep step(context, "pattern");
    items.push_back(ASSAY_TRY(PatternItem(ground, gains->gain, &facts.pattern_refuted)));
  }
  items.push_back(ComplexityItem(ground, *gains));
  {
    const base::ScopedStep step(context, "learning curve");
    MoreRows rows;
    items.push_back(ASSAY_TRY(DataItem(ground, *gains, &rows)));
    if (!facts.few_judges.empty()) {
      items.back().verdict = Verdict::kInconclusive;
      items.back().answer = "Not decided: " + facts.few_judges + " judge, too few to rely on.";
    }
    facts.still_rising = rows.still_rising;
    facts.rises_in_vain = rows.in_vain;
  }
  {
    const base::ScopedStep step(context, "cases");
    context.Report("repetition and collection: equal cases, noise of the outcome", 0, 0);
    JudgeDuplicates(ground, *gains, &items[1]);
    items.push_back(RepetitionItem(ground, *gains));
    items.push_back(CollectionItem(ground, *gains));
  }
  {
    const base::ScopedStep step(context, "groups");
    context.Report("fatal errors: the worst group", 0, 0);
    items.push_back(FatalErrorsItem(ground, *gains, &facts));
    items.push_back(ASSAY_TRY(EthicsItem(ground, *gains, &facts)));
  }
  Arrange(std::move(items), "", &report);
  AddNotes(examples, dependence, &report);
  return Finish(std::move(report), options, facts);
}

}  // namespace assay::lifecycle
