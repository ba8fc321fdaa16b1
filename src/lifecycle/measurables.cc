#include "lifecycle/measurables.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "lifecycle/internal/feasibility_items.h"

namespace assay::lifecycle {

namespace {

using evidence::Estimate;
using evidence::ProjectReport;
using Figures = std::vector<Measurable>;

constexpr const char* kMetrics[] = {"skill", "auc", "log_loss", "brier", "accuracy", "rmse", "mae", "r2", "ndcg"};

void Add(const std::string& name, double value, const std::string& reason, Figures* figures) {
  if (std::isfinite(value)) figures->push_back({name, value, "", "", name});
  else figures->push_back({name, std::nan(""), reason, "", name});
}

// `estimate` null: `reason` says why there is none.
void AddEstimate(const std::string& name, const Estimate* estimate, const std::string& reason, Figures* figures) {
  const Estimate none;
  const Estimate& e = estimate == nullptr ? none : *estimate;
  const auto why = [&](const char* missing) { return estimate == nullptr ? reason : e.reason.empty() ? missing : e.reason; };
  Add(name, e.value, why("it was not measured"), figures);
  Add(name + "_low", e.low, why("its interval has no lower end"), figures);
  Add(name + "_high", e.high, why("its interval has no upper end"), figures);
}

// The report about an objective, or null.
template <class Report>
const Report* Find(const std::vector<Report>& reports, const std::string& objective) {
  const auto found = std::find_if(reports.begin(), reports.end(), [&](const Report& r) { return r.objective == objective; });
  return found == reports.end() ? nullptr : &*found;
}

void AddFeasibility(const evidence::FeasibilityReport* f, const std::string& objective, Figures* figures) {
  const std::string reason = "feasibility has not been judged for '" + objective + "'";
  const auto add = [&](const std::string& name, double value) { Add(name, f == nullptr ? std::nan("") : value, reason, figures); };
  const auto is = [&](evidence::FeasibilityVerdict verdict) { return f != nullptr && f->verdict == verdict ? 1.0 : 0.0; };
  AddEstimate("gain", f == nullptr ? nullptr : &f->gain, reason, figures);
  add("go", is(evidence::FeasibilityVerdict::kGo));
  add("stop", is(evidence::FeasibilityVerdict::kStop));
  add("leaky_columns", f == nullptr ? 0 : static_cast<double>(f->leaky_columns.size()));
  for (const AskedItem& asked : kAskedItems) {
    const auto supported = [&](const evidence::FeasibilityItem& item) { return item.id == asked.id && item.verdict == evidence::Verdict::kSupported; };
    add(asked.id + std::string("_supported"), f != nullptr && std::any_of(f->items.begin(), f->items.end(), supported) ? 1 : 0);
  }
}

void AddRung(const std::string& prefix, const evidence::RungReport* rung, const std::string& reason, Figures* figures) {
  for (const std::string metric : kMetrics) {
    const bool has = rung != nullptr && rung->metrics.contains(metric);
    AddEstimate(prefix + metric, has ? &rung->metrics.at(metric) : nullptr, rung == nullptr ? reason : "'" + rung->name + "' has no " + metric, figures);
  }
}

void AddTrain(const evidence::TrainReport* t, const std::string& objective, Figures* figures) {
  const std::string not_climbed = "the ladder has not been climbed for '" + objective + "'";
  const evidence::RungReport *recommended = nullptr, *best = nullptr;
  if (t != nullptr) {
    for (const evidence::RungReport& rung : t->rungs) {
      if (rung.name == t->recommended) recommended = &rung;
      if (rung.status == evidence::RungStatus::kBest) best = &rung;
    }
  }
  AddRung("recommended_", recommended, t == nullptr ? not_climbed : "no rung is recommended for '" + objective + "'", figures);
  AddRung("best_", best, t == nullptr ? not_climbed : "no rung is the best for '" + objective + "'", figures);
  Add("holdout_openings", t == nullptr ? std::nan("") : static_cast<double>(t->split.holdout_openings), not_climbed, figures);
}

// Of the recommended rung.
void AddValue(const evidence::ValueReport* v, const evidence::TrainReport* t, const std::string& objective, Figures* figures) {
  const evidence::RungValue* value = nullptr;
  std::string reason;
  if (t == nullptr || v == nullptr) reason = "the value of decisions has not been measured for '" + objective + "'";
  else if (!v->reason.empty()) reason = v->reason;
  else if (t->recommended.empty()) reason = "no rung is recommended for '" + objective + "'";
  else reason = "'" + t->recommended + "' has no value";
  if (t != nullptr && v != nullptr && !t->recommended.empty()) {
    for (const evidence::RungValue& rung : v->rungs) {
      if (rung.name == t->recommended) value = &rung;
    }
  }
  AddEstimate("value_per_day", value == nullptr ? nullptr : &value->value_per_day, reason, figures);
  AddEstimate("value_against_nothing", value == nullptr ? nullptr : &value->against_nothing, reason, figures);
}

Figures OfData(const ProjectReport& report) {
  double decided = std::nan(""), supported = std::nan("");
  if (report.understand) {
    decided = supported = 0;
    for (const evidence::HypothesisResult& h : report.understand->hypotheses) {
      decided += h.verdict == evidence::Verdict::kInconclusive ? 0 : 1;
      supported += h.verdict == evidence::Verdict::kSupported ? 1 : 0;
    }
  }
  Figures figures;
  Add("rows", static_cast<double>(report.header.data.rows), "", &figures);
  Add("hypotheses_decided", decided, "the hypotheses have not been tested", &figures);
  Add("hypotheses_supported", supported, "the hypotheses have not been tested", &figures);
  return figures;
}

Figures OfObjective(const std::string& objective, const ProjectReport& report) {
  Figures figures;
  const evidence::TrainReport* train = Find(report.train, objective);
  AddFeasibility(Find(report.feasibility, objective), objective, &figures);
  AddTrain(train, objective, &figures);
  AddValue(Find(report.value, objective), train, objective, &figures);
  return figures;
}

}  // namespace

std::vector<Measurable> Measurables(const std::vector<std::string>& objectives, const ProjectReport& report) {
  Figures all = OfData(report);
  std::set<std::string> names;
  for (const Measurable& m : all) names.insert(m.name);
  const auto add = [&](const std::string& prefix, const std::string& objective) {
    for (const Measurable& m : OfObjective(objective, report)) {
      if (names.insert(prefix + m.name).second) all.push_back({prefix + m.name, m.value, m.reason, objective, m.name});
    }
  };
  add("", objectives.empty() ? "" : objectives.front());
  for (const std::string& objective : objectives) add(objective + "_", objective);
  return all;
}

std::vector<std::string> MeasurableNames(const std::vector<std::string>& objectives) {
  std::vector<std::string> names;
  for (const Measurable& m : Measurables(objectives, {})) names.push_back(m.name);
  return names;
}

}  // namespace assay::lifecycle
