#include "solvers/batch_certificates.h"

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "matrix.h"
#include "model/fit_spec.h"
#include "plain.h"

using namespace sgdlasso;

namespace {

constexpr std::size_t kRows = 5000, kColumns = 6, kModels = 8;  // rows of several parts, each of several blocks

struct Case {
  const char* family;
  bool sparse, weighted, fractions;  // responses between the two classes
};

// Models of random coefficients, in all columns.
class Models {
 public:
  Models(Rng& rng, const Case& at, Watch& watch)
      : x_(plain::draw(rng, kRows, kColumns, at.sparse ? 0.5 : 1, 0.2)),
        rows_(x_.rows(at.sparse)),
        loss_(make_loss(at.family)),
        y_(plain::uniforms(rng, kRows, 0, 1)),
        weight_(plain::weights(rng, kRows)) {
    for (double& y : y_) y = at.fractions ? y : y < 0.5 ? 0 : 1;
    spec_.family = at.family;
    spec_.penalty.factor.assign(kColumns, 1);
    Response response({kRows, y_.data(), at.weighted ? weight_.data() : nullptr, nullptr});
    const NullModel null = null_model(response, *loss_, true);
    const ColumnMoments moments = rows_->moments(response, {2, watch});
    problem_ = std::make_unique<Problem>(
        Problem{make_statement(spec_, kRows, moments, null, *loss_, watch), *rows_, response});
    form_ = std::make_unique<StandardForm>(*problem_);
    set_ = std::make_unique<WorkingSet>(*problem_, *form_);
    for (const std::size_t j : form_->columns) set_->add(j);
    batch_ = std::make_unique<LambdaBatch>(*problem_, kModels);
    for (LambdaModel& model : batch_->model) {
      model.lambda = rng.uniform() / 10;
      model.b = plain::normals(rng, kColumns);
      for (double& b : model.b) b /= 20;
      model.intercept = null.intercept + plain::normal(rng) / 20;
    }
    set_predictors(*problem_, *set_, *batch_);
    set_residuals(*problem_, *batch_);
    balance_residuals(*problem_, *batch_);
    slopes_.resize(kColumns * kModels);
    rows_->cross_products(form_->all(), batch_->residual, slopes_.data(), {2, watch});
  }

  const Problem& problem() const { return *problem_; }
  LambdaBatch& batch() const { return *batch_; }
  ModelSlopes slopes_of(std::size_t k) const {
    ModelSlopes slopes{penalties_at(*form_, form_->columns, batch_->model[k].lambda), batch_->model[k].b, {}};
    for (std::size_t c = 0; c < kColumns; ++c) slopes.c.push_back(slopes_[c * kModels + k]);
    return slopes;
  }
  std::vector<Certificate> certificates(const std::vector<std::size_t>& models, double exact_below) const {
    return certificates_of(
        *problem_, *batch_, models, [&](std::size_t k) { return slopes_of(k); }, exact_below);
  }
  // By certificate.h, which begins with the coefficients.
  Certificate plain_certificate(std::size_t k) const {
    const LambdaModel& model = batch_->model[k];
    return certify(*problem_, *form_, coefficients(model), model.lambda);
  }
  double plain_loss(std::size_t k) const {
    const Coefficients at = coefficients(batch_->model[k]);
    return problem_->response.mean([&](std::size_t i) {
      double eta = at.intercept;
      for (std::size_t j = 0; j < kColumns; ++j) eta += x_.at(i, j) * at.beta[j];
      return loss_->value(eta, y_[i]);
    });
  }

 private:
  Coefficients coefficients(const LambdaModel& model) const {
    Coefficients result{model.intercept, {}};
    for (std::size_t j = 0; j < kColumns; ++j) {
      result.beta.push_back(model.b[j] * form_->scaling.scale[j]);
      result.intercept -= form_->scaling.centre[j] * result.beta[j];
    }
    return result;
  }

  plain::Matrix x_;
  std::unique_ptr<Rows> rows_;
  std::unique_ptr<Loss> loss_;
  std::vector<double> y_, weight_;
  FitSpec spec_;
  std::unique_ptr<Problem> problem_;
  std::unique_ptr<StandardForm> form_;
  std::unique_ptr<WorkingSet> set_;
  std::unique_ptr<LambdaBatch> batch_;
  std::vector<double> slopes_;
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("losses and certificates of a batch are those of each of its models") {
  Rng rng(1);
  NoWatch watch;
  for (const char* family : {"binomial", "poisson"}) {
    for (const bool sparse : {false, true}) {
      for (const bool weighted : {false, true}) {
        for (const bool fractions : {false, true}) {
          const Models models(rng, {family, sparse, weighted, fractions}, watch);
          const std::vector<std::size_t> some = {6, 1, 3};
          const std::vector<Certificate> found = models.certificates(some, kInfinity);
          const std::vector<double> losses = mean_losses(models.problem(), models.batch(), some);
          for (std::size_t at = 0; at < some.size(); ++at) {
            const Certificate right = models.plain_certificate(some[at]);
            plain::check_near(found[at].gap() / right.gap(), 1, 1e-9);
            plain::check_near(found[at].kkt() / right.kkt(), 1, 0.05);  // of balanced residuals
            plain::check_near(losses[at], models.plain_loss(some[at]));
          }
        }
      }
    }
  }
}

TEST_CASE("a gap that is not taken exactly certifies nothing below what was asked") {
  Rng rng(2);
  NoWatch watch;
  for (const char* family : {"gaussian", "binomial", "poisson"}) {
    Models models(rng, {family, false, true, false}, watch);
    const std::vector<std::size_t> all = {0, 1, 2, 3, 4, 5, 6, 7};
    for (const double asked : {1e-9, 1e-3, 1e-1}) {
      const std::vector<Certificate> found = models.certificates(all, asked),
                                     right = models.certificates(all, kInfinity);
      for (const std::size_t k : all) {
        if (found[k].gap() != right[k].gap()) CHECK(found[k].gap() > asked);
        CHECK(found[k].kkt() == right[k].kkt());
      }
    }
    models.batch().model[2].sum = std::nan("");
    CHECK(models.certificates({2}, 1)[0].gap() == kInfinity);
    CHECK(models.certificates({2}, 1)[0].kkt() == kInfinity);
  }
}
