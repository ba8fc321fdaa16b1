#include "cli/prompt.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/text.h"

namespace assay::cli {

namespace {
Error Stopped() { return {ErrorCode::kCancelled, "stopped; nothing was written"}; }
}  // namespace

bool Prompt::Possible() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1; }

Result<std::string> Prompt::ReadLine() {
  while (buffer_.find('\n') == std::string::npos) {
    if (session_.context().cancelled()) return Stopped();
    char bytes[4096];
    const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;  // Ctrl-C sets the token, looked at above
    if (count <= 0) {
      std::fputc('\n', stdout);
      return Stopped();
    }
    buffer_.append(bytes, static_cast<std::size_t>(count));
    constexpr std::size_t kLongest = 1U << 20U;
    if (buffer_.size() > kLongest) return Error{ErrorCode::kTooLarge, "an answer is longer than a million bytes; nothing was written"};
  }
  const std::size_t end = buffer_.find('\n');
  std::string line(base::Trim(buffer_.substr(0, end)));
  buffer_.erase(0, end + 1);
  return line;
}

Result<std::string> Prompt::Ask(const std::string& question, const std::string& proposal, bool needed, const std::function<std::string(const std::string&)>& validate) {
  Terminal& terminal = session_.terminal();
  for (;;) {
    terminal.Paragraph(terminal.Paint(question, Style::kBold) + (proposal.empty() ? "" : "  " + terminal.Paint("[" + proposal + "]", Style::kDim)));
    std::fputs("> ", stdout);
    std::fflush(stdout);
    std::string answer = ASSAY_TRY(ReadLine());
    if (answer.empty()) answer = proposal;
    if (answer.empty() && !needed) return answer;
    std::string wrong;
    if (answer.empty()) {
      wrong = "an answer is needed here";
    } else if (!base::IsValidUtf8(answer)) {
      wrong = "that is not UTF-8";
    } else if (validate) {
      wrong = validate(answer);
    }
    if (wrong.empty()) return answer;
    terminal.Lines(terminal.Paint("✕", Style::kBad) + " " + wrong, 2);
  }
}

}  // namespace assay::cli
