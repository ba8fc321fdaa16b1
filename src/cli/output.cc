#include "cli/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

namespace assay::cli {

namespace {
int first_errno = 0;  // why the first failed write failed, 0 when none did
}

void PrepareStandardStreams() {
  std::signal(SIGPIPE, SIG_IGN);  // the write gives EPIPE
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond `ulimit -f` gives EFBIG
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // Opened the wrong way round: the lowest free number is fd itself. It stays open for the life of the process.
    [[maybe_unused]] const int taken = ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void WriteOutput(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() && first_errno == 0) first_errno = errno;
}

Result<void> FinishOutput() {
  errno = 0;
  if (std::fflush(stdout) != 0 && first_errno == 0) first_errno = errno;
  if (first_errno == 0 || first_errno == EPIPE) return {};
  return Error{ErrorCode::kIo, std::string("standard output: cannot be written: ") + std::strerror(first_errno) +
                                   "; what was printed is not complete. Send it somewhere else and run the command again"};
}

}  // namespace assay::cli
