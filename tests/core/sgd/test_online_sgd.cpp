#include "sgd/online_sgd.h"

#include <algorithm>

#include "matrix.h"
#include "plain.h"

using namespace sgdlasso;
using plain::Matrix;

namespace {

constexpr std::size_t kRows = 300, kColumns = 5;

struct Data {
  Data(Rng& rng, const std::string& family, bool sparse)
      : x(plain::draw(rng, kRows, kColumns, sparse ? 0.4 : 1, 2)),
        weight(plain::uniforms(rng, kRows, 0.5, 2)),
        offset(plain::normals(rng, kRows, 0, 0.2)),
        sparse(sparse) {
    for (const std::size_t far : {70, 200}) {
      for (std::size_t j = 0; j < kColumns; ++j) x.dense[j * kRows + far] *= 100;  // far longer than its scales say
    }
    x = Matrix(kRows, kColumns, x.dense);
    for (std::size_t i = 0; i < kRows; ++i) {
      const double eta = (x.at(i, 0) - x.at(i, 1)) / 2 + plain::normal(rng);
      y.push_back(family == "gaussian" ? eta : eta > 0 ? 1.0 : 0.0);
    }
  }
  void give(OnlineSgd& sgd, std::size_t first, std::size_t last) const {
    const Matrix some = x.rows_between(first, last);
    Observations response;
    response.n = some.n;
    response.y = y.data() + first;
    response.weight = weight.data() + first;
    response.offset = offset.data() + first;
    NoWatch watch;
    sgd.add(*some.rows(sparse), response, watch);
  }

  Matrix x;
  std::vector<double> weight, offset, y;
  bool sparse;
};

PenaltySpec penalty_of(double alpha, bool intercept) {
  PenaltySpec penalty;
  penalty.alpha = alpha;
  penalty.factor = {0, 1, 1, 2, 1};
  penalty.intercept = intercept;
  return penalty;
}

std::vector<char> bytes_of(OnlineSgd& sgd) {
  Archive archive;
  sgd.exchange(archive);
  return archive.bytes();
}

struct Setting {
  std::string family;
  bool sparse;
  double alpha;
  bool intercept;
  std::vector<double> scale;  // given; empty: learned
};

template <class Check>
void for_each_setting(Check check) {
  for (const char* family : {"gaussian", "binomial", "poisson"}) {
    for (const bool sparse : {false, true}) {
      check(Setting{family, sparse, 1, true, {}});
      check(Setting{family, sparse, 0.5, false, {}});
      check(Setting{family, sparse, 0.5, true, std::vector<double>(kColumns, 1.5)});
    }
  }
}

// The state after two passes in blocks of these sizes, which are taken in turn. saved: before each block, the state is
// written, and read by another.
std::vector<char> state_after(const Data& data, const Setting& setting, const std::vector<std::size_t>& sizes,
                              bool saved) {
  const auto loss = make_loss(setting.family);
  const PenaltySpec penalty = penalty_of(setting.alpha, setting.intercept);
  const auto make = [&] {
    return std::make_unique<OnlineSgd>(*loss, penalty, std::vector<double>{0.3, 0.02}, true, setting.scale,
                                       setting.sparse);
  };
  auto sgd = make();
  std::size_t turn = 0;
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t first = 0; first < kRows;) {
      if (saved) {
        Archive archive(bytes_of(*sgd));
        sgd = make();
        sgd->exchange(archive);
        CHECK(archive.at_end());
      }
      const std::size_t last = std::min(kRows, first + sizes[turn++ % sizes.size()]);
      data.give(*sgd, first, last);
      first = last;
    }
    sgd->end_rows();
    sgd->begin_pass();
  }
  return bytes_of(*sgd);
}

}  // namespace

TEST_CASE("blocks of any size give the same state to the bit, also where it is written and read between them") {
  Rng rng(1);
  for_each_setting([&](const Setting& setting) {
    const Data data(rng, setting.family, setting.sparse);
    const std::vector<char> whole = state_after(data, setting, {kRows}, false);
    for (const std::vector<std::size_t>& sizes :
         {std::vector<std::size_t>{1}, {7}, {63, 1, 65}, {64}, {rng.up_to(99) + 1, rng.up_to(99) + 1}}) {
      CHECK(state_after(data, setting, sizes, false) == whole);
    }
    CHECK(state_after(data, setting, {31, 50}, true) == whole);
  });
}
