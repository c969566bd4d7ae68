#include "passes/pass_training.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "plain.h"

using namespace sgdlasso;

namespace {

using Name = Phase::Name;

// Rows of which the first columns matter, in two blocks.
struct Data {
  Data(Rng& rng, std::size_t n, std::size_t p, const std::string& family, bool offset)
      : n(n),
        p(p),
        weight(plain::weights(rng, n)) {
    for (int block = 0; block < 2; ++block) x.push_back(plain::normals(rng, n / 2 * p));
    if (offset) shift = plain::normals(rng, n, 0, 0.3);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t half = n / 2;
      double eta = 0;
      for (std::size_t j = 0; j < 3; ++j) eta += (j == 1 ? -1 : 1) * x[i / half][j * half + i % half];
      const double noisy = eta + plain::normal(rng);
      y.push_back(family == "gaussian"   ? noisy
                  : family == "binomial" ? noisy > 0
                                         : std::floor(std::exp(noisy / 3) + 0.5));
    }
  }
  void add_block(std::size_t block, PassTraining& training) const {
    const std::size_t half = n / 2, at = block * half;
    const double* offset = shift.empty() ? nullptr : shift.data() + at;
    training.add(*dense_rows(x[block].data(), half, p), {half, y.data() + at, weight.data() + at, offset});
  }
  void add_to(PassTraining& training) const {
    for (std::size_t block = 0; block < 2; ++block) add_block(block, training);
  }

  std::size_t n, p;
  std::vector<std::vector<double>> x;
  std::vector<double> weight, y, shift;
};

FitSpec spec_of(const std::string& family, std::size_t p) {
  FitSpec spec;
  spec.family = family;
  spec.penalty.factor.assign(p, 1.0);
  spec.solver = SolverName::passes;
  spec.lambda.length = 8;
  spec.lambda.ratio = 0.05;
  return spec;
}

std::unique_ptr<PassTraining> training_of(const FitSpec& spec) {
  return std::make_unique<PassTraining>(spec, false, std::make_unique<NoWatch>());
}

// The same training in another process.
std::unique_ptr<PassTraining> copy_of(const FitSpec& spec, PassTraining& training) {
  Archive out;
  training.exchange(out);
  Archive in(out.bytes());
  std::unique_ptr<PassTraining> copy = training_of(spec);
  copy->exchange(in);
  in.require(in.at_end());
  return copy;
}

struct Course {
  std::vector<Name> phases;  // one for each pass
  FittedPath path;
  bool shortened;
};

Course course_of(const FitSpec& spec, const Data& data, bool moves = false) {
  std::unique_ptr<PassTraining> training = training_of(spec);
  Course course;
  do {
    REQUIRE(course.phases.size() < 1000);
    course.phases.push_back(training->phase());
    for (std::size_t block = 0; block < 2; ++block) {
      data.add_block(block, *training);
      if (moves) training = copy_of(spec, *training);
    }
  } while (training->end_pass());
  CHECK(training->phase() == Name::done);
  CHECK(training->passes() == static_cast<int>(course.phases.size()));
  course.path = training->result();
  course.shortened = training->shortened();
  return course;
}

// Each block is given to a part of its own, one more part has no rows, and what parts and whole were told moves between
// processes.
Course course_by_parts(const FitSpec& spec, const Data& data) {
  std::unique_ptr<PassTraining> training = training_of(spec);
  Course course;
  int further = 0;
  do {
    REQUIRE(course.phases.size() < 1000);
    course.phases.push_back(training->phase());
    std::vector<std::unique_ptr<PassTraining>> told;
    int most = 0;
    for (std::size_t block = 0; block < 3; ++block) {
      const std::unique_ptr<PassTraining> part = copy_of(spec, *training);
      int passes = 0;
      do {
        if (block < 2) data.add_block(block, *part);
        ++passes;
      } while (part->end_part());
      most = std::max(most, passes);
      told.push_back(copy_of(spec, *part));
    }
    further += most - 1;
    for (const auto& part : told) training->merge(*part);
    training = copy_of(spec, *training);
  } while (training->end_pass());
  CHECK(training->passes() == static_cast<int>(course.phases.size()) + further);
  CHECK(!training->continues());
  course.path = training->result();
  course.shortened = training->shortened();
  return course;
}

