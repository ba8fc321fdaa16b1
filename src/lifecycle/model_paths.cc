#include "lifecycle/model_paths.h"

#include <cctype>
#include <vector>

#include "base/text.h"
#include "learn/learner.h"
#include "lifecycle/project_report.h"

namespace assay::lifecycle {

std::filesystem::path ModelPath(const std::filesystem::path& folder, const std::string& kind, const std::string& name) {
  if (kind != learn::RungKindName(learn::RungKind::kOwnRule)) return folder / (kind + ".json");
  std::string plain = name;
  for (char& c : plain) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && static_cast<unsigned char>(c) < 128) c = '-';
  }
  return folder / (kind + "-" + plain + ".json");
}

Result<std::filesystem::path> RecommendedModel(const Project& project, const std::string& objective) { return RecommendedModel(project, ASSAY_TRY(LoadProjectReport(project)), objective); }

Result<std::filesystem::path> RecommendedModel(const Project& project, const evidence::ProjectReport& report, const std::string& objective) {
  std::vector<std::string> names;
  for (const evidence::TrainReport& train : report.train) {
    names.push_back(train.objective);
    if (!objective.empty() && train.objective != objective) continue;
    if (train.recommended.empty()) return Error{ErrorCode::kNotFound, project.folder.string() + ": the last run recommends no rung for '" + train.objective + "' (" + train.gate + "); name a model file of " + (project.state() / "models" / train.objective).string()};
    for (const evidence::RungReport& rung : train.rungs) {
      if (rung.name == train.recommended) return ModelPath(project.state() / "models" / train.objective, rung.kind, rung.name);
    }
  }
  if (names.empty()) return Error{ErrorCode::kNotFound, project.folder.string() + ": its last run has no ladder; run it with: assay run " + project.folder.string()};
  return Error{ErrorCode::kNotFound, project.folder.string() + ": there is no objective '" + objective + "'." + base::DidYouMean(objective, names) + " The objectives are: " + base::Join(names, ", ")};
}

}  // namespace assay::lifecycle
