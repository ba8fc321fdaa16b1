// Files that are whole or not there, and appends that survive a kill.
#pragma once

#include <filesystem>
#include <string>
#include <vector>
#include <string_view>

#include "base/result.h"

namespace assay::base {

Result<std::string> ReadFile(const std::filesystem::path& path);

// Writes beside the target, fsyncs, renames over it, fsyncs the folder: a reader sees the old or the new file, never
// a part, and a kill leaves nothing beside it. Creates missing parent folders. A link is followed, a device or pipe is written
// to. One writer per path and process at a time. kIo names the path and the reason (unwritable, disk full).
Result<void> WriteFileAtomically(const std::filesystem::path& path, std::string_view bytes);

// That a file could be made in the folder, which need not exist yet: asked before work whose result would have no place.
// kIo names the folder that refuses.
Result<void> CheckWritable(const std::filesystem::path& folder);

// kInvalidInput when `out` is one of the files that are read, whatever their names: their data would be lost. "" = nothing is written.
Result<void> RefuseToOverwrite(const std::vector<std::string>& files, const std::string& out);

// An exclusive advisory lock on a file (created when missing) for as long as the object lives. Blocks.
class FileLock {
 public:
  static Result<FileLock> Acquire(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// Appends with one write and one fsync. The caller holds the lock.
Result<void> AppendDurably(const std::filesystem::path& path, std::string_view bytes);

}  // namespace assay::base
