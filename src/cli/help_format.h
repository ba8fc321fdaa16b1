// --help as text that fits a terminal.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace CLI {
class FormatterBase;
}

namespace assay::cli {

// No line is wider than `width`. Handed to the app before its commands are added, which take it over.
std::shared_ptr<CLI::FormatterBase> MakeHelpFormatter(int width);

// What stands below the flags: lines without a margin are paragraphs, wrapped anew; lines with one are examples, a command and perhaps,
// after four blanks, its meaning. A command that does not fit goes on behind " \", so that it can still be pasted into a shell.
std::string WrapFooter(std::string_view text, int width);

}  // namespace assay::cli
