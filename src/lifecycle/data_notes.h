// What was done to the data of a whole run, each note once.
#pragma once

#include <string>
#include <vector>

#include "evidence/reports/project.h"

namespace assay::lifecycle {

// The notes of understand, then those of the objectives; one that does not concern every objective names those that it does ("for
// quality: ..."). Before the first step: the notes of the reading.
std::vector<std::string> DataNotesOf(const evidence::ProjectReport& report);

}  // namespace assay::lifecycle
