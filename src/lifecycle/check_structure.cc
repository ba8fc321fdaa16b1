// What holds the charter together without any data: the tree of parts, options, steps, names that refer to names.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "charter/fields.h"
#include "charter/vague.h"
#include "learn/metrics.h"
#include "lifecycle/exit_criteria.h"
#include "lifecycle/internal/check_state.h"
#include "lifecycle/internal/rung_names.h"
#include "lifecycle/measurables.h"

namespace assay::lifecycle::internal {

namespace {

std::vector<std::string> NamesOf(const std::vector<Record>& records) {
  std::vector<std::string> names;
  for (const Record& record : records) names.push_back(record.text("name"));
  return names;
}

bool Among(const std::vector<std::string>& names, const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); }

void CheckNames(CheckState& state) {
  for (const std::string_view view : charter::Sections()) {
    const std::string section(view);
    if (!charter::IsListSection(section)) continue;
    std::map<std::string, int> first;
    const std::vector<Record>& records = state.charter().list(section);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const std::string name = records[i].text("name");
      if (name.empty()) continue;
      const Place place = PlaceOf(section, records[i], "name", i);
      const auto [found, added] = first.emplace(name, place.line);
      if (!added) state.Find("name_twice", FieldStatus::kContradicted, place, "'" + name + "' stands twice in [[" + section + "]], first in line " + std::to_string(found->second), "", "Give each its own name, or remove one.");
    }
  }
}

// The ladder's rungs are told apart by name, and own rules are kept in files named after them.
void CheckRungNames(CheckState& state) {
  std::vector<NamedRung> before;
  for (const char* section : {"baselines.rules", "baselines.imported", "baselines.published"}) {
    const std::vector<Record>& records = state.charter().list(section);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const NamedRung rung{section, records[i].text("name")};
      const bool twice = std::any_of(before.begin(), before.end(), [&](const NamedRung& other) { return other.section == rung.section && other.name == rung.name; });
      const std::string clash = NameClash(rung, before);
      if (!clash.empty() && !rung.name.empty() && !twice) state.Find("name_taken", FieldStatus::kContradicted, PlaceOf(section, records[i], "name", i), clash, "", "Write a name that no other rung has.");
      before.push_back(rung);
    }
  }
}

// Parts are a tree: `of` names another part, and following it ends at the top.
void CheckParts(CheckState& state) {
  const std::vector<Record>& parts = state.charter().list("problem.parts");
  const std::vector<std::string> names = NamesOf(parts);
  std::map<std::string, std::string> above;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string of = parts[i].text("of");
    const bool known = of.empty() || Among(names, of);
    if (!known) state.Find("part_unknown", FieldStatus::kContradicted, PlaceOf("problem.parts", parts[i], "of", i), "part '" + names[i] + "' belongs to '" + of + "', which is no part." + base::DidYouMean(of, names), "", "Name a part that exists, or add [[problem.parts]] with name = \"" + of + "\".");
    above.emplace(names[i], known ? of : "");
  }
  std::set<std::string> on_cycle;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::vector<std::string> path = {names[i]};
    std::string at = above[names[i]];
    while (!at.empty() && at != names[i] && path.size() <= parts.size()) {
      path.push_back(at);
      at = above[at];
    }
    if (at != names[i] || at.empty() || on_cycle.contains(names[i])) continue;
    on_cycle.insert(path.begin(), path.end());
    path.push_back(at);
    state.Find("part_cycle", FieldStatus::kContradicted, PlaceOf("problem.parts", parts[i], "of", i), "the parts go in a circle: " + base::Join(path, " is part of "), "", "Remove one `of`, so that the problem is a tree.");
  }
  // Depth first from the tops, in the order of the file; parts on a circle hang from the top.
  std::vector<char> done(parts.size(), 0);
  const auto visit = [&](const auto& self, std::size_t i, std::int64_t level) -> void {
    if (done[i] != 0) return;
    done[i] = 1;
    evidence::CheckedPart part{names[i], parts[i].text("of"), parts[i].text("what"), level, {}};
    part.share.reason = "the part does not say which rows belong to it (key `where`)";
    state.report->parts.push_back(std::move(part));
    for (std::size_t child = 0; child < parts.size(); ++child) {
      if (!names[i].empty() && above[names[child]] == names[i]) self(self, child, level + 1);
    }
  };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (above[names[i]].empty() || on_cycle.contains(names[i])) visit(visit, i, 0);
  }
}

