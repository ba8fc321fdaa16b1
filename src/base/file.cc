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
  std::string beside = path.string() + ".XXXXXX";
  const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (!file.ok()) return IoError(path, "cannot be written");
  const bool written = WriteAll(file.get(), bytes) && ::fchmod(file.get(), 0644) == 0 && ::fsync(file.get()) == 0 &&
                       ::rename(beside.c_str(), path.c_str()) == 0;
  if (!written) {
    const Error error = IoError(path, "cannot be written");
    ::unlink(beside.c_str());
    return error;
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.ok()) ::fsync(directory.get());
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
