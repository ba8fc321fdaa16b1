// Flags that take a number: finite, in decimal digits, within bounds. Anything else ends the program with a usage message.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace assay::cli {

// A flag in words, as the help shows it.
struct FlagText {
  std::string names;        // "--target"
  std::string description;
  std::string example;      // a value that is right, for the message: "0.1"
};

// A finite number, greater than `above` unless that is NaN. *value is the default; NaN: there is none.
CLI::Option* AddNumber(CLI::App* command, const FlagText& text, double* value, double above = std::numeric_limits<double>::quiet_NaN());

// A finite number, `least` or more.
CLI::Option* AddNumberFrom(CLI::App* command, const FlagText& text, double* value, double least);

CLI::Option* AddWholeNumber(CLI::App* command, const FlagText& text, std::uint64_t least, std::uint64_t most, std::function<void(std::uint64_t)> store);
// A whole number from `least` to `most`. The help shows no default.
template <class Integer>
CLI::Option* AddWholeNumber(CLI::App* command, const FlagText& text, Integer* value, std::uint64_t least, std::uint64_t most = static_cast<std::uint64_t>(std::numeric_limits<Integer>::max())) {
  return AddWholeNumber(command, text, least, most, std::function<void(std::uint64_t)>([value](std::uint64_t given) { *value = static_cast<Integer>(given); }));
}

}  // namespace assay::cli
