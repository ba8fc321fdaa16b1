#include "cli/usage_error.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "base/text.h"

namespace assay::cli {

std::string UsageError(const CLI::App& app, const CLI::ParseError& error, std::span<const std::string> words) {
  const CLI::App* command = &app;
  std::string name = "assay";
  for (std::vector<CLI::App*> parsed = app.get_subcommands(); !parsed.empty(); parsed = command->get_subcommands()) {
    command = parsed.front();
    name += " " + command->get_name();
  }
  const std::string help = "; what it takes is listed by: " + name + " --help";
  const std::vector<std::string> left = app.remaining(true);
  const auto unexpected = [&](bool flag) {
    return std::find_if(words.begin(), words.end(), [&](const std::string& word) { return (word.size() > 1 && word[0] == '-') == flag && std::find(left.begin(), left.end(), word) != left.end(); });
  };
  if (const auto word = unexpected(true); word != words.end()) {
    std::vector<std::string> flags;
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& flag : option->get_lnames()) flags.push_back("--" + flag);
    }
    const std::string flag = word->substr(0, word->find('='));
    return flag + " is no flag of '" + name + "'." + base::DidYouMean(flag, flags) + " The flags are listed by: " + name + " --help";
  }
  if (const auto word = unexpected(false); word != words.end()) return "'" + *word + "' is one word too many for '" + name + "': put quotes around what has blanks" + help;
  std::string what = error.what();
  while (!what.empty() && (what.back() == '\n' || what.back() == '.')) what.pop_back();
  return what + help;
}

}  // namespace assay::cli
