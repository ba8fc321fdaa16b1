#include "evidence/ledger.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "lifecycle/project.h"

namespace assay::cli {

namespace {

struct Arguments {
  std::string folder = ".";
  std::string head;
  bool verify = false;
  std::vector<std::int64_t> compare;
};

std::string Summary(const evidence::LedgerRecord& record) {
  const Json& body = record.body;
  for (const char* key : {"verdict", "recommended", "fingerprint", "message"}) {
    if (body.is_object() && body.contains(key) && body[key].is_string()) return std::string(key) + ": " + body[key].get<std::string>().substr(0, 60);
  }
  return "";
}

Result<int> Run(const Arguments& arguments, Session& session) {
  const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(arguments.folder));
  const evidence::Ledger ledger(project.state());
  const evidence::LedgerState state = ASSAY_TRY(ledger.Verify(arguments.head));
  if (!arguments.compare.empty()) {
    for (const std::int64_t number : arguments.compare) {
      if (number < 1 || number > static_cast<std::int64_t>(state.records.size())) return Error{ErrorCode::kNotFound, "the ledger has no record " + std::to_string(number) + "; it has 1 to " + std::to_string(state.records.size())};
    }
    const auto body = [&](std::size_t i) -> const Json& { return state.records[static_cast<std::size_t>(arguments.compare[i]) - 1].body; };
    const std::vector<evidence::BodyDifference> differences = evidence::CompareBodies(body(0), body(1));
    if (session.json()) {
      Json list = Json::array();
      for (const evidence::BodyDifference& d : differences) list.push_back({{"path", d.path}, {"before", d.before}, {"after", d.after}});
      session.PrintJson(Json{{"differences", list}});
      return 0;
    }
    std::vector<std::vector<std::string>> rows;
    for (const evidence::BodyDifference& d : differences) rows.push_back({d.path, d.before.substr(0, 40), d.after.substr(0, 60)});
    if (rows.empty()) session.terminal().Line("The two records say the same.");
    else session.terminal().Table({{"where"}, {"before"}, {"after"}}, rows, 0);
    return 0;
  }
  if (session.json()) {
    Json list = Json::array();
    for (const evidence::LedgerRecord& r : state.records) list.push_back({{"number", r.number}, {"time", r.time}, {"kind", r.kind}, {"summary", Summary(r)}, {"hash", r.hash}});
    session.PrintJson(Json{{"head", state.head}, {"notice", state.notice}, {"records", list}});
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const evidence::LedgerRecord& r : state.records) rows.push_back({std::to_string(r.number), r.time, r.kind, r.hash.substr(0, 12), Summary(r)});
  session.terminal().Table({{"#", Terminal::Align::kRight}, {"time (UTC)"}, {"kind"}, {"hash"}, {"summary"}}, rows, 0);
  session.terminal().Line("The chain of " + std::to_string(state.records.size()) + " records is whole; head " + state.head);
  if (!state.notice.empty()) session.terminal().Line("Notice: " + state.notice);
  return 0;
}

}  // namespace

void AddLedger(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("ledger", "List, verify and compare the records of a project's ledger");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("DIR", arguments->folder, "Folder with assay.toml")->capture_default_str();
  command->add_option("--head", arguments->head, "A hash noted earlier: fails when the ledger no longer holds it (it was cut off)");
  command->add_option("--compare", arguments->compare, "Two record numbers: what differs between them, timing aside")->expected(2);
  command->footer(
      "Examples:\n"
      "  assay ledger examples/flights                     what was concluded, when, and whether the chain is whole\n"
      "  assay ledger examples/flights --head 3f9c0a...    also whether anything was cut off since that head was noted\n"
      "  assay ledger examples/flights --compare 2 5       what two records say differently, timing aside");
  session.AddCommonFlags(command);
  command->callback([=, &session] { session.SetBody([=, &session] { return Run(*arguments, session); }); });
}

}  // namespace assay::cli
