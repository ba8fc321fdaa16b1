// Result<T>: a value, or an Error that says in a sentence what was wrong and what to do.
//
// Member names follow std::expected (C++23), to be swapped for it later.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace assay::base {

// One table in base/result.cc maps each code to its exit code (and later to its HTTP status).
enum class ErrorCode {
  kInvalidInput,  // bad usage, bad file, bad value: the caller can mend it
  kNotFound,      // a named file, column or key does not exist
  kConflict,      // two inputs contradict each other, or a lock is held
  kUnsupported,   // a valid wish that Assay cannot fulfil
  kNumeric,       // the figure does not exist for these numbers (e.g. variance of one value)
  kTooLarge,      // beyond a stated limit
  kCancelled,     // the person stopped it
  kIo,            // the machine refused: unwritable, disk full
  kInternal,      // a defect of ours
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // one or more full sentences, most specific values last

  // The same error with what only this layer knows put in front: "context: message".
  // A stop on request is nobody's fault: it gets no context.
  Error With(const std::string& context) const {
    if (code == ErrorCode::kCancelled) return *this;
    return {code, context + ": " + message};
  }
};

// 2 for what people can mend, 70 for defects of ours. kCancelled gives 130.
int ExitCode(ErrorCode code);
const char* ErrorCodeName(ErrorCode code);

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(implicit)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(implicit)

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  // Require has_value().
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  // Requires !has_value().
  Error& error() { return std::get<1>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), has_value_(false) {}  // NOLINT(implicit)
  bool has_value() const { return has_value_; }
  explicit operator bool() const { return has_value_; }
  void value() const {}
  Error& error() { return error_; }
  const Error& error() const { return error_; }

 private:
  Error error_;
  bool has_value_ = true;
};

// Prints the failed condition and aborts. For programmer errors only: no user input may reach one.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace assay::base

namespace assay {
using base::Error;
using base::ErrorCode;
using base::Result;
}  // namespace assay

// The value of a Result, or return its error from the enclosing function. Never one inside another.
#define ASSAY_TRY(expr)                                                        \
  __extension__({                                                              \
    auto assay_try_result = (expr);                                            \
    if (!assay_try_result.has_value()) return std::move(assay_try_result.error()); \
    std::move(assay_try_result).value();                                       \
  })

// The same with context put in front of the message.
#define ASSAY_TRY_WITH(expr, context)                                                     \
  __extension__({                                                                         \
    auto assay_try_result = (expr);                                                       \
    if (!assay_try_result.has_value()) return assay_try_result.error().With(context);     \
    std::move(assay_try_result).value();                                                  \
  })

#define ASSAY_CHECK(condition) \
  ((condition) ? void() : ::assay::base::CheckFailed(#condition, __FILE__, __LINE__))
