// A project: a folder with assay.toml, brought into the form that the analyses take.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "charter/charter.h"
#include "lifecycle/feasibility.h"
#include "lifecycle/problem.h"
#include "lifecycle/train.h"
#include "lifecycle/understand.h"

namespace assay::lifecycle {

struct Project {
  std::filesystem::path folder;
  charter::Charter charter;
  std::filesystem::path state() const { return folder / ".assay"; }  // everything generated
};

// `folder` holds assay.toml, or is that file itself.
Result<Project> OpenProject(const std::filesystem::path& folder);

struct Objective {
  std::string name;
  Problem problem;
  TrainOptions train;
};
// What keeps a name from being that of a folder, "holds a '/'"; "" when nothing does.
std::string FaultOfFolderName(const std::string& name);
// One per [[objectives]]; kInvalidInput when there is none or an answer is missing that no analysis can do without.
// data.source is relative to the charter's folder.
Result<std::vector<Objective>> ObjectivesOf(const Project& project);
// kInvalidInput when a number that the analyses count with cannot be, such as a least gain of 0. (`assay check` lists all such.)
Result<void> RefuseImpossibleNumbers(const charter::Charter& charter);
// One of them, whatever its name is.
Result<Objective> ObjectiveOf(const Project& project, const charter::Record& record);
// The objective of this name, "" = the first. kNotFound with the names that there are.
Result<Objective> FindObjective(const Project& project, const std::string& name);
// Without a metric of its own, a belief speaks of the first objective's outcome, also where another one, `outcome`, is looked at.
std::vector<Hypothesis> HypothesesOf(const charter::Charter& charter, const std::string& outcome);
// What the charter adds to the data for the feasibility of an objective.
FeasibilityOptions FeasibilityOptionsOf(const charter::Charter& charter, const Objective& objective);

}  // namespace assay::lifecycle
