# From checked input to the result of cv.sgdlasso().

cross_validate <- function(x, response, offset, settings, plan, call) {
  rows <- drop_zero_weights(x, response, offset)
  used <- if (is.null(response$weights)) rep(TRUE, nrow(x)) else response$weights > 0
  drawn <- apply(plan$folds[used, , drop = FALSE], 2, renumber)
  dim(drawn) <- c(sum(used), ncol(plan$folds))
  for (k in seq_len(ncol(drawn))) check_training(drawn[, k], rows, settings$family)
  plan$grouped <- plan$measure == "auc" || (plan$grouped && length(rows$y) / max(drawn[, 1]) >= 3)
  settings <- complete_settings(settings, rows)
  draws <- run_draws(rows, settings, drawn, plan)
  fit <- new_fit(draws[[1]]$result, rows, settings, response$classnames, fit_call(call))
  if (isTRUE(settings$relax)) fit$relaxed <- relax_fit(fit, rows, settings)
  new_cv(fit, draws, plan, settings, used, call)
}

# For each draw of folds the models, their gaps and the statistics for each gamma; the result for all rows is that of
# the first.
run_draws <- function(rows, settings, drawn, plan) {
  draws <- list()
  for (k in seq_len(ncol(drawn))) {
    fold <- drawn[, k]
    trained <- if (k == 1 || shares_moments(rows, settings, max(fold))) {
      train_folds(rows, settings, fold, plan$cluster)
    } else {
      list(folds = train_apart(rows, at_lambdas_of(settings, draws[[1]]$result), fold, plan$cluster))
    }
    variables <- colnames(rows$x) %||% paste0("V", seq_len(ncol(rows$x)))
    models <- lapply(trained$folds, fold_model, variables = variables)
    draws[[k]] <- c(list(result = trained$fit, models = models), score_draw(models, rows, fold, plan))
    if (k == 1) settings$lambda <- trained$fit$lambda
  }
  draws
}

score_draw <- function(models, rows, fold, plan) {
  gammas <- unique(c(plan$gamma, 1))
  names(gammas) <- paste0("g:", gammas)
  scores <- lapply(gammas, function(gamma) {
    Map(score_fold, seq_along(models), models, MoreArgs = list(rows = rows, fold = fold, plan = plan, gamma = gamma))
  })
  undefined <- vapply(scores[["g:1"]], function(score) all(is.na(score$mean)), NA)
  list(
    statistics = lapply(scores, cv_statistics, plan = plan, n = length(fold)), undefined = sum(undefined),
    sums = if (plan$family == "gaussian") fold_sums(rows, fold),
    preval = if (plan$keep) lapply(scores, prevalidated, fold = fold, steps = names(models[[1]]$a0))
  )
}

new_cv <- function(fit, draws, plan, settings, used, call) {
  fit$lambda.origin <- "cross-validated"
  statistics <- mean_statistics(draws)
  lasso <- statistics[["g:1"]]
  nzero <- stats::setNames(fit$df, names(fit$a0))
  name <- stats::setNames(measure_title(plan$measure, plan$family), plan$measure)
  gap <- max(fit$gap, unlist(lapply(draws, function(draw) lapply(draw$models, function(model) model$gap))))
  cv <- c(
    list(lambda = fit$lambda), intervals_of(lasso),
    list(nzero = nzero, call = generic_call(call, "cv.sgdlasso"), name = name),
    list(sgdlasso.fit = fit), best_lambdas(fit$lambda, lasso, plan$measure),
    list(foldid = if (!is.null(plan$folds)) drop(plan$folds), grouped = plan$grouped, gap = gap)
  )
  if (plan$family == "gaussian") cv$folds <- lapply(draws[[1]]$models, `[`, c("a0", "beta"))
  cv$fold.sums <- draws[[1]]$sums
  if (plan$keep) cv$fit.preval <- kept_predictions(draws[[1]]$preval, plan, used)
  if (!is.null(plan$gamma)) cv$relaxed <- relaxed_choice(statistics, plan, fit, nzero)
  warn_cv(cv, draws, plan, settings)
  structure(cv, class = "cv.sgdlasso")
}

