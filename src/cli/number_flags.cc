#include "cli/number_flags.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace assay::cli {

namespace {

// A typed value can be of any length; the message shows enough of it to find it again.
std::string Shown(const std::string& given) { return "'" + (given.size() > 40 ? given.substr(0, 40) + "...' (" + std::to_string(given.size()) + " characters)" : given + "'"); }

[[noreturn]] void Refuse(const FlagText& text, const std::string& given, const std::string& expected) {
  throw CLI::ValidationError(text.names, Shown(given) + " is not " + expected + "; write it like " + text.names.substr(0, text.names.find(',')) + " " + text.example);
}

bool ParseWholeNumber(const std::string& given, std::uint64_t* value) {
  const auto [end, code] = std::from_chars(given.data(), given.data() + given.size(), *value);
  return code == std::errc() && end == given.data() + given.size();
}

template <class Allowed>
CLI::Option* AddChecked(CLI::App* command, const FlagText& text, double* value, const std::string& expected, const Allowed& allowed) {
  const auto store = [text, value, expected, allowed](const std::string& given) {
    double number = 0;
    if (!base::ParseNumber(given, &number) || !allowed(number)) Refuse(text, given, expected);
    *value = number;
  };
  CLI::Option* option = command->add_option_function<std::string>(text.names, store, text.description)->type_name("NUMBER");
  return std::isnan(*value) ? option : option->default_str(base::ShortestNumber(*value));
}

}  // namespace

CLI::Option* AddNumber(CLI::App* command, const FlagText& text, double* value, double above) {
  return AddChecked(command, text, value, std::isnan(above) ? "a number" : "a number above " + base::ShortestNumber(above), [above](double number) { return !(number <= above); });
}

CLI::Option* AddNumberFrom(CLI::App* command, const FlagText& text, double* value, double least) {
  return AddChecked(command, text, value, "a number of at least " + base::ShortestNumber(least), [least](double number) { return number >= least; });
}

CLI::Option* AddWholeNumber(CLI::App* command, const FlagText& text, std::uint64_t least, std::uint64_t most, std::function<void(std::uint64_t)> store) {
  const auto check = [text, least, most, store = std::move(store)](const std::string& given) {
    std::uint64_t number = 0;
    if (!ParseWholeNumber(given, &number) || number < least || number > most) Refuse(text, given, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    store(number);
  };
  return command->add_option_function<std::string>(text.names, check, text.description)->type_name("NUMBER");
}

}  // namespace assay::cli
