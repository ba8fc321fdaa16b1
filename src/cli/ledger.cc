#include "evidence/ledger.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "evidence/reports/ledger.h"
#include "lifecycle/project.h"
#include "lifecycle/project_report.h"

namespace assay::cli {

namespace {

using evidence::LedgerRecord;
using evidence::LedgerState;

struct Arguments {
  std::string folder = ".";
  std::string head;
  std::string before, after;  // records to compare
};

std::string Text(const Json& body, const char* key) { return body.is_object() && body.contains(key) && body[key].is_string() ? body[key].get<std::string>() : ""; }

std::string Summary(const LedgerRecord& record) {
  const Json& body = record.body;
  if (record.kind == "evidence") {
    const std::string objective = Text(body, "objective");
    return Text(body, "report") + (objective.empty() ? "" : " " + objective) + " " + Text(body, "item") + ": " + Text(body, "verdict");
  }
  if (record.kind == "run") return Text(body, "status") + ": " + Text(body, "headline");
  for (const char* key : {"verdict", "recommended", "best", "reason", "message", "fingerprint", "summary"}) {
    if (!Text(body, key).empty()) return std::string(key) + ": " + Text(body, key);
  }
  return "";
}

// At most `most` bytes, never in the middle of a character.
std::string Cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

evidence::ReportHeader HeaderOf(const std::string& report, const evidence::Ledger& ledger, const LedgerState& state) {
  evidence::ReportHeader header;
  header.report = report;
  header.data.source = ledger.path().string();
  header.data.rows = static_cast<std::int64_t>(state.records.size());
  header.data.fingerprint = state.head;
  return header;
}

// Lists (with `list`) or only verifies; a broken chain has been an error before. `missing`: the ledger of a project that was run.
void Show(const Arguments& arguments, const evidence::Ledger& ledger, const LedgerState& state, bool list, bool missing, Session& session) {
  evidence::LedgerReport report;
  report.header = HeaderOf("ledger", ledger, state);
  report.header.command = session.command_line;
  report.head = state.head;
  report.seal = state.seal;
  report.notice = state.notice;
  report.noted_head = arguments.head;
  if (list) {
    for (const LedgerRecord& r : state.records) report.records.push_back({r.number, r.time, r.kind, Summary(r), r.hash});
  }
  if (session.json()) {
    session.PrintJson(evidence::ToJson(report));
    return;
  }
  Terminal& terminal = session.terminal();
  if (missing) {
    terminal.Paragraph(state.notice);
    return;
  }
  if (list) {
    std::vector<std::vector<std::string>> rows;
    for (const evidence::LedgerLine& l : report.records) rows.push_back({std::to_string(l.number), l.time, l.kind, l.hash.substr(0, 12), Cut(l.summary, 90)});
    terminal.Table({{"#", Terminal::Align::kRight}, {"time (UTC)"}, {"kind"}, {"hash"}, {"summary"}}, rows, 0);
  }
  terminal.Paragraph("The chain of " + base::ReadableCount(report.header.data.rows) + " records is whole.");
  if (!arguments.head.empty()) terminal.Paragraph("It holds the noted head " + arguments.head + ".");
  terminal.Paragraph("Head " + report.head);
  terminal.Paragraph("Seal " + report.seal + " (the head with the times bound in)");
  terminal.Paragraph("Note one of them where nobody can change it: `assay ledger verify --head HASH` then finds a ledger that was cut off or replaced.");
  if (!state.notice.empty()) terminal.Paragraph("Notice: " + state.notice);
}

Result<const LedgerRecord*> Find(const LedgerState& state, const std::string& text) {
  double number = 0;
  if (base::ParseNumber(text, &number) && number >= 1 && number <= static_cast<double>(state.records.size()) && number == static_cast<double>(static_cast<std::int64_t>(number))) {
    return &state.records[static_cast<std::size_t>(number) - 1];
  }
  for (const LedgerRecord& record : state.records) {
    if (text.size() >= 8 && record.hash.starts_with(text)) return &record;
  }
  return Error{ErrorCode::kNotFound, "the ledger has no record '" + text + "'; give a number from 1 to " + std::to_string(state.records.size()) + " or at least 8 digits of a hash"};
}

// Where two long texts begin to differ, at the start of that word: what is alike before it would hide it.
std::size_t FirstDifference(const std::string& a, const std::string& b, std::size_t room) {
  if (a.size() <= room && b.size() <= room) return 0;
  const auto differs = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const std::size_t blank = a.rfind(' ', differs);
  return differs < room / 2 || blank == std::string::npos ? 0 : blank + 1;
}

// A run's record with the reports that it refers to in their places.
Json WholeBody(const LedgerState& state, const LedgerRecord& record) {
  Json body = record.body;
  if (record.kind != "run" || !body.contains("reports") || !body["reports"].is_object()) return body;
  std::map<std::string, const LedgerRecord*> by_hash;
  for (const LedgerRecord& r : state.records) by_hash[r.hash] = &r;
  for (auto& [name, hash] : body["reports"].items()) {
    const auto found = hash.is_string() ? by_hash.find(hash.get<std::string>()) : by_hash.end();
    if (found != by_hash.end()) hash = found->second->body;
  }
  return body;
}

Result<int> Diff(const Arguments& arguments, Session& session) {
  const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(arguments.folder));
  const evidence::Ledger ledger(project.state());
  const LedgerState state = ASSAY_TRY(ledger.Read());
  const LedgerRecord* before = nullptr;
  const LedgerRecord* after = nullptr;
  if (arguments.before.empty()) {
    for (const LedgerRecord& record : state.records) {
      if (record.kind != "run") continue;
      before = after;
      after = &record;
    }
    if (before == nullptr) return Error{ErrorCode::kNotFound, ledger.path().string() + ": holds fewer than two runs; name two records: assay ledger diff DIR A B"};
  } else {
    before = ASSAY_TRY(Find(state, arguments.before));
    after = ASSAY_TRY(Find(state, arguments.after));
  }
  evidence::LedgerDiffReport report;
  report.header = HeaderOf("ledger-diff", ledger, state);
  report.header.command = session.command_line;
  report.before = before->number;
  report.after = after->number;
  for (const evidence::BodyDifference& d : evidence::CompareBodies(WholeBody(state, *before), WholeBody(state, *after))) report.differences.push_back({d.path, d.before, d.after});
  if (session.json()) {
    session.PrintJson(evidence::ToJson(report));
    return 0;
  }
  const std::string pair = "records " + std::to_string(report.before) + " and " + std::to_string(report.after);
  if (report.differences.empty()) {
    session.terminal().Line("The bodies of " + pair + " say the same.");
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const evidence::LedgerChange& d : report.differences) {
    const std::size_t from = FirstDifference(d.before, d.after, 40);
    const auto shown = [&](const std::string& text, std::size_t room) { return from == 0 ? Cut(text, room) : "… " + Cut(text.substr(std::min(from, text.size())), room - 2); };
    rows.push_back({d.path, shown(d.before, 40), shown(d.after, 60)});
  }
  session.terminal().Line(base::ReadableCount(static_cast<std::int64_t>(rows.size())) + " differences between " + pair + ", timing aside:");
  session.terminal().Table({{"where"}, {"before"}, {"after"}}, rows, 0);
  return 0;
}

Result<int> ListOrVerify(const Arguments& arguments, bool list, Session& session) {
  const lifecycle::Project project = ASSAY_TRY(lifecycle::OpenProject(arguments.folder));
  const evidence::Ledger ledger(project.state());
  LedgerState state = ASSAY_TRY(ledger.Read());
  ASSAY_TRY(ledger.CheckHead(state, arguments.head));
  // The last report notes a head too, though anyone who can cut the ledger could change it as well.
  const std::string against = lifecycle::AgainstLedger(project, lifecycle::LoadProjectReport(project), state);
  if (!against.empty() && !list && !state.records.empty() && arguments.head.empty()) return Error{ErrorCode::kConflict, against};
  if (!against.empty()) state.notice += (state.notice.empty() ? "" : "; ") + against;
  const bool missing = state.records.empty() && !against.empty();
  Show(arguments, ledger, state, list, missing, session);
  return missing ? 1 : 0;
}

}  // namespace