# Over the draws: the mean of the means and the root of the mean square of the errors.
mean_statistics <- function(draws) {
  gammas <- stats::setNames(nm = names(draws[[1]]$statistics))
  lapply(gammas, function(gamma) {
    of <- function(what) do.call(rbind, lapply(draws, function(draw) draw$statistics[[gamma]][[what]]))
    list(cvm = colMeans(of("cvm")), cvsd = sqrt(colMeans(of("cvsd")^2)))
  })
}

intervals_of <- function(statistics) {
  with(statistics, list(cvm = cvm, cvsd = cvsd, cvup = cvm + cvsd, cvlo = cvm - cvsd))
}

best_lambdas <- function(lambda, statistics, measure) {
  worse <- if (measure == "auc") -statistics$cvm else statistics$cvm
  least <- which.min(worse) # lambdas fall: the first is the largest
  close <- which(worse <= worse[least] + statistics$cvsd[least])[1]
  if (is.na(close)) close <- least
  index <- matrix(c(least, close), 2, 1, dimnames = list(c("min", "1se"), "Lambda"))
  list(lambda.min = lambda[least], lambda.1se = lambda[close], index = index)
}

kept_predictions <- function(preval, plan, used) {
  whole <- lapply(preval, function(eta) {
    all <- matrix(NA_real_, length(used), ncol(eta), dimnames = dimnames(eta))
    all[used, ] <- eta
    all
  })
  if (is.null(plan$gamma)) whole[["g:1"]] else whole[paste0("g:", plan$gamma)]
}

# The best lambda and gamma together. As in glmnet larger lambdas win ties, then larger gammas.
relaxed_choice <- function(statistics, plan, fit, nzero) {
  gamma <- plan$gamma
  statlist <- lapply(
    statistics[paste0("g:", gamma)],
    function(one) c(list(lambda = fit$lambda), intervals_of(one), list(nzero = nzero))
  )
  grid <- expand.grid(Lambda = seq_along(fit$lambda), Gamma = seq_along(gamma))
  cvm <- unlist(lapply(statlist, function(one) one$cvm), use.names = FALSE)
  cvsd <- unlist(lapply(statlist, function(one) one$cvsd), use.names = FALSE)
  worse <- if (plan$measure == "auc") -cvm else cvm
  first <- function(which) which[order(grid$Lambda[which], -grid$Gamma[which])][1]
  least <- first(which(worse == min(worse, na.rm = TRUE)))
  close <- first(which(worse <= worse[least] + cvsd[least]))
  if (is.na(close)) close <- least
  index <- as.matrix(grid[c(least, close), ])
  rownames(index) <- c("min", "1se")
  lambda <- fit$lambda[index[, 1]]
  list(
    statlist = statlist, gamma = gamma, lambda.min = lambda[1], lambda.1se = lambda[2], gamma.min = gamma[index[1, 2]],
    gamma.1se = gamma[index[2, 2]], nzero.min = nzero[[index[1, 1]]], nzero.1se = nzero[[index[2, 1]]], index = index
  )
}

warn_cv <- function(cv, draws, plan, settings) {
  warn_gap(list(gap = cv$gap), settings, "worst ")
  undefined <- sum(vapply(draws, function(draw) draw$undefined, 0L))
  if (undefined > 0 && all(is.na(cv$cvm))) {
    abort_input("`type.measure` is \"auc\", and no fold holds both classes.", "Use fewer folds, or another measure.")
  }
  if (undefined > 0) {
    warn_class("sgdlasso_warning_fold", sprintf(
      "%d fold(s) hold one class only and say nothing of the area under the curve.", undefined
    ))
  }
  warn_cut(cv, settings)
}

# Smaller lambdas than the path has might be better still. (Where no column may enter it is 0 alone.)
warn_cut <- function(cv, settings) {
  k <- length(cv$lambda)
  cut <- is.null(settings$lambda) && k < settings$nlambda && cv$lambda[k] > 0 && cv$sgdlasso.fit$nulldev > 0
  if (!cut || cv$index["min", 1] < k) return(invisible())
  warn_class("sgdlasso_warning_path", sprintf(
    paste0(
      "The error is smallest at the last lambda, %s: the path stopped there, after %d of %s lambdas. ",
      "Give smaller ones as `lambda`."
    ),
    format(cv$lambda[k], digits = 3), k, format(settings$nlambda)
  ))
}
