// Questions to a person on a terminal, one line each.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "cli/session.h"

namespace assay::cli {

class Prompt {
 public:
  explicit Prompt(Session& session) : session_(session) {}

  // Whether both ends are a terminal, so that somebody can answer.
  static bool Possible();

  // Shows the question with its proposal in brackets; an empty line takes the proposal ("" leaves it open, unless `needed`).
  // `validate` returns what is wrong with an answer, or ""; then it asks again. kCancelled at the end of input (Ctrl-D) and on
  // Ctrl-C: the caller has written nothing yet.
  Result<std::string> Ask(const std::string& question, const std::string& proposal, bool needed, const std::function<std::string(const std::string&)>& validate = {});

 private:
  Result<std::string> ReadLine();

  Session& session_;
  std::string buffer_;  // read, not yet handed out
};

}  // namespace assay::cli
