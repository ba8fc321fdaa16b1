#include "base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace assay::base {

namespace {
namespace fs = std::filesystem;

Error IoError(const fs::path& path, std::string_view what) {
  return {ErrorCode::kIo, path.string() + ": " + std::string(what) + ": " + std::strerror(errno)};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A device or a pipe (--out /dev/stdout) cannot be replaced, only written to.
Result<void> WriteDevice(const fs::path& path, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.ok() || !WriteAll(file.get(), bytes)) return IoError(path, "cannot be written");
  return {};
}

bool GiveName(int fd, const std::string& name) {
  const std::string self = "/proc/self/fd/" + std::to_string(fd);
  ::unlink(name.c_str());  // of an earlier process with the same number, killed between two calls
  return ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

Result<void> MakeParent(const fs::path& path) {
  std::error_code code;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), code);
  if (code) return Error{ErrorCode::kIo, path.parent_path().string() + ": the folder cannot be made: " + code.message()};
  return {};
}
}  // namespace

Result<std::string> ReadFile(const fs::path& path) {
  std::error_code code;
  if (!fs::exists(path, code)) return Error{ErrorCode::kNotFound, path.string() + ": there is no such file"};
  if (fs::is_directory(path, code)) return Error{ErrorCode::kInvalidInput, path.string() + ": is a folder, expected a file"};
  std::ifstream in(path, std::ios::binary);
  if (!in) return IoError(path, "cannot be read");
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad()) return IoError(path, "cannot be read");
  return bytes;
}

Result<void> WriteFileAtomically(const fs::path& path, std::string_view bytes) {
  ASSAY_TRY(MakeParent(path));
  std::error_code code;
  if (fs::is_directory(path, code)) return Error{ErrorCode::kInvalidInput, path.string() + ": is a folder, expected the name of a file"};
  if (fs::is_other(path, code)) return WriteDevice(path, bytes);
  // A link stays a link: its target is what is replaced.
  const fs::path target = fs::is_symlink(path, code) && fs::exists(path, code) ? fs::canonical(path, code) : path;
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  // Without a name until it is whole, where the file system can: a kill then leaves nothing. Else under a name beside.
  std::string beside = target.string() + ".new-" + std::to_string(::getpid());
  const Descriptor nameless(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
  const Descriptor named(nameless.ok() ? -1 : ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  const int fd = nameless.ok() ? nameless.get() : named.get();
  if (fd < 0) return IoError(path, "cannot be written");
  const bool written = WriteAll(fd, bytes) && ::fsync(fd) == 0 && (named.ok() || GiveName(fd, beside)) && ::rename(beside.c_str(), target.c_str()) == 0;
  if (!written) {
    const Error error = IoError(path, "cannot be written");
    ::unlink(beside.c_str());
    return error;
  }
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.ok()) ::fsync(directory.get());
  return {};
}

Result<void> CheckWritable(const fs::path& folder) {
  std::error_code code;
  fs::path existing = fs::absolute(folder, code);
  while (!fs::exists(existing, code) && existing.has_relative_path()) existing = existing.parent_path();
  if (::access(existing.c_str(), W_OK | X_OK) != 0) return IoError(existing, "nothing can be written there");
  return {};
}

Result<void> RefuseToOverwrite(const std::vector<std::string>& files, const std::string& out) {
  for (const std::string& file : files) {
    std::error_code code;
    if (out.empty() || !fs::equivalent(file, out, code) || code) continue;
    return Error{ErrorCode::kInvalidInput, out + " is the data itself; write to another file"};
  }
  return {};
}

Result<FileLock> FileLock::Acquire(const fs::path& path) {
  ASSAY_TRY(MakeParent(path));
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return IoError(path, "the lock cannot be opened");
  while (::flock(fd, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    const Error error = IoError(path, "the lock cannot be taken");
    ::close(fd);
    return error;
  }
  return FileLock(fd);
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> AppendDurably(const fs::path& path, std::string_view bytes) {
  ASSAY_TRY(MakeParent(path));
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (!file.ok()) return IoError(path, "cannot be opened for appending");
  const off_t before = ::lseek(file.get(), 0, SEEK_END);
  if (!WriteAll(file.get(), bytes) || ::fsync(file.get()) != 0) {
    const Error error = IoError(path, "cannot be appended to");
    // Nothing half-written stays behind.
    if (before >= 0 && ::ftruncate(file.get(), before) != 0) return error;
    return error;
  }
  return {};
}

}  // namespace assay::base
