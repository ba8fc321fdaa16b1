// Which steps a run has, and how far each came.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "evidence/reports/project.h"
#include "lifecycle/project.h"

namespace assay::lifecycle {

class RunProgress {
 public:
  // Writes into `steps`, which outlives it: check, understand, change, then per objective feasibility, train, value and slices, and of
  // several objectives the trade-off; all waiting.
  RunProgress(std::vector<evidence::RunStep>* steps, const std::vector<Objective>& objectives) : steps_(*steps) {
    for (const char* first : {"check", "understand", "change"}) steps_.push_back({first, "waiting", ""});
    for (const Objective& o : objectives) {
      for (const char* kind : kKinds) steps_.push_back({kind + o.name, "waiting", ""});
    }
    if (objectives.size() > 1) steps_.push_back({"tradeoff", "waiting", ""});
  }

  void Set(const std::string& name, const std::string& state, const std::string& detail) {
    for (evidence::RunStep& step : steps_) {
      if (step.name == name) step = {name, state, detail};
    }
  }

  // The steps of an objective that wait.
  void SetWaiting(const std::string& objective, const std::string& state, const std::string& detail) {
    for (const char* kind : kKinds) {
      for (evidence::RunStep& step : steps_) {
        if (step.name == kind + objective && step.state == "waiting") step = {step.name, state, detail};
      }
    }
  }

  // The check alone is not a result: it also judges a charter that nothing can be done with.
  bool AnyResult() const {
    return std::any_of(steps_.begin(), steps_.end(), [](const evidence::RunStep& s) { return s.state == "done" && s.name != "check"; });
  }

 private:
  static constexpr const char* kKinds[] = {"feasibility ", "train ", "value ", "slices "};
  std::vector<evidence::RunStep>& steps_;
};

}  // namespace assay::lifecycle
