// Stochastic gradient descent for a batch of lambdas at once.
#include <algorithm>

#include "passes/phase.h"

namespace sgdlasso {
namespace {

class SgdPhase final : public Phase {
 public:
  explicit SgdPhase(TrainingRecord& record) : Phase(Name::sgd, record) {}

  void add(const Rows& rows, const Observations& response) override {
    record_.sgd->add(rows, response, *record_.watch);
  }
  // Each part learns by itself, all of its epochs; the models are averaged.
  void merge(const Phase& part, double weight) override {
    const TrainingRecord& from = static_cast<const SgdPhase&>(part).record_;
    record_.sgd->merge(*from.sgd, weight, !record_.rows.stated);
    record_.epoch = from.epoch;
  }
  bool end_part() override {
    record_.sgd->end_rows();
    if (record_.epoch + 1 >= record_.spec.sgd.epochs) return false;
    record_.epoch += 1;
    record_.sgd->begin_pass();
    return true;
  }
  bool end_pass() override {
    record_.sgd->end_rows();
    if (++record_.epoch >= record_.spec.sgd.epochs) return false;
    record_.sgd->begin_pass();
    return true;
  }
  std::unique_ptr<Phase> next() override {
    if (record_.rows.stated) return after_sgd(record_);
    record_.rows.moments = record_.sgd->moments();
    return after_moments(record_);
  }
};

// Of certified models; others are learned in the memory that there is.
std::size_t most_at_once(const TrainingRecord& record) {
  if (!record.spec.certified()) return record.lambdas.all().size();
  const double numbers_per_column = 12;  // held for each column and lambda, at most
  const double lambdas = record.spec.most_numbers / (numbers_per_column * static_cast<double>(record.spec.penalty.p()));
  return static_cast<std::size_t>(std::max(1.0, std::min(lambdas, 1e6)));
}

}  // namespace

std::unique_ptr<Phase> sgd_phase(TrainingRecord& record) {
  return std::make_unique<SgdPhase>(record);
}

std::unique_ptr<Phase> begin_batch(TrainingRecord& record) {
  const SgdSpec& sgd = record.spec.sgd;
  record.lambdas.begin_next(most_at_once(record));
  record.sgd = std::make_unique<OnlineSgd>(*record.loss, record.spec.penalty, record.lambdas.at_hand(), sgd.average,
                                           sgd.scale, record.sparse);
  if (record.rows.stated) record.sgd->start_from(record.rows.moments, record.rows.null);
  record.epoch = 0;
  return sgd_phase(record);
}

}  // namespace sgdlasso
