#include "base/linear_system.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace sgdlasso {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// c -= l m' for the lower triangle of c, strip by strip.
template <class C, class L>
void subtract_products(C c, const L& l, Watch& watch) {
  const Index strip = 128;
  for (Index first = 0; first < c.cols(); first += strip) {
    const Index width = std::min(strip, c.cols() - first), below = c.rows() - first;
    c.block(first, first, below, width).noalias() -= l.bottomRows(below) * l.middleRows(first, width).transpose();
    watch.tick(0);
  }
}

}  // namespace

PivotedCholesky::PivotedCholesky(MatrixXd a, Watch& watch)
    : factor_(std::move(a)),
      order_(static_cast<std::size_t>(factor_.cols())),
      rank_(factor_.cols()) {
  std::iota(order_.begin(), order_.end(), Index{0});
  const Index size = factor_.cols(), panel = 64;
  if (size == 0) return;
  const double rounding =
      static_cast<double>(size) * std::numeric_limits<double>::epsilon() * factor_.diagonal().maxCoeff();
  for (Index first = 0; first < size; first += panel) {
    const Index last = std::min(first + panel, size);
    for (Index j = first; j < last; ++j) {
      exchange(j, pivot(j, first));
      const Index below = size - j - 1;
      factor_.col(j).tail(below + 1).noalias() -=
          factor_.block(j, first, below + 1, j - first) * factor_.row(j).segment(first, j - first).transpose();
      if (!(factor_(j, j) > rounding)) {
        rank_ = j;
        return;
      }
      factor_(j, j) = std::sqrt(factor_(j, j));
      factor_.col(j).tail(below) /= factor_(j, j);
      watch.tick(0);
    }
    const Index below = size - last;
    subtract_products(factor_.bottomRightCorner(below, below), factor_.block(last, first, below, last - first), watch);
  }
}

// Of the rows from j on the one whose remaining diagonal is largest; the panel began at `first`.
Index PivotedCholesky::pivot(Index j, Index first) {
  const Index below = factor_.cols() - j;
  const VectorXd left =
      factor_.diagonal().tail(below) - factor_.block(j, first, below, j - first).rowwise().squaredNorm();
  Index at = 0;
  left.maxCoeff(&at);
  return j + at;
}

// Rows and columns j and `with` of the lower triangle.
void PivotedCholesky::exchange(Index j, Index with) {
  if (j == with) return;
  const Index between = with - j - 1, below = factor_.cols() - with - 1;
  std::swap(order_[static_cast<std::size_t>(j)], order_[static_cast<std::size_t>(with)]);
  std::swap(factor_(j, j), factor_(with, with));
  factor_.row(j).head(j).swap(factor_.row(with).head(j));
  factor_.col(j).tail(below).swap(factor_.col(with).tail(below));
  const VectorXd column = factor_.col(j).segment(j + 1, between);
  factor_.col(j).segment(j + 1, between) = factor_.row(with).segment(j + 1, between).transpose();
  factor_.row(with).segment(j + 1, between) = column.transpose();
}

VectorXd PivotedCholesky::solve(const VectorXd& b) const {
  VectorXd x(rank_);
  for (Index k = 0; k < rank_; ++k) x[k] = b[order_[static_cast<std::size_t>(k)]];
  const auto corner = factor_.topLeftCorner(rank_, rank_);
  corner.triangularView<Eigen::Lower>().solveInPlace(x);
  corner.triangularView<Eigen::Lower>().transpose().solveInPlace(x);
  VectorXd result = VectorXd::Zero(b.size());
  for (Index k = 0; k < rank_; ++k) result[order_[static_cast<std::size_t>(k)]] = x[k];
  return result;
}

namespace {

// Takes what lies along the first `rank` columns of z off some columns.
template <class Columns>
void project_off(const MatrixXd& z, Index rank, Columns columns, Watch& watch) {
  const Index strip = 64;
  for (Index first = 0; first < rank; first += strip) {
    const auto basis = z.middleCols(first, std::min(strip, rank - first));
    const MatrixXd along = basis.transpose() * columns;
    columns.noalias() -= basis * along;
    watch.tick(0);
  }
}

}  // namespace

MatrixXd orthonormal_basis(MatrixXd z, Watch& watch) {
  const Index panel = 16;
  const double dependent = 1e-12, cancelled = 0.1;  // of a column's length
  const VectorXd length = z.colwise().norm();
  Index rank = 0;
  for (Index first = 0; first < z.cols(); first += panel) {
    const Index last = std::min(first + panel, z.cols()), before = rank;
    for (int repeat = 0; repeat < 2; ++repeat) project_off(z, before, z.middleCols(first, last - first), watch);
    for (Index j = first; j < last; ++j) {
      const double with_panel = z.col(j).norm();
      for (int repeat = 0; repeat < 2; ++repeat) {
        const VectorXd along = z.middleCols(before, rank - before).transpose() * z.col(j);
        z.col(j) -= z.middleCols(before, rank - before) * along;
      }
      if (z.col(j).norm() < cancelled * with_panel) project_off(z, rank, z.middleCols(j, 1), watch);
      const double left = z.col(j).norm();
      watch.tick(0);
      if (!(left > dependent * length[j])) continue;
      z.col(rank) = z.col(j) / left;  // rank <= j
      ++rank;
    }
  }
  z.conservativeResize(Eigen::NoChange, rank);
  return z;
}

}  // namespace sgdlasso