// Phases in turn, and how many passes each took.
struct Stay {
  Name phase;
  int passes;
};
std::vector<Stay> stays_of(const std::vector<Name>& phases) {
  std::vector<Stay> stays;
  for (const Name one : phases) {
    if (stays.empty() || stays.back().phase != one) stays.push_back({one, 0});
    ++stays.back().passes;
  }
  return stays;
}

struct Case {
  std::string family;
  bool offset, given, free, certified, rewindable, limited;
  std::size_t at_once;  // lambdas
};

Case draw_case(Rng& rng) {
  const std::vector<std::string> families{"gaussian", "binomial", "poisson"};
  const auto coin = [&] { return rng.uniform() < 0.5; };
  Case one{families[static_cast<std::size_t>(3 * rng.uniform())], coin(), coin(), coin(), coin(), true, coin(), 100};
  if (!one.certified && one.given) one.rewindable = coin();
  if (one.certified && one.given && !one.free && coin()) one.at_once = 1 + static_cast<std::size_t>(3 * rng.uniform());
  return one;
}

constexpr std::size_t kColumns = 40;
const std::vector<double> kGiven{0.5, 0.4, 0.3, 0.25, 0.2};

FitSpec spec_of(const Case& one) {
  FitSpec spec = spec_of(one.family, kColumns);
  if (one.free) spec.penalty.factor[2] = spec.penalty.factor[7] = 0;
  if (one.limited) {
    spec.penalty.lower.assign(kColumns, -0.2);
    spec.penalty.upper.assign(kColumns, std::numeric_limits<double>::infinity());
  }
  if (one.given) spec.lambda.given = kGiven;
  if (!one.certified) {
    spec.solver = SolverName::sgd;
    spec.sgd.epochs = one.rewindable ? 3 : 1;
  }
  spec.rewindable = one.rewindable;
  if (one.at_once < kGiven.size()) spec.most_numbers = 12.0 * kColumns * static_cast<double>(one.at_once);
  return spec;
}

std::vector<Name> expected_phases(const Case& one) {
  const bool shifted = one.offset && one.family != "gaussian";  // then moments do not tell the null model, nor slopes
  std::vector<Name> phases{one.given ? Name::sgd : Name::moments};
  if (shifted && one.rewindable) phases.push_back(Name::null_model);
  if (!one.given) {
    if (one.free) phases.push_back(Name::unpenalized);
    if (one.free || shifted) phases.push_back(Name::slopes);
    phases.push_back(Name::sgd);
  }
  if (one.rewindable) phases.push_back(Name::looks);
  for (std::size_t done = one.at_once; done < kGiven.size() && one.given; done += one.at_once) {
    phases.insert(phases.end(), {Name::sgd, Name::looks});
  }
  return phases;
}

// In so many columns all that passes sum has room.
double memory_for(double columns) {
  return 3 * columns * columns;
}

std::vector<double> lambda_of(const FittedPath& path) {
  std::vector<double> lambda;
  for (const PathPoint& point : path.points) lambda.push_back(point.lambda);
  return lambda;
}

}  // namespace

TEST_CASE("each pass has its purpose, and each purpose its turn") {
  Rng rng(1);
  for (int draw = 0; draw < 60; ++draw) {
    const Case one = draw_case(rng);
    const FitSpec spec = spec_of(one);
    const Data data(rng, 160, kColumns, one.family, one.offset);
    const Course course = course_of(spec, data);
    const std::vector<Stay> stays = stays_of(course.phases);
    const std::vector<Name> expected = expected_phases(one);
    REQUIRE(stays.size() == expected.size());
    for (std::size_t k = 0; k < stays.size(); ++k) {
      CHECK(stays[k].phase == expected[k]);
      if (stays[k].phase == Name::moments || stays[k].phase == Name::slopes) CHECK(stays[k].passes == 1);
      if (stays[k].phase == Name::sgd) CHECK(stays[k].passes == spec.sgd.epochs);
    }
    if (one.given) CHECK(lambda_of(course.path) == kGiven);
    for (const PathPoint& point : course.path.points) {
      CHECK(point.trained.converged == (one.certified ? Converged::yes : Converged::unknown));
    }
  }
}

