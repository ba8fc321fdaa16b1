#include "cli/help_format.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "cli/terminal.h"

namespace assay::cli {

namespace {

constexpr int kNameColumns = 30;  // of flags and commands; their meaning stands behind

std::string Indented(std::string_view text, int indent, int width) {
  std::string lines;
  for (const std::string& line : WrapText(text, width - indent)) lines += std::string(static_cast<std::size_t>(indent), ' ') + line + "\n";
  return lines;
}

// "--flag VALUE    what it means", the meaning on lines of its own where the name is too long.
std::string NameAndMeaning(const std::string& name, const std::string& meaning, int width) {
  const std::string head = "  " + name;
  if (meaning.empty()) return head + "\n";
  const std::string lines = Indented(meaning, kNameColumns, width);
  if (DisplayWidth(head) + 1 >= kNameColumns) return head + "\n" + lines;
  return head + lines.substr(head.size());
}

// The words of a command, a flag with its value as one; blanks inside quotes do not part.
std::vector<std::string> Pieces(std::string_view command) {
  std::vector<std::string> pieces;
  bool open_flag = false;
  for (std::size_t begin = 0; begin < command.size();) {
    char quote = 0;
    std::size_t end = begin;
    for (; end < command.size() && (quote != 0 || command[end] != ' '); ++end) {
      if (quote == 0 && (command[end] == '\'' || command[end] == '"')) quote = command[end];
      else if (command[end] == quote) quote = 0;
    }
    const std::string word(command.substr(begin, end - begin));
    const bool flag = word.starts_with("--");
    if (open_flag && !flag) pieces.back() += " " + word;
    else pieces.push_back(word);
    open_flag = flag;
    begin = end + 1;
  }
  return pieces;
}

std::string WrapCommand(std::string_view command, int width) {
  std::string text, line = " ";
  for (const std::string& piece : Pieces(command)) {
    if (DisplayWidth(line) + 1 + DisplayWidth(piece) + 2 > width && line != " ") {
      text += line + " \\\n";
      line = "     ";
    }
    line += " " + piece;
  }
  return text + line + "\n";
}

std::string WrapExample(std::string_view line, int width) {
  const std::string_view text = base::Trim(line);
  if (DisplayWidth(line) <= width) return std::string(line) + "\n";
  const std::size_t gap = text.find("    ");
  if (gap == std::string_view::npos) return WrapCommand(text, width);
  return WrapCommand(text.substr(0, gap), width) + Indented(base::Trim(text.substr(gap)), 6, width);
}

class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(int width) : width_(width) {}

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return NameAndMeaning(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option), width_);
  }
  std::string make_subcommand(const CLI::App* command) const override { return NameAndMeaning(command->get_display_name(true), command->get_description(), width_); }
  std::string make_description(const CLI::App* app) const override { return WrapFooter(Formatter::make_description(app), width_); }
  std::string make_footer(const CLI::App* app) const override { return app->get_footer().empty() ? "" : WrapFooter(app->get_footer(), width_); }

 private:
  int width_;
};

}  // namespace

std::string WrapFooter(std::string_view text, int width) {
  std::string wrapped, paragraph;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) wrapped += Indented(paragraph, 0, width);
    paragraph.clear();
  };
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (!line.empty() && line[0] != ' ') {
      paragraph += (paragraph.empty() ? "" : " ") + std::string(line);
      continue;
    }
    end_paragraph();
    wrapped += line.empty() ? "\n" : WrapExample(line, width);
  }
  end_paragraph();
  return wrapped;
}

std::shared_ptr<CLI::FormatterBase> MakeHelpFormatter(int width) { return std::make_shared<HelpFormatter>(width); }

}  // namespace assay::cli
