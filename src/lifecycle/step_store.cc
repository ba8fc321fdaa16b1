#include "lifecycle/step_store.h"

#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "evidence/reports/common.h"

namespace assay::lifecycle {

namespace fs = std::filesystem;

namespace {
// The beginning, then the sixteen hex digits of a key: another step's name may begin alike.
bool IsKeyed(const fs::path& path, const std::string& beginning) {
  const std::string name = path.filename().string();
  return name.starts_with(beginning) && name.size() == beginning.size() + 16 && name.find_first_not_of("0123456789abcdef", beginning.size()) == std::string::npos;
}
}  // namespace

std::optional<FinishedStep> StepStore::Load(const std::string& name, const std::string& key) const {
  const fs::path path = PathOf(name, ".json");
  std::error_code code;
  if (!fs::exists(path, code)) return std::nullopt;
  const Result<std::string> bytes = base::ReadFile(path);
  if (!bytes) return std::nullopt;
  const Result<Json> json = base::ParseJson(*bytes, path.string());
  if (!json || !json->is_object() || json->value("key", "") != key || !json->contains("body") || !json->contains("seconds")) return std::nullopt;
  FinishedStep step;
  step.body = (*json)["body"];
  step.record = json->value("record", "");
  if (!evidence::FromJson((*json)["seconds"], &step.seconds)) return std::nullopt;
  return step;
}

Result<void> StepStore::Save(const std::string& name, const std::string& key, const FinishedStep& step) const {
  const Json json = {{"key", key}, {"record", step.record}, {"seconds", evidence::ToJson(step.seconds)}, {"body", step.body}};
  return base::WriteFileAtomically(PathOf(name, ".json"), base::WriteJson(json) + "\n");
}

Result<std::filesystem::path> StepStore::Find(const std::string& beginning) const {
  std::vector<std::filesystem::path> found;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, code)) {
    if (IsKeyed(entry.path(), beginning)) found.push_back(entry.path());
  }
  if (found.size() == 1) return found.front();
  return Error{ErrorCode::kNotFound, (folder_ / (beginning + "...")).string() + ": what the last run kept of its scores is not there; run the project again"};
}

void StepStore::RemoveOthers(const fs::path& keep, const std::string& beginning) const {
  std::error_code code;
  std::vector<fs::path> old;
  for (fs::directory_iterator entry(folder_, code), end; !code && entry != end; entry.increment(code)) {
    if (entry->path() != keep && IsKeyed(entry->path(), beginning)) old.push_back(entry->path());
  }
  for (const fs::path& path : old) fs::remove(path, code);
}

Result<void> StepStore::Clear() const {
  std::error_code code;
  fs::remove_all(folder_, code);
  if (code) return Error{ErrorCode::kIo, folder_.string() + ": cannot be removed: " + code.message()};
  return {};
}

std::string StepKey(const std::vector<std::string>& parts) {
  Json list = Json::array();
  for (const std::string& part : parts) list.push_back(part);
  return base::Sha256Hex(base::WriteJson(list));
}

Result<std::string> ProgramFingerprint() {
  static const Result<std::string> fingerprint = []() -> Result<std::string> {
    const std::string bytes = ASSAY_TRY(base::ReadFile("/proc/self/exe"));
    return std::string(evidence::kAssayVersion) + " " + base::Sha256Hex(bytes);
  }();
  return fingerprint;
}

namespace {
Json RecordJson(const charter::Record& record) {
  Json json = Json::object();
  for (const auto& [key, answer] : record.answers) {
    if (answer.list.empty()) json[key] = answer.text;
    else json[key] = answer.list;
  }
  return json;
}
}  // namespace

std::string RecordText(const charter::Record& record) { return base::WriteJson(RecordJson(record)); }

std::string SectionsText(const charter::Charter& charter, const std::vector<std::string>& sections) {
  Json json = Json::object();
  for (const std::string& name : sections) {
    Json list = Json::array();
    for (const charter::Record& record : charter.list(name)) list.push_back(RecordJson(record));
    json[name] = Json{{"section", RecordJson(charter.section(name))}, {"list", list}};
  }
  return base::WriteJson(json);
}

}  // namespace assay::lifecycle