void CheckOptions(CheckState& state) {
  const std::vector<Record>& options = state.charter().list("problem.options");
  if (options.empty()) return;
  const bool nothing = std::any_of(options.begin(), options.end(), [](const Record& option) {
    const std::string name = base::Lowercase(option.text("name"));
    return option.text("kind") == "nothing" || option.text("kind") == "constant" || name.find("nothing") != std::string::npos || name.find("as is") != std::string::npos || name.find("as it is") != std::string::npos;
  });
  // A rung that the charter itself has to bring.
  constexpr struct { const char* kind; const char* section; } kBrought[] = {{"own_rule", "baselines.rules"}, {"imported", "baselines.imported"}};
  for (std::size_t i = 0; i < options.size(); ++i) {
    for (const auto& brought : kBrought) {
      if (options[i].text("kind") != brought.kind || !state.charter().list(brought.section).empty()) continue;
      const std::string name = options[i].text("name"), list = std::string("[[") + brought.section + "]]";
      state.Find("option_unmeasured", FieldStatus::kContradicted, PlaceOf("problem.options", options[i], "kind", i), "the option '" + name + "' is to be measured by a rung of the kind " + brought.kind + ", but there is no " + list, "", "Add " + list + " with name = \"" + name + "\", or name another kind.");
    }
  }
  Place place = PlaceOf("problem.options", options[0], "", 0);
  place.key = "problem.options";
  if (!nothing) state.Find("no_option_nothing", FieldStatus::kVague, place, "none of the options is to do nothing, so nobody can tell whether any of them is better than that", "", "Add [[problem.options]] with name = \"do nothing\" and kind = \"nothing\".");
  if (options.size() == 1) state.Find("one_option", FieldStatus::kVague, place, "there is only one option; a comparison needs two", "", "Add what else could be done: a rule, a model, nothing.");
}

// A step is done when its exit criterion is true of what a run measures.
void CheckSteps(CheckState& state) {
  std::vector<std::string> objectives;
  for (const Record& objective : state.charter().list("objectives")) objectives.push_back(objective.text("name"));
  const std::vector<std::string> names = MeasurableNames(objectives);
  const std::vector<Record>& steps = state.charter().list("problem.steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i].has("exit")) continue;
    const Place place = PlaceOf("problem.steps", steps[i], "exit", i);
    const std::string text = steps[i].text("exit");
    const Result<expression::Expression> criterion = ParseCriterion(text, names);
    if (criterion) continue;
    const bool unmeasured = criterion.error().code == ErrorCode::kUnsupported;
    state.Find("exit_not_measurable", FieldStatus::kVague, place, "the exit criterion '" + text + "' " + criterion.error().message, "", unmeasured ? "docs/projects.md lists what a run measures: gain_low, recommended_METRIC, value_per_day_low and others." : "Write a condition over figures of a run, like recommended_skill >= 0.05.");
  }
}

// baselines[].objective names an objective.
void CheckObjectivesOfBaselines(CheckState& state) {
  const std::vector<std::string> names = NamesOf(state.charter().list("objectives"));
  for (const char* section : {"baselines.rules", "baselines.imported", "baselines.published"}) {
    const std::vector<Record>& records = state.charter().list(section);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const std::string name = records[i].text("objective");
      if (name.empty() || Among(names, name)) continue;
      state.Find("objective_unknown", FieldStatus::kContradicted, PlaceOf(section, records[i], "objective", i), "'" + records[i].text("name") + "' is meant for the objective '" + name + "', which does not exist." + base::DidYouMean(name, names), "", "Name an objective that exists, or leave the key out: then it is meant for all.");
    }
  }
}

// data.columns[].business_step names a step of the business.
void CheckReferences(CheckState& state) {
  const std::vector<std::string> steps = NamesOf(state.charter().list("business.steps"));
  const std::vector<Record>& columns = state.charter().list("data.columns");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string step = columns[i].text("business_step");
    if (step.empty() || Among(steps, step)) continue;
    state.Find("business_step_unknown", FieldStatus::kContradicted, PlaceOf("data.columns", columns[i], "business_step", i), "column '" + columns[i].text("name") + "' arises in '" + step + "', which is no step of the business." + base::DidYouMean(step, steps), "", "Add [[business.steps]] with name = \"" + step + "\", or name a step that exists.");
  }
}

// A goal, or what others published, that its metric cannot be.
void CheckMetricValue(CheckState& state, const char* section, const char* key, const Record& record, std::size_t index) {
  const Result<learn::Metric> metric = learn::ParseMetric(record.has("metric") ? record.text("metric") : "skill");
  const double value = record.number(key, std::nan(""));
  if (!metric || std::isnan(value)) return;
  const std::string limit = learn::LimitPassed(*metric, value);
  if (limit.empty()) return;
  const Place place = PlaceOf(section, record, key, index);
  state.Find("impossible_value", FieldStatus::kContradicted, place, "'" + place.key + "' is " + base::ShortestNumber(value) + ", but '" + learn::MetricName(*metric) + "' is " + limit, "", "Write such a value, or another metric.");
}

void CheckMetricValues(CheckState& state) {
  const std::vector<Record>& objectives = state.charter().list("objectives");
  for (std::size_t i = 0; i < objectives.size(); ++i) CheckMetricValue(state, "objectives", "target", objectives[i], i);
  const std::vector<Record>& published = state.charter().list("baselines.published");
  for (std::size_t i = 0; i < published.size(); ++i) CheckMetricValue(state, "baselines.published", "value", published[i], i);
}

}  // namespace

void CheckStructure(CheckState& state) {
  CheckNames(state);
  CheckRungNames(state);
  CheckObjectivesOfBaselines(state);
  CheckParts(state);
  CheckOptions(state);
  CheckSteps(state);
  CheckReferences(state);
  CheckMetricValues(state);
}

}  // namespace assay::lifecycle::internal
