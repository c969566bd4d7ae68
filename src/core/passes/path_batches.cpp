#include "passes/path_batches.h"

#include <algorithm>
#include <utility>

namespace sgdlasso {

bool begins_with(const std::vector<double>& all, const std::vector<double>& some) {
  return some.size() <= all.size() && std::equal(some.begin(), some.end(), all.begin());
}

PathBatches::PathBatches(std::vector<double> given) : lambda_(std::move(given)), automatic_(lambda_.empty()) {}

std::vector<double> PathBatches::at_hand() const {
  const auto first = lambda_.begin() + static_cast<std::ptrdiff_t>(first_);
  return {first, first + static_cast<std::ptrdiff_t>(size_)};
}

void PathBatches::set_grid(std::vector<double> grid) {
  lambda_ = std::move(grid);
  first_ = size_ = 0;
}

void PathBatches::begin_next(std::size_t most) {
  first_ += size_;
  size_ = std::min(most, lambda_.size() - first_);
}

bool PathBatches::shorten() {
  if (!automatic_ || first_ + size_ < 2) return false;
  shortened_ = true;
  size_ /= 2;
  lambda_.resize(first_ + size_);
  return true;
}

void PathBatches::keep(std::size_t count) {
  lambda_.resize(count);
  automatic_ = false;
  first_ = 0;
  size_ = count;
}

void PathBatches::exchange(Archive& archive, const LambdaSpec& asked) {
  archive(lambda_, automatic_, shortened_, first_, size_);
  const std::vector<double>& given = asked.given;
  const std::size_t longest = given.empty() ? static_cast<std::size_t>(std::max(asked.length, 1)) : given.size();
  archive.require(lambda_.size() <= longest && (given.empty() || (begins_with(given, lambda_) && !automatic_)));
  archive.require(first_ <= lambda_.size() && size_ <= lambda_.size() - first_);
}

}  // namespace sgdlasso
