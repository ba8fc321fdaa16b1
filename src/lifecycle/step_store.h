// Finished steps of a project's run on disk, so that a run that was stopped goes on where it was.
//
// DIR/.assay/steps/NAME.json holds the latest result of a step under a key: a hash over everything the result depends on
// (program, seed, data, the charter's sections, results of earlier steps). Same key = same result, so it is taken over
// instead of computed; any other key = computed again. Files are written whole or not at all; a file that cannot be read is
// as good as none.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/result.h"
#include "charter/charter.h"

namespace assay::lifecycle {

struct FinishedStep {
  std::map<std::string, double> seconds;  // what it took when it was computed
  Json body;                              // its report
  std::string record;                     // hash of its record in the ledger
};

class StepStore {
 public:
  explicit StepStore(std::filesystem::path state) : folder_(std::move(state) / "steps") {}
  // Nothing when there is no such step, or under another key.
  std::optional<FinishedStep> Load(const std::string& name, const std::string& key) const;
  Result<void> Save(const std::string& name, const std::string& key, const FinishedStep& step) const;
  std::filesystem::path PathOf(const std::string& name, const std::string& ending) const { return folder_ / (name + ending); }
  // The file whose name is this and sixteen hex digits of a key; kNotFound when there is none or more than one: the run then has to be done again.
  Result<std::filesystem::path> Find(const std::string& beginning) const;
  // Removes the files beside `keep` whose names are `beginning` and sixteen hex digits: those of older results.
  void RemoveOthers(const std::filesystem::path& keep, const std::string& beginning) const;
  // Forgets all steps: the next run starts over. kIo when the folder cannot be changed.
  Result<void> Clear() const;

 private:
  std::filesystem::path folder_;
};

// SHA-256 over the parts, in order, each apart from the next.
std::string StepKey(const std::vector<std::string>& parts);

// Version and SHA-256 of the running program: another build may compute other results. Read once per process.
Result<std::string> ProgramFingerprint();

// The answers of these sections (lists too) as one text: equal answers give equal texts, whatever the comments and the order.
std::string RecordText(const charter::Record& record);
std::string SectionsText(const charter::Charter& charter, const std::vector<std::string>& sections);

}  // namespace assay::lifecycle
