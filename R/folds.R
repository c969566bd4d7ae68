# Rows outside each fold are trained on, rows inside tell how well.

# Each fold must leave something to train on.
check_training <- function(fold, rows, family) {
  if (max(fold) < 2) {
    abort_input("All rows with positive weight are in one fold.", "Rows outside a fold are trained on.")
  }
  if (family != "binomial") return(invisible())
  outside <- function(what) sum(what) - rowsum(as.double(what), fold)[, 1]
  bare <- which(outside(rows$y > 0) == 0 | outside(rows$y < 1) == 0)
  if (length(bare)) {
    abort_input(
      "`y` has one class only outside fold {bare[1]}, so nothing can be trained there.",
      "Use fewer folds, or `strata` that spread the rarer class."
    )
  }
}

# ---- training ------------------------------------------------------------------

# The path of all rows and, at its lambdas, that of the rows outside each fold: list(fit =, folds =), as r_fit() returns
# them.
train_folds <- function(rows, settings, fold, cluster) {
  if (shares_moments(rows, settings, max(fold))) return(train_from_moments(rows, settings, fold))
  fit <- train(rows, settings)
  list(fit = fit, folds = train_apart(rows, at_lambdas_of(settings, fit), fold, cluster))
}

# Whether every fold's moments fit into memory, half a gigabyte, beside those of the rows outside it.
shares_moments <- function(rows, settings, folds) {
  identical(settings$solver$method, "moments") && !isTRUE(settings$relax) && is.null(settings$asked) &&
    2 * 8 * folds * (ncol(rows$x) + 1)^2 <= 2^29
}

train_from_moments <- function(rows, settings, fold) {
  progress <- progress_bar(settings$progress)
  on.exit(progress$done())
  spec <- core_spec(settings, progress$update)
  checked_folds(r_fit_folds(rows$x, rows$y, relative_weights(rows$weights), rows$offset, fold - 1L, max(fold), spec))
}

checked_folds <- function(result) list(fit = checked_result(result$fit), folds = lapply(result$folds, checked_result))

# The lambdas are those of all rows.
at_lambdas_of <- function(settings, fit) {
  settings$lambda <- fit$lambda
  settings$dfmax <- Inf
  settings$trace <- FALSE
  settings
}

train_apart <- function(rows, settings, fold, cluster) {
  folds <- seq_len(max(fold))
  if (is.null(cluster)) return(lapply(folds, train_outside, rows = rows, settings = settings, fold = fold))
  settings$progress <- FALSE
  run <- function() parallel::parLapply(cluster, folds, train_outside, rows = rows, settings = settings, fold = fold)
  or_input_error(run(), "`cluster` fails")
}

train_outside <- function(k, rows, settings, fold) {
  settings$label <- paste("Training without fold", k)
  outside <- rows_at(rows, fold != k)
  settings <- with_penalties_of(settings, outside)
  result <- train(outside, settings)
  if (isTRUE(settings$relax)) {
    result$relaxed <- relax_fit(new_fit(result, outside, settings, NULL, NULL), outside, settings)
  }
  result
}

rows_at <- function(rows, which) {
  list(x = rows$x[which, , drop = FALSE], y = rows$y[which], weights = rows$weights[which], offset = rows$offset[which])
}

# Sums of the response, by which the order of rows is known again.
fold_sums <- function(rows, fold) as.vector(rowsum(as.double(rows$y), fold))

# ---- scoring -------------------------------------------------------------------

# The models of a fold, without what only a whole fit needs.
fold_model <- function(result, variables) {
  steps <- paste0("s", seq_along(result$lambda) - 1L)
  model <- list(
    a0 = stats::setNames(result$a0, steps), beta = coefficient_matrix(result$beta, variables, steps),
    lambda = result$lambda, gap = result$gap, mse = result$mse
  )
  if (!is.null(result$relaxed)) model$relaxed <- result$relaxed[c("a0", "beta", "lambda", "gap")]
  model
}

# The linear predictor of the rows of a fold by the model of the others. Where that has too many columns to be
# relaxed the last one that has not stands, or the lasso.
predict_fold <- function(model, inside, gamma = 1) {
  eta <- r_predict(inside$x, model$a0, model$beta, 1L)
  if (gamma < 1 && length(model$relaxed$lambda)) {
    relaxed <- r_predict(inside$x, model$relaxed$a0, model$relaxed$beta, 1L)
    at <- pmax(findInterval(-model$lambda, -model$relaxed$lambda), 1L)
    eta <- gamma * eta + (1 - gamma) * relaxed[, at, drop = FALSE]
  }
  if (is.null(inside$offset)) eta else eta + inside$offset
}

# Losses of one fold: their mean and spread at each lambda, the fold's weight and, if kept, the predictions.
score_fold <- function(k, model, rows, fold, plan, gamma) {
  weight <- if (is.null(rows$weights)) sum(fold == k) else sum(rows$weights[fold == k])
  known <- !plan$keep && plan$grouped && gamma == 1 && plan$measure %in% c("mse", "deviance") &&
    !is.null(model$mse) && !anyNA(model$mse)
  if (known) return(list(mean = model$mse, weight = weight))
  inside <- rows_at(rows, fold == k)
  eta <- predict_fold(model, inside, gamma)
  scores <- mean_losses(inside$y, eta, inside$weights, plan$measure, plan$family)
  c(scores, list(weight = weight, eta = if (plan$keep) eta))
}

# Mean and standard error over folds (grouped) or over rows, for each lambda.
cv_statistics <- function(scores, plan, n) {
  weight <- vapply(scores, function(score) score$weight, 0)
  means <- do.call(rbind, lapply(scores, function(score) score$mean))
  shares <- weight * !is.na(means)
  shares <- shares / rep(colSums(shares), each = nrow(means))
  means[is.na(means)] <- 0 # of share 0
  cvm <- colSums(shares * means)
  between <- colSums(shares * (means - rep(cvm, each = nrow(means)))^2)
  if (plan$grouped) {
    counted <- colSums(shares > 0)
  } else {
    counted <- n
    between <- between + colSums(shares * do.call(rbind, lapply(scores, function(score) score$spread)))
  }
  list(cvm = cvm, cvsd = sqrt(between / (counted - 1)))
}

# Predictions of all rows, each by the model that has not seen it.
prevalidated <- function(scores, fold, steps) {
  eta <- matrix(NA_real_, length(fold), length(steps), dimnames = list(NULL, steps))
  for (k in seq_along(scores)) eta[fold == k, ] <- scores[[k]]$eta
  eta
}
