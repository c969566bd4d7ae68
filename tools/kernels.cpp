// Kernels and readers of numbers against plain loops, from places in memory that are aligned as numbers are and no better.
// Stands alone, so that tools/compilers.sh can run it where there is no R: it says nothing and returns 0 where all is right.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "io/csv_numbers.h"
#include "io/decimal.h"
#include "kernels/dense_kernels.h"
#include "kernels/panel_kernels.h"
#include "io/svmlight.h"

using namespace sgdlasso;

namespace {

int failures = 0;

void expect(bool right, const char* what) {
  if (right) return;
  std::printf("wrong: %s\n", what);
  ++failures;
}

void expect_near(double found, double right, const char* what) {
  expect(std::fabs(found - right) <= 1e-12 * (1 + std::fabs(right)), what);
}

std::vector<double> numbers(std::size_t size, double seed) {
  std::vector<double> result;
  for (std::size_t k = 0; k < size; ++k) result.push_back(std::sin(seed + static_cast<double>(k)));
  return result;
}

void check_panels(const PanelKernels& kernels, std::size_t off) {
  const std::size_t rows = 24, p = 7, lanes = 16;
  const std::vector<double> left = numbers(off + rows * p, 1), by = numbers(p * lanes, 2), shift = numbers(off + rows, 3);
  const double* const x = left.data() + off;
  std::vector<double> cross(p * p), sum(off + rows * lanes), packed(off + rows), y(off + rows);
  kernels.cross({x, rows, p}, {x, rows, p}, rows, cross.data(), p);
  kernels.add({x, rows, p}, by.data(), rows, sum.data() + off, rows, lanes);
  const double total = kernels.pack(x, rows, 0.5, 2, shift.data() + off, packed.data() + off);
  kernels.axpy(1.5, x, rows, y.data() + off);
  double right_total = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    right_total += (x[r] - 0.5) * 2 * shift[off + r] * shift[off + r];
    expect_near(packed[off + r], (x[r] - 0.5) * 2 * shift[off + r], "pack");
    expect_near(y[off + r], 1.5 * x[r], "axpy");
    for (std::size_t k = 0; k < lanes; ++k) {
      double right = 0;
      for (std::size_t j = 0; j < p; ++j) right += x[j * rows + r] * by[j * lanes + k];
      expect_near(sum[off + k * rows + r], right, "add");
    }
  }
  expect_near(total, right_total, "sum of pack");
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j < p; ++j) {
      double right = 0;
      for (std::size_t r = 0; r < rows; ++r) right += x[i * rows + r] * x[j * rows + r];
      expect_near(cross[i * p + j], right, "cross");
    }
  }
  const int index[] = {3, 0, 2};
  std::vector<double> gathered(off + lanes);
  kernels.gather(by.data(), index, 3, 0.25, x, 8, gathered.data() + off);
  for (std::size_t k = 0; k < 8; ++k) {
    double right = 0;
    for (std::size_t e = 0; e < 3; ++e) right += (by[e] - 0.25) * x[static_cast<std::size_t>(index[e]) * 8 + k];
    expect_near(gathered[off + k], right, "gather");
  }
}

void check_rows(const DenseKernels& kernels, std::size_t off) {
  const std::size_t p = 37;
  const std::vector<double> x = numbers(off + p, 4), b = numbers(off + p, 5);
  double right = 0;
  for (std::size_t j = off; j < off + p; ++j) right += x[j] * b[j];
  expect_near(kernels.dot(x.data() + off, b.data() + off, p), right, "dot");
  expect(kernels.dot(x.data() + off, b.data() + off, p) == portable_kernels().dot(x.data() + off, b.data() + off, p),
         "equal bits of dot");
}

void check_text() {
  const char* const text[] = {
      "1e400", "1e-400", "4.94e-324", "inf", "9007199254740993", "0.1", "123456789012345678901234567890"};
  const double right[] = {HUGE_VAL, 0, 5e-324, HUGE_VAL, 9007199254740992.0, 0.1, 123456789012345678901234567890.0};
  for (std::size_t k = 0; k < 7; ++k) {
    const std::string one = text[k];
    double value = -1;
    expect(parse_decimal(one.data(), one.data() + one.size(), value) && value == right[k], text[k]);
    expect(parse_decimal_portably(one.data(), one.data() + one.size(), value) && value == right[k], text[k]);
  }
  const std::string lines = "1.5,-2,3,4.25,5\n0.5,1e3,-7.125,8,99999999999\n1,2,3,4,5\n";
  std::vector<double> cells(15);
  double* columns[5];
  for (std::size_t k = 0; k < 5; ++k) columns[k] = cells.data() + 3 * k;
  const CsvNumbers found = read_csv_numbers(lines.data(), lines.size(), 5, ',', 0, columns);
  expect(found.plain && found.finite && cells[0] == 1.5 && cells[4] == 1000 && cells[7] == -7.125 && cells[13] == 99999999999.0,
         "csv");
  const std::string sparse = "1 2:0.5 # two\n-1 1:2 3:-1e0\n";
  expect(read_svmlight(sparse.data(), sparse.size(), true).value == std::vector<double>{0.5, 2, -1}, "svmlight");
}

}  // namespace

int main() {
  for (std::size_t off = 0; off < 4; ++off) {
    for (const PanelKernels* kernels : {&panel_kernels(), &portable_panel_kernels()}) check_panels(*kernels, off);
    check_rows(dense_kernels(), off);
  }
  check_text();
  return failures > 0;
}
