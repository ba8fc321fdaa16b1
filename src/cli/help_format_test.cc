#include "cli/help_format.h"

#include <gtest/gtest.h>

namespace assay::cli {
namespace {

TEST(HelpFormat, FooterFitsAndCanBePasted) {
  struct Case {
    const char* name;
    const char* text;
    const char* wrapped;
  };
  const Case cases[] = {
      {"paragraphs are wrapped anew", "one two three\nfour five six seven eight nine ten eleven\n\nnext", "one two three four five six seven eight\nnine ten eleven\n\nnext\n"},
      {"a short example stays", "Examples:\n  assay run .\n", "Examples:\n  assay run .\n"},
      {"a long command goes on", "  assay train a.csv --outcome 'delay > 15' --time date --json", "  assay train a.csv \\\n      --outcome 'delay > 15' \\\n      --time date --json\n"},
      {"quotes hold together", "  assay train a.csv --outcome 'a --b > 15' --time date --json", "  assay train a.csv \\\n      --outcome 'a --b > 15' \\\n      --time date --json\n"},
      {"a meaning goes below", "  assay ledger examples    what was concluded, and when", "  assay ledger examples\n      what was concluded, and when\n"},
      {"nothing", "", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(WrapFooter(c.text, 40), c.wrapped) << c.name;
}

}  // namespace
}  // namespace assay::cli
