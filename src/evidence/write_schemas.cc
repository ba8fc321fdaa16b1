// Writes the schemas of all reports into a folder. Apart from the program, which holds the page, whose types come from the schemas.
#include <cstdio>

#include "evidence/schemas.h"

int main(int count, char** words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: write_schemas FOLDER\n");
    return 2;
  }
  const assay::Result<void> written = assay::evidence::WriteSchemas(words[1]);
  if (!written) std::fprintf(stderr, "write_schemas: %s\n", written.error().message.c_str());
  return written ? 0 : 2;
}