// `assay ledger [DIR]` lists; `assay ledger list|diff|verify` are the same ledger's other doors.
void AddLedger(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("ledger", "List, compare and verify the records of a project's ledger");
  auto arguments = std::make_shared<Arguments>();
  const char* noted = "A head or seal noted earlier: fails when the ledger no longer holds it (it was cut off or replaced)";
  const auto add_folder = [&](CLI::App* to) { to->add_option("DIR", arguments->folder, "Folder with assay.toml")->capture_default_str(); };
  const auto body = [=, &session](bool list) { session.SetBody([=, &session] { return ListOrVerify(*arguments, list, session); }); };

  CLI::App* list = command->add_subcommand("list", "All records, oldest first (the default)");
  add_folder(list);
  list->add_option("--head", arguments->head, noted);
  session.AddCommonFlags(list);

  CLI::App* diff = command->add_subcommand("diff", "What differs between two runs or records, timing aside (default: the last two runs)");
  add_folder(diff);
  CLI::Option* before = diff->add_option("A", arguments->before, "Number or hash of a record; a run stands for all its reports");
  CLI::Option* after = diff->add_option("B", arguments->after, "The other one");
  before->needs(after);
  session.AddCommonFlags(diff);
  diff->callback([=, &session] { session.SetBody([=, &session] { return Diff(*arguments, session); }); });

  CLI::App* verify = command->add_subcommand("verify", "Is the chain of records whole, and does it hold the noted head?");
  add_folder(verify);
  verify->add_option("--head", arguments->head, noted);
  session.AddCommonFlags(verify);
  verify->callback([=] { body(false); });

  command->footer(
      "Examples:\n"
      "  assay ledger examples/flights                              what was concluded, when, and whether the chain is whole\n"
      "  assay ledger verify examples/flights --head 3f9c0a17...    also whether anything was cut off since that head was noted\n"
      "  assay ledger diff examples/flights                         what the last two runs say differently, timing aside\n"
      "  assay ledger diff examples/flights 2 5                     the same of two records");
  add_folder(command);
  command->add_option("--head", arguments->head, noted);
  session.AddCommonFlags(command);
  list->callback([=] { body(true); });
  command->callback([=] {
    if (command->get_subcommands().empty()) body(true);
  });
}

}  // namespace assay::cli
