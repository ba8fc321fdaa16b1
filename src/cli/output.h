// Standard output, watched: a full disk is reported, a reader that went away is not an error of the person.
#pragma once

#include <string_view>

#include "base/result.h"

namespace assay::cli {

// Call first in main. Standard streams that the caller closed are taken up by something that refuses every use, so that no file
// opened later gets their number and is written over; a pipe without a reader gives an error instead of ending the process.
void PrepareStandardStreams();

// Everything that the program says on standard output goes through here. Not thread-safe.
void WriteOutput(std::string_view text);

// Flushes. kIo says why what was written did not all arrive; a closed pipe ("assay ... | head -1") counts as arrived: the
// reader has what it wanted.
Result<void> FinishOutput();

}  // namespace assay::cli