TEST_CASE("a response that nothing explains needs no pass after the first") {
  Rng rng(2);
  for (const bool given : {false, true}) {
    Data data(rng, 100, 5, "gaussian", false);
    std::fill(data.y.begin(), data.y.end(), 3.0);
    FitSpec spec = spec_of("gaussian", 5);
    if (given) spec.lambda.given = kGiven;
    const Course course = course_of(spec, data);
    CHECK(course.phases == std::vector<Name>{given ? Name::sgd : Name::moments});
    CHECK(lambda_of(course.path) == (given ? kGiven : std::vector<double>{0}));
  }
}

TEST_CASE("a training goes on from its state, in whatever phase, as if it had not stopped") {
  Rng rng(3);
  for (int draw = 0; draw < 30; ++draw) {
    const Case one = draw_case(rng);
    const Data data(rng, 160, kColumns, one.family, one.offset);
    const Course whole = course_of(spec_of(one), data), moved = course_of(spec_of(one), data, true);
    CHECK(moved.phases == whole.phases);
    REQUIRE(lambda_of(moved.path) == lambda_of(whole.path));
    for (std::size_t k = 0; k < whole.path.points.size(); ++k) {
      CHECK(moved.path.points[k].trained.scored.coefficients.beta ==
            whole.path.points[k].trained.scored.coefficients.beta);
    }
  }
}

TEST_CASE("parts of the rows, each passed apart, tell what the whole does") {
  Rng rng(6);
  for (int draw = 0; draw < 60; ++draw) {
    Case one = draw_case(rng);
    // averages have the columns of all parts, which take memory
    if (one.at_once < kGiven.size()) one.at_once = kGiven.size() - 1;
    FitSpec spec = spec_of(one);
    spec.stop.tol = 1e-10;
    spec.stop.maxpasses = 500;
    const Data data(rng, 160, kColumns, one.family, one.offset);
    const Course whole = course_of(spec, data), parts = course_by_parts(spec, data);
    const std::vector<Stay> stays = stays_of(parts.phases), expected = stays_of(whole.phases);
    REQUIRE(stays.size() == expected.size());
    for (std::size_t k = 0; k < stays.size(); ++k) {
      CHECK(stays[k].phase == expected[k].phase);
      if (stays[k].phase == Name::sgd) CHECK(stays[k].passes == 1);  // each part makes all epochs by itself
    }
    REQUIRE(parts.path.points.size() == whole.path.points.size());
    for (std::size_t k = 0; k < whole.path.points.size(); ++k) {
      const PathPoint &found = parts.path.points[k], &right = whole.path.points[k];
      CHECK(found.lambda == doctest::Approx(right.lambda).epsilon(1e-9));
      CHECK(found.trained.converged == right.trained.converged);
      const std::vector<double>& beta = found.trained.scored.coefficients.beta;
      // stochastic gradient descent on half of the rows is near only
      plain::check_near(beta, right.trained.scored.coefficients.beta, one.certified ? 1e-4 : 0.6);
    }
  }
}

TEST_CASE("the average of what parts have learned is weighted by their rows, and what is of another pass is refused") {
  Rng rng(7);
  for (const std::string family : {"binomial", "poisson"}) {
    FitSpec spec = spec_of(family, kColumns);
    spec.solver = SolverName::sgd;
    spec.lambda.given = kGiven;
    spec.rewindable = false;
    const Data data(rng, 160, kColumns, family, false);
    const std::unique_ptr<PassTraining> training = training_of(spec);
    std::vector<std::unique_ptr<PassTraining>> parts;
    std::vector<FittedPath> learned;
    std::vector<double> weight;
    for (std::size_t block = 0; block < 2; ++block) {
      parts.push_back(copy_of(spec, *training));
      data.add_block(block, *parts[block]);
      CHECK(!parts[block]->end_part());
      learned.push_back(parts[block]->result());
      weight.push_back(0);
      for (std::size_t i = 0; i < data.n / 2; ++i) weight[block] += data.weight[block * data.n / 2 + i];
      training->merge(*parts[block]);
    }
    CHECK(!training->end_pass());
    const FittedPath path = training->result();
    REQUIRE(path.points.size() == kGiven.size());
    for (std::size_t k = 0; k < kGiven.size(); ++k) {
      std::vector<double> mean;
      for (std::size_t j = 0; j < kColumns; ++j) {
        double sum = 0;
        for (std::size_t block = 0; block < 2; ++block) {
          sum += weight[block] * learned[block].points[k].trained.scored.coefficients.beta[j];
        }
        mean.push_back(sum / (weight[0] + weight[1]));
      }
      plain::check_near(path.points[k].trained.scored.coefficients.beta, mean, 1e-12);
    }
    CHECK_THROWS_AS(training->merge(*parts[0]), StateError);
  }
}

