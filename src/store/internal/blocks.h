// A vector that grows without ever holding its values twice: blocks of at most 64 MB, joined at the end one by one.
#pragma once

#include <cstddef>
#include <iterator>
#include <vector>

namespace assay::store::internal {

// Blocks of that size come from the system alone and go back to it when freed, so the peak of Take is the values plus
// one block. T is trivially copyable.
template <class T>
class Blocks {
 public:
  static constexpr std::size_t kBlockValues = (std::size_t{64} << 20U) / sizeof(T);

  void push_back(T value) {
    if (blocks_.empty() || blocks_.back().size() == kBlockValues) {
      blocks_.emplace_back();
      if (blocks_.size() > 1) blocks_.back().reserve(kBlockValues);  // the first one grows with small files
    }
    blocks_.back().push_back(value);
    ++size_;
  }
  std::size_t size() const { return size_; }
  std::size_t size_bytes() const { return size_ * sizeof(T); }

  // Moves every value through `convert` to the end of `target`; leaves this empty.
  template <class U, class Convert>
  void MoveTo(Blocks<U>* target, const Convert& convert) {
    for (std::vector<T>& block : blocks_) {
      for (const T value : block) target->push_back(convert(value));
      block = {};
    }
    *this = {};
  }

  // All values in one vector; leaves this empty.
  std::vector<T> Take() {
    std::vector<T> whole;
    if (blocks_.size() == 1) {
      whole = std::move(blocks_.front());
      whole.shrink_to_fit();
    } else {
      whole.reserve(size_);
      for (std::vector<T>& block : blocks_) {
        whole.insert(whole.end(), block.begin(), block.end());
        block = {};
      }
    }
    *this = {};
    return whole;
  }

 private:
  std::vector<std::vector<T>> blocks_;
  std::size_t size_ = 0;
};

}  // namespace assay::store::internal
