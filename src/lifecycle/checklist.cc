#include "lifecycle/checklist.h"

#include <algorithm>
#include <map>

#include "base/step_clock.h"
#include "base/text.h"
#include "learn/out_of_fold.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/internal/checklist_parts.h"
#include "lifecycle/personal_data.h"
#include "lifecycle/project_report.h"

namespace assay::lifecycle {

namespace {

using evidence::ChecklistState;
using evidence::Verdict;
using learn::Examples;
using learn::RungKind;

constexpr std::int64_t kSampleRows = 200'000;
constexpr int kFolds = 4;

Result<void> FitAll(Workbench* bench, const RunContext& context) {
  const base::ScopedStep step(context, "models");
  const Examples& examples = bench->examples();
  const std::pair<RungKind, Prediction*> members[] = {{RungKind::kConstant, &bench->constant}, {RungKind::kRule, &bench->rule}, {RungKind::kLinear, &bench->linear}, {RungKind::kBoosted, &bench->boosted}};
  for (const learn::Split& fold : bench->folds) bench->judged.insert(bench->judged.end(), fold.test.begin(), fold.test.end());
  const auto fit = [&](std::size_t member, std::span<const std::uint32_t> rows, const RunContext& serial) { return learn::MakeRepeatedLearner(members[member].first)->Fit(examples, rows, serial); };
  std::vector<learn::MemberOutOfFold> predicted = ASSAY_TRY(learn::PredictOutOfFold(examples, bench->folds, std::size(members), fit, context, "checklist: models inside the training part"));
  for (std::size_t m = 0; m < predicted.size(); ++m) {
    members[m].second->out_of_fold = predicted[m].All();
    members[m].second->last_model = std::move(predicted[m].last);
  }
  bench->judge = std::make_unique<learn::Judge>(examples, bench->judged, bench->constant.out_of_fold, bench->dependence.Clusters());
  return {};
}

Result<void> RemoveLeaks(Workbench* bench, const RunContext& context) {
  const base::ScopedStep step(context, "leakage");
  bool known = false;
  if (bench->last_run) {
    for (const evidence::FeasibilityReport& feasibility : bench->last_run->feasibility) {
      if (feasibility.objective != bench->objective.name) continue;
      bench->leaky = feasibility.leaky_columns;
      known = true;
    }
  }
  if (!known) {
    for (const evidence::Finding& finding : ASSAY_TRY(FindLeaks(bench->gathered, context))) {
      if (finding.accused) bench->leaky.push_back(finding.name);
    }
  }
  bench->gathered.examples = WithoutFeatures(bench->gathered.examples, bench->leaky);
  if (bench->examples().features.empty()) return Error{ErrorCode::kInvalidInput, "no honest feature is left; see: assay feasibility"};
  return {};
}

Result<std::unique_ptr<Workbench>> Prepare(const Project& project, const ChecklistOptions& options, store::Engine& engine, const RunContext& context) {
  auto owned = std::make_unique<Workbench>();  // never moved: the judge refers to its examples
  Workbench& bench = *owned;
  bench.project = &project;
  bench.engine = &engine;
  bench.objective = ASSAY_TRY(FindObjective(project, options.objective));
  bench.gathered = ASSAY_TRY(Gather(bench.objective.problem, engine, context));
  Result<evidence::ProjectReport> last = LoadProjectReport(project);
  if (last && last->header.data.fingerprint == bench.gathered.data.fingerprint && last->header.seed == context.seed) bench.last_run = std::move(*last);
  {
    const base::ScopedStep step(context, "profile");
    bench.profiles = ProfileColumns(*bench.gathered.source, context);
    bench.alerts = FindAlerts(bench.gathered, bench.profiles);
  }
  for (const charter::Record& column : project.charter.list("data.columns")) {
    if (column.flag("sensitive", false)) bench.sensitive.push_back(column.text("name"));
  }
  for (const std::string& name : bench.gathered.source->names()) {
    if (!TraitWord(name).empty() && !base::IsAmong(bench.sensitive, name)) bench.about_people.push_back(name);
  }
  ASSAY_TRY(RemoveLeaks(&bench, context));
  bench.dependence = DependenceOf(bench.examples());
  bench.split = ASSAY_TRY(learn::SplitHoldout(bench.examples(), {bench.objective.train.holdout_share, context.seed}));
  bench.sample = learn::ThinRows(bench.examples(), bench.split.train, kSampleRows, context.seed);
  bench.folds = ASSAY_TRY(learn::CrossValidationFolds(bench.examples(), bench.sample, kFolds, context.seed));
  ASSAY_TRY(FitAll(&bench, context));
  return owned;
}

evidence::ChecklistItem Judge(const CatalogueItem& row, const Workbench& bench, const RunContext& context) {
  evidence::ChecklistItem item;
  item.list = row.list;
  item.id = row.id;
  item.section = row.section;
  item.claim = row.claim;
  item.state = row.state;
  item.answer = row.open;
  if (row.decide == nullptr) {
    if (row.state == ChecklistState::kNotYet) item.answer = "Missing: " + item.answer + ".";
    return item;
  }
  Result<ItemAnswer> decided = row.decide(bench, context);
  if (!decided) {
    item.state = ChecklistState::kNotYet;
    item.answer = "Its test could not run: " + decided.error().message;
    return item;
  }
  item.verdict = decided->verdict;
  item.answer = std::move(decided->answer);
  item.method = std::move(decided->method);
  item.figures = std::move(decided->figures);
  item.findings = std::move(decided->findings);
  return item;
}

void Count(evidence::ChecklistReport* report) {
  for (const evidence::ChecklistItem& item : report->items) {
    auto section = std::find_if(report->sections.begin(), report->sections.end(), [&](const auto& s) { return s.list == item.list && s.section == item.section; });
    if (section == report->sections.end()) {
      report->sections.push_back({item.list, item.section});
      section = report->sections.end() - 1;
    }
    ++section->items;
    if (item.state == ChecklistState::kNotYet) ++section->not_yet;
    if (item.state == ChecklistState::kNeedsPerson) ++section->needs_person;
    if (item.state == ChecklistState::kDecided) ++(item.verdict == Verdict::kSupported ? section->supported : item.verdict == Verdict::kRefuted ? section->refuted : section->inconclusive);
  }
  double least = 1e9;
  std::string where;
  for (const evidence::ChecklistSection& section : report->sections) {
    if (section.list != "ml_test_score" || static_cast<double>(section.supported) >= least) continue;
    least = static_cast<double>(section.supported);
    where = section.section;
  }
  report->ml_test_score = least;
  report->score_text = "ML Test Score " + base::ReadableNumber(least) + ", the smallest of its four sections (" + where + "). Each item that an executed test supports counts 1; what people do by hand would count 0.5 and is not known here.";
}

}  // namespace

std::vector<std::string> Workbench::sensitive_columns() const {
  std::vector<std::string> names = sensitive;
  names.insert(names.end(), about_people.begin(), about_people.end());
  return names;
}

Result<evidence::ChecklistReport> RunChecklist(const Project& project, const ChecklistOptions& options, store::Engine& engine, const RunContext& context) {
  const std::unique_ptr<Workbench> owned = ASSAY_TRY_WITH(Prepare(project, options, engine, context), project.charter.path());
  const Workbench& bench = *owned;
  evidence::ChecklistReport report;
  report.header.report = "checklist";
  report.header.data = bench.gathered.data;
  report.name = project.charter.section("project").text("name");
  report.objective = bench.objective.name;
  const std::vector<CatalogueItem>& catalogue = ChecklistCatalogue();
  for (std::size_t i = 0; i < catalogue.size(); ++i) {
    if (context.cancelled()) return Error{ErrorCode::kCancelled, "stopped on request"};
    const base::ScopedStep step(context, catalogue[i].id);
    report.items.push_back(Judge(catalogue[i], bench, context));
    context.Report("checklist: items", static_cast<std::int64_t>(i + 1), static_cast<std::int64_t>(catalogue.size()));
  }
  Count(&report);
  const auto training = static_cast<std::int64_t>(bench.split.train.size());
  const auto sampled = static_cast<std::int64_t>(bench.sample.size());
  report.notes.push_back("Models are measured inside the training part, on " + base::ReadableCount(sampled) + (sampled < training ? " of its " + base::ReadableCount(training) + " rows, drawn by seed evenly from all units" : " rows") + ", by " + std::to_string(bench.folds.size()) + " folds; the holdout's outcomes judge no model. The quality of the data and leaks are looked for in all rows.");
  if (!bench.leaky.empty()) report.notes.push_back("Left out because they leak: " + base::Join(bench.leaky, ", ") + ".");
  report.notes.push_back("Intervals are " + bench.dependence.words + ".");
  return report;
}

double Workbench::least_gain() const {
  const Problem& problem = objective.problem;
  const bool in_skill = problem.metric.empty() || problem.metric == learn::MetricName(learn::Metric::kSkill);
  return in_skill && std::isfinite(problem.least_gain) ? problem.least_gain : learn::DefaultLeastGain(learn::Metric::kSkill, examples());
}

}  // namespace assay::lifecycle
