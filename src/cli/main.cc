#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/help_format.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/usage_error.h"

namespace {

// Quoted so that it can be pasted into a shell again. Flags that cannot change the result are left out, so that reports are
// the same bytes with any number of threads.
std::string CommandLine(int argc, char** argv) {
  std::string line = "assay";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--json" || word == "--quiet" || word.starts_with("--threads=") || word.starts_with("--memory=")) continue;
    if (word == "--threads" || word == "--memory") {
      ++i;  // its value
      continue;
    }
    line += " " + assay::base::ShellWord(word);
  }
  return line;
}

int Main(int argc, char** argv) {
  CLI::App app{
      "Assay carries a machine-learning project from \"something is happening\" to \"it works, and here is the proof\".\n"
      "Start with `assay init DIR --data FILE --outcome EXPR`, or try one analysis on any CSV, Parquet or JSON file."};
  app.name("assay");
  app.set_version_flag("--version", std::string("assay ") + assay::evidence::kAssayVersion);
  app.require_subcommand(1);
  assay::cli::Session session;
  app.formatter(assay::cli::MakeHelpFormatter(std::min(80, session.terminal().width())));
  session.command_line = CommandLine(argc, argv);
  assay::cli::AddCommands(app, session);
  if (argc == 1) {
    assay::cli::WriteOutput(app.help());
    return assay::cli::FinishOutput() ? 0 : 2;
  }
  if (argv[1][0] != '-') {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
    if (!assay::base::IsAmong(names, argv[1])) {
      std::fprintf(stderr, "assay: there is no command '%s'.%s The commands are: %s\n", argv[1], assay::base::DidYouMean(argv[1], names).c_str(), assay::base::Join(names, ", ").c_str());
      return 2;
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      std::fprintf(stderr, "assay: %s\n", assay::cli::UsageError(app, error, std::vector<std::string>(argv + 1, argv + argc)).c_str());
      return 2;
    }
    std::ostringstream help;  // --help, --version
    app.exit(error, help, std::cerr);
    assay::cli::WriteOutput(help.str());
    const assay::Result<void> printed = assay::cli::FinishOutput();
    if (!printed) std::fprintf(stderr, "assay: %s\n", printed.error().message.c_str());
    return printed ? 0 : 2;
  }
  return session.RunBody();
}

// XGBoost's OpenMP threads spin while they wait for each other, which costs many times their work as soon as another
// process wants the same cores (measured: 204 s against 34 s for the flights beside one busy process). The policy is read when the
// library is loaded, so the program starts itself once more with it.
void WaitWithoutSpinning(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  ::setenv("OMP_WAIT_POLICY", "passive", 1);
  ::execv("/proc/self/exe", argv);  // returns only when it fails; then the program goes on as it is
}

}  // namespace

int main(int argc, char** argv) {
  assay::cli::PrepareStandardStreams();
  WaitWithoutSpinning(argv);
  try {
    return Main(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "assay: out of memory; use fewer columns (--features), a sample (--sample), or a machine with more memory\n");
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "assay: defect: %s. Please report it with the command that led here.\n", error.what());
    return 70;
  }
}
