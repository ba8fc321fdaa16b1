// What the items of the checklist share: the rows and models they measure, and the table of items.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evidence/reports/checklist.h"
#include "evidence/reports/project.h"
#include "learn/comparison.h"
#include "learn/learner.h"
#include "learn/split.h"
#include "lifecycle/internal/traits.h"
#include "lifecycle/project.h"
#include "lifecycle/understand.h"
#include "store/engine.h"

namespace assay::lifecycle {

// Out-of-fold predictions of one kind of rung for Workbench::judged, and its model of the last fold.
struct Prediction {
  std::vector<double> out_of_fold;
  std::unique_ptr<learn::Model> last_model;
};

// Built once; every item reads it.
struct Workbench {
  const Project* project = nullptr;
  Objective objective;
  Gathered gathered;                        // without the columns that leak
  Dependence dependence;
  learn::Split split;                       // training part and holdout
  learn::Rows sample;                       // of the training part, evenly from all units
  std::vector<learn::Split> folds;          // inside `sample`
  learn::Rows judged;                       // test rows of all folds, in order
  Prediction constant, rule, linear, boosted;
  std::unique_ptr<learn::Judge> judge;      // of `judged`
  std::vector<std::string> leaky;
  std::vector<evidence::ColumnProfile> profiles;
  std::vector<evidence::Alert> alerts;
  std::vector<std::string> sensitive;       // declared in the charter
  std::vector<std::string> about_people;    // named like a trait of people, not declared
  std::optional<evidence::ProjectReport> last_run;  // of the same data
  store::Engine* engine = nullptr;

  const learn::Examples& examples() const { return gathered.examples; }
  // Columns about traits of people, declared or not.
  std::vector<std::string> sensitive_columns() const;
  // In skill, by which the items judge.
  double least_gain() const;
};

struct ItemAnswer {
  evidence::Verdict verdict = evidence::Verdict::kInconclusive;
  std::string answer;
  std::string method;
  std::vector<evidence::Figure> figures;
  std::vector<evidence::Finding> findings;
};
using DecideItem = Result<ItemAnswer> (*)(const Workbench& bench, const RunContext& context);

// An item of a list. `decide` is null where nothing can be run yet; then `open` says which capability is missing
// (state kNotYet) or asks people (kNeedsPerson).
struct CatalogueItem {
  const char* list;
  const char* id;
  const char* section;
  const char* claim;
  DecideItem decide;
  evidence::ChecklistState state;
  const char* open;
};
const std::vector<CatalogueItem>& ChecklistCatalogue();

// About data.
Result<ItemAnswer> DecideSchema(const Workbench& bench, const RunContext& context);             // D1
Result<ItemAnswer> DecideForbiddenColumns(const Workbench& bench, const RunContext& context);   // D4
Result<ItemAnswer> DecidePersonalFeatures(const Workbench& bench, const RunContext& context);   // Deon A.3
Result<ItemAnswer> DecidePersonalDisplay(const Workbench& bench, const RunContext& context);    // Deon C.4
Result<ItemAnswer> DecideDataBias(const Workbench& bench, const RunContext& context);           // Deon C.2
Result<ItemAnswer> DecideAuditability(const Workbench& bench, const RunContext& context);       // Deon C.5

// What a model says of these rows, `outputs` values per row.
Result<std::vector<double>> PredictRows(const learn::Model& model, const table::Table& table, std::span<const std::uint32_t> rows, std::size_t outputs, const RunContext& context);

// About models, by comparing them (checklist_model.cc) and by drills (checklist_drills.cc).
Result<ItemAnswer> DecideFeaturesBeneficial(const Workbench& bench, const RunContext& context); // D2
Result<ItemAnswer> DecideTuned(const Workbench& bench, const RunContext& context);              // M3
Result<ItemAnswer> DecideStaleness(const Workbench& bench, const RunContext& context);          // M4
Result<ItemAnswer> DecideSimplerModel(const Workbench& bench, const RunContext& context);       // M5
Result<ItemAnswer> DecideReproducible(const Workbench& bench, const RunContext& context);       // I1
Result<ItemAnswer> DecidePipeline(const Workbench& bench, const RunContext& context);           // I3
Result<ItemAnswer> DecideGate(const Workbench& bench, const RunContext& context);               // I4
Result<ItemAnswer> DecideStability(const Workbench& bench, const RunContext& context);          // R5
Result<ItemAnswer> DecideExplainable(const Workbench& bench, const RunContext& context);        // Deon D.4

// About groups. Proxies: checklist_proxies.cc.
Result<ItemAnswer> DecideInclusion(const Workbench& bench, const RunContext& context);          // M7
Result<ItemAnswer> DecideGroupsTestable(const Workbench& bench, const RunContext& context);     // Deon A.4
Result<ItemAnswer> DecideProxies(const Workbench& bench, const RunContext& context);            // Deon D.1
Result<ItemAnswer> DecideFairness(const Workbench& bench, const RunContext& context);           // Deon D.2

}  // namespace assay::lifecycle
