// States of training by passes (checkpoints, and what update() goes on from) that were changed: refused, or gone on
// with in bounds.
#include <limits>
#include <memory>

#include "draw.h"
#include "fuzz/bytes.h"
#include "passes/pass_training.h"

using namespace sgdlasso;

namespace {

constexpr std::size_t kRows = 90, kColumns = 4;

struct Data {
  Data() {
    Rng rng(1);
    x = plain::normals(rng, kRows * kColumns);
    for (std::size_t i = 0; i < kRows; ++i) y.push_back(plain::normal(rng) + x[i] > 0);
    offset = plain::normals(rng, kRows);
  }
  std::vector<double> x, y, offset;
};

FitSpec spec_of(unsigned kind) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  FitSpec spec;
  spec.family = kind & 64 ? "binomial" : "gaussian";
  spec.penalty.alpha = kind & 1 ? 0.5 : 1;
  spec.penalty.factor = {kind & 2 ? 0.0 : 1.0, 1, 1, 1};
  if (kind & 4) {
    spec.penalty.lower.assign(kColumns, -infinity);
    spec.penalty.upper.assign(kColumns, 0.5);
  }
  if (!(kind & 8)) spec.lambda.given = {0.1, 0.01};
  spec.lambda.length = 6;
  spec.lambda.ratio = 0.01;
  spec.stop.maxpasses = 30;
  spec.most_numbers = 1e6;
  spec.solver = SolverName::passes;
  if (kind & 16) {
    spec.solver = SolverName::sgd;
    spec.sgd.epochs = 2;
    if (spec.lambda.given.empty()) spec.lambda.given = {0.1};
  }
  return spec;
}

class Training {
 public:
  explicit Training(unsigned kind) : offset_(kind & 32), training_(spec_of(kind), false, std::make_unique<NoWatch>()) {}

  void add_rows() {
    static const Data data;
    const auto rows = dense_rows(data.x.data(), kRows, kColumns);
    Response response;
    response.n = kRows;
    response.y = data.y.data();
    if (offset_) response.offset = data.offset.data();
    training_.add(*rows, response);
  }
  bool end_pass() { return training_.end_pass(); }
  void exchange(Archive& archive) { training_.exchange(archive); }
  void look_at_result() { training_.result(); }

 private:
  bool offset_;
  PassTraining training_;
};

// After so many halves of passes.
std::vector<char> state_after(unsigned kind, std::size_t halves) {
  Training training(kind);
  for (std::size_t k = 0; k < halves; ++k) {
    if (k % 2 == 0) training.add_rows();
    if (k % 2 == 1 && !training.end_pass()) break;
  }
  Archive archive;
  training.exchange(archive);
  return archive.bytes();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  const unsigned kind = bytes.number<std::uint8_t>();
  std::vector<char> state = state_after(kind, bytes.up_to(9));
  bytes.damage(state);
  try {
    Training training(kind);
    Archive archive(state);
    training.exchange(archive);
    archive.require(archive.at_end());
    for (int pass = 0; pass < 3; ++pass) {
      training.add_rows();
      training.look_at_result();
      if (!training.end_pass()) break;
    }
    training.look_at_result();
  } catch (const StateError&) {
  } catch (const RowsChanged&) {
  } catch (const TooManyColumns&) {
  } catch (const NotFinite&) {
  }
  return 0;
}
