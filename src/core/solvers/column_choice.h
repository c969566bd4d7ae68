// column_choice.h: which columns a batch of lambdas needs beside those of its working set, by the slopes of all
// columns.
//
// Slopes and excesses go by the form's columns; those of a batch have its models side by side.
#pragma once

#include <cstddef>
#include <vector>

#include "solvers/lambda_batch.h"

namespace sgdlasso {

// Adds columns whose slope at the last lambda solved is well above what lambdas down to `last` allow; hardly more than
// there are nonzeros already.
void add_guess(const Problem& problem, const StandardForm& form, const std::vector<double>& slope, double last,
               std::size_t nonzeros, WorkingSet& set);

// Whether so many columns are in that all had better be, where their Gram matrix is made once or rows are many: a few
// more cost less than solving models again.
bool takes_all(const Problem& problem, const StandardForm& form, const WorkingSet& set);
// Then adds the rest.
void complete(const Problem& problem, const StandardForm& form, WorkingSet& set);

// What one more column would explain at each lambda from where the path stands, at least: a step along the best.
std::vector<double> likely_explained(const Problem& problem, const StandardForm& form, const std::vector<double>& slope,
                                     const std::vector<double>& lambda);

// For each model that is not done the columns outside the working set (by position in the form) whose slope is near its
// bound or beyond: the others can neither gain nor bind.
std::vector<std::vector<std::size_t>> near_columns(const StandardForm& form, const WorkingSet& set,
                                                   const LambdaBatch& batch, const std::vector<double>& slopes);

// Adds those of them that violate the optimality conditions of some model most.
void add_violators(const StandardForm& form, const LambdaBatch& batch, const std::vector<double>& slopes,
                   const std::vector<std::vector<std::size_t>>& near, WorkingSet& set);

}  // namespace sgdlasso
