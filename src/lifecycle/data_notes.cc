#include "lifecycle/data_notes.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace assay::lifecycle {

std::vector<std::string> DataNotesOf(const evidence::ProjectReport& report) {
  struct Noted {
    std::string note;
    std::vector<std::string> objectives;
  };
  std::vector<Noted> noted;
  std::set<std::string> objectives;
  const auto find = [&](const std::string& note) { return std::find_if(noted.begin(), noted.end(), [&](const Noted& n) { return n.note == note; }); };
  const auto add = [&](const evidence::ReportHeader& header, const std::string& objective) {
    objectives.insert(objective);
    for (const std::string& note : header.data.notes) {
      auto at = find(note);
      if (at == noted.end()) at = noted.insert(at, {note, {}});
      if (!base::IsAmong(at->objectives, objective)) at->objectives.push_back(objective);
    }
  };
  for (const evidence::FeasibilityReport& f : report.feasibility) add(f.header, f.objective);
  for (const evidence::TrainReport& t : report.train) add(t.header, t.objective);
  std::vector<std::string> notes;
  for (const std::string& note : report.understand ? report.understand->header.data.notes : report.header.data.notes) {
    if (find(note) == noted.end()) notes.push_back(note);
  }
  for (const Noted& n : noted) notes.push_back(n.objectives.size() < objectives.size() ? "for " + base::Join(n.objectives, ", ") + ": " + n.note : n.note);
  return notes;
}

}  // namespace assay::lifecycle
