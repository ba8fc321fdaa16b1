// What to say where the command line cannot be understood.
#pragma once

#include <span>
#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace assay::cli {

// One sentence with what is wrong and one with what to do. `words` as typed, without the program's name. A flag that the command does not
// have comes first: what follows it was then taken for something else.
std::string UsageError(const CLI::App& app, const CLI::ParseError& error, std::span<const std::string> words);

}  // namespace assay::cli
