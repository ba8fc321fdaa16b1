// Several EXPRs in one text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay::expression {

// The parts between separators that stand outside quotes and brackets, trimmed: "a, least(b, 'c,d')" at ',' gives "a" and "least(b, 'c,d')". One part at least.
std::vector<std::string> SplitOutsideBrackets(std::string_view text, char separator);
// What does not close in the text: "a quote is opened and not closed"; "" when all does.
std::string UnclosedIn(std::string_view text);
// Where `token` ("<=") stands last outside quotes and brackets; npos where it does not.
std::size_t LastOutsideBrackets(std::string_view text, std::string_view token);

}  // namespace assay::expression
