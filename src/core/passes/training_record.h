// training_record.h: what training by passes knows, whatever the pass at hand is for: what is asked, the rows, the
// lambdas, and the models so far.
#pragma once

#include <memory>
#include <vector>

#include "model/fit_spec.h"
#include "model/lambda_path.h"
#include "passes/path_batches.h"
#include "passes/row_facts.h"
#include "sgd/online_sgd.h"

namespace sgdlasso {

struct TrainingRecord {
  TrainingRecord(FitSpec asked, bool sparse, std::unique_ptr<Watch> watch);

  // Until the problem is stated, stochastic gradient descent gathers moments of its own.
  const OnlineMoments& latest_moments() const { return !rows.stated && sgd ? sgd->moments() : rows.moments; }
  Statement statement(const OnlineMoments& moments, const NullModel& null) const;
  // The models of the batch as stochastic gradient descent has them, without a certificate; none before it has begun.
  std::vector<Trained> learned() const;

  FitSpec spec;
  std::unique_ptr<const Loss> loss;
  bool sparse;
  std::unique_ptr<Watch> watch;

  RowFacts rows;
  PathBatches lambdas;
  std::unique_ptr<OnlineSgd> sgd;  // of the batch at hand
  int epoch = 0;                   // that it is in
  std::vector<PathPoint> path;     // models of the batches that are done
};

}  // namespace sgdlasso
