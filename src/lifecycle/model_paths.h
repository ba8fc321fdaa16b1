// Where the rungs of a ladder lie on the disk.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "evidence/reports/project.h"
#include "lifecycle/project.h"

namespace assay::lifecycle {

// Where SaveModel puts a rung, inside a folder of models.
std::filesystem::path ModelPath(const std::filesystem::path& folder, const std::string& kind, const std::string& name);

// The file of the rung that the last run of a project recommends for an objective ("" = the first). kNotFound when there is
// no run or no recommended rung.
Result<std::filesystem::path> RecommendedModel(const Project& project, const std::string& objective);
// The same of a report that was loaded before.
Result<std::filesystem::path> RecommendedModel(const Project& project, const evidence::ProjectReport& report, const std::string& objective);

}  // namespace assay::lifecycle
