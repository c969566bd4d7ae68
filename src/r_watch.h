// r_watch.h: R's interrupt and the progress bar, asked for at intervals that a person does not notice.
#pragma once

#include <Rcpp.h>

#include <chrono>

#include "base/watch.h"

class RWatch final : public sgdlasso::Watch {
 public:
  // progress: a function of the share done, or NULL
  explicit RWatch(SEXP progress) : progress_(progress), last_(Clock::now()) {}

  void expect(std::size_t rows) override { expected_ = rows; }
  void tick(std::size_t rows) override {
    done_ += rows;
    const auto now = Clock::now();
    if (now - last_ < std::chrono::milliseconds(40)) return;
    last_ = now;
    Rcpp::checkUserInterrupt();
    if (!Rf_isNull(progress_) && expected_ > 0) {
      const Rcpp::Function show(progress_);
      show(static_cast<double>(done_) / static_cast<double>(expected_));
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  SEXP progress_;
  Clock::time_point last_;
  std::size_t expected_ = 0;
  std::size_t done_ = 0;
};