TEST_CASE("where memory holds too few columns a grid ends early, and given lambdas are refused") {
  Rng rng(4);
  int shortened = 0, refused = 0;
  for (int draw = 0; draw < 30; ++draw) {
    const std::string family = draw % 2 ? "binomial" : "gaussian";
    const Data data(rng, 160, kColumns, family, false);
    FitSpec spec = spec_of(family, kColumns);
    spec.stop.tol = 1e-9;
    const FittedPath whole = course_of(spec, data).path;
    const double columns = std::floor(4 * std::exp(3.5 * rng.uniform()));
    spec.most_numbers = memory_for(columns);

    const Course course = course_of(spec, data);
    const std::size_t size = course.path.points.size();
    CHECK(course.shortened == (size < whole.points.size()));
    shortened += course.shortened;
    REQUIRE(size >= 1);
    for (std::size_t k = 0; k < size; ++k) {
      const Trained &found = course.path.points[k].trained, &right = whole.points[k].trained;
      CHECK(course.path.points[k].lambda == whole.points[k].lambda);
      CHECK(found.converged == Converged::yes);
      plain::check_near(found.scored.coefficients.beta, right.scored.coefficients.beta, 1e-3);
    }

    // the first model is within memory, and the last where it has no more columns than that
    spec.lambda.given = {whole.points.front().lambda};
    CHECK(course_of(spec, data).path.points.size() == 1);
    spec.lambda.given = {whole.points.front().lambda, whole.points.back().lambda};
    if (static_cast<double>(whole.points.back().trained.scored.nonzero) <= columns) continue;
    std::unique_ptr<PassTraining> training = training_of(spec);
    bool thrown = false;
    for (int pass = 0; pass < 100 && !thrown; ++pass) {
      data.add_to(*training);
      try {
        const bool more = training->end_pass();
        REQUIRE(more);
      } catch (const TooManyColumns& error) {
        thrown = true;
        CHECK(static_cast<double>(error.columns) > error.most);
        CHECK(error.most <= columns + 1e-9);
      }
    }
    CHECK(thrown);
    CHECK(!training->shortened());
    const std::vector<double> known = lambda_of(training->result());  // the models so far
    CHECK(known == std::vector<double>(spec.lambda.given.begin(),
                                       spec.lambda.given.begin() + static_cast<std::ptrdiff_t>(known.size())));
    CHECK(!known.empty());
    ++refused;
  }
  for (const int count : {shortened, 30 - shortened, refused}) CHECK(count >= 5);
}

TEST_CASE("states with a field of zeros are refused, or gone on with") {
  Rng rng(5);
  const Data data(rng, 80, 3, "binomial", true);
  for (const bool certified : {false, true}) {
    for (const bool given : {false, true}) {
      FitSpec spec = spec_of("binomial", 3);
      spec.lambda.length = 3;
      spec.stop.maxpasses = 3;
      if (given) spec.lambda.given = {0.1, 0.01};
      if (!certified) spec.solver = SolverName::sgd;
      std::unique_ptr<PassTraining> training = training_of(spec);
      do {
        data.add_to(*training);
        Archive out;
        training->exchange(out);
        const std::size_t head = 12;
        for (std::size_t at = head; at + 8 <= std::min<std::size_t>(out.bytes().size(), 400); ++at) {
          std::vector<char> state = out.bytes();
          std::fill_n(state.begin() + static_cast<std::ptrdiff_t>(at), 8, char{0});
          try {
            const auto other = training_of(spec);
            Archive in(state);
            other->exchange(in);
            for (bool more = true; more && other->passes() < 4;) {
              more = other->end_pass();
              other->result();
              if (more) data.add_to(*other);
            }
          } catch (const StateError&) {
          } catch (const RowsChanged&) {
          } catch (const NotFinite&) {
          }
        }
      } while (training->end_pass());
    }
  }
}
