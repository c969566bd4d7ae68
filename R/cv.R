#' Choose lambda by cross-validation
#'
#' Fits the path on all rows and, at the same lambdas, on the rows outside each fold, and measures how well each of these predicts
#' the rows inside. Arguments, fields and printed table are those of glmnet's `cv.glmnet()`; the same [set.seed()] draws
#' the same folds. Every lambda is solved in every fold, to `tol`: nothing is interpolated.
#'
#' @section What it costs:
#' For gaussian fits on dense columns, where `solver = "auto"` takes the moments, one pass over the rows gathers the moments of every
#' fold. Those of the rows outside a fold are the sum of the others', and the squared error inside a fold follows from that fold's own:
#' with ten folds the whole costs little more than one fit. Elsewhere each fold is trained on its rows, one after the other or on a
#' `cluster`.
#'
#' @section The measures:
#' `cvm` is the mean over folds of each fold's weighted mean loss, folds weighted by the weight of their rows; `cvsd` its standard
#' error, the weighted standard deviation of the folds' means over the root of the number of folds less one. With `grouped = FALSE`
#' rows take the place of folds. Where folds have fewer than 3 rows on average that is always done, as in glmnet. For binomial fits
#' mean squared and absolute errors count both classes, and probabilities are kept 1e-5 away from 0 and 1 in the deviance, as in
#' glmnet. `"auc"` averages over the folds that hold both classes, with a warning of class `sgdlasso_warning_fold` where some
#' do not.
#'
#' With `repeats` above 1 the folds are drawn anew each time; `cvm` is the mean over draws, and `cvsd` the root of
#' the mean squared standard error: draws share their rows, so more of them do not make the error smaller.
#'
#' @param x,y,formula,data,weights,offset,subset,na.action,contrasts As for [sgdlasso()].
#' @param lambda The lambdas; `NULL` (default) takes those of the fit to all rows.
#' @param type.measure What to measure: `"mse"`, `"deviance"`, `"mae"`, and for binomial `"class"` (share of rows in the wrong class)
#'   and `"auc"` (area under the ROC curve). `"default"` is `"mse"` for gaussian, else `"deviance"`.
#' @param nfolds Number of folds, from 2 to n. Default 10. n leaves out one row at a time.
#' @param foldid The fold of each row, length n, any labels (numbers need not be without gaps). `NULL` (default) draws
#'   `sample(rep(1:nfolds, length = n))`. Under a formula n counts the rows that `na.action` leaves.
#' @param grouped Whether standard errors come from the folds' means (default) or from single rows.
#' @param keep Whether to keep `fit.preval`, the linear predictor of each row by the model that has not seen it. Default `FALSE`.
#' @param repeats How many times to draw folds, default 1. Not with `foldid`.
#' @param relax Whether to choose among relaxed fits too. Default `FALSE`.
#' @param gamma For `relax = TRUE`, the mixtures to choose from, numbers from 0 (relaxed) to 1 (lasso).
#' @param cluster A cluster made by [parallel::makeCluster()] or mirai's `make_cluster()`, whose workers have sgdlasso installed, for
#'   folds that must be trained apart. `NULL` (default): one after the other, each with `threads`. Results are the same.
#' @param ... Further arguments of [sgdlasso()], such as `family`, `alpha`, `standardize`, `penalty.factor`, `solver`, `tol` or
#'   `threads`. An argument that is not known is an error. `seed` governs stochastic solvers, never the folds.
#'
#' @return A list of class `"cv.sgdlasso"`:
#' \item{lambda}{the k lambdas, falling.}
#' \item{cvm, cvsd, cvup, cvlo}{the measure, its standard error, and `cvm` plus and minus that, per lambda.}
#' \item{nzero}{number of nonzero coefficients of the fit to all rows, per lambda.}
#' \item{name}{title of the measure, named by its type.}
#' \item{lambda.min}{the lambda of the best `cvm`, the largest where several tie.}
#' \item{lambda.1se}{the largest lambda whose `cvm` is within one standard error of the best.}
#' \item{index}{where in `lambda` these two stand, a 2 x 1 matrix with rows `min` and `1se`.}
#' \item{sgdlasso.fit}{the fit to all rows; `cv$glmnet.fit` reads it too.}
#' \item{foldid}{the fold of each row; a matrix with a column for each draw if `repeats` is above 1.}
#' \item{grouped}{whether standard errors come from the folds' means.}
#' \item{gap}{the largest relative duality gap among all fits; with `solver = "auto"` at most `tol`, or a warning tells.}
#' \item{folds}{for gaussian, the models of the (first) folds, from which [predict.cv.sgdlasso()] makes intervals.}
#' \item{fold.sums}{sums of the response over the folds, by which intervals check that the rows still stand in their order.}
#' \item{fit.preval}{for `keep = TRUE`, an n x k matrix on the scale of the linear predictor (of the first draw); for `relax = TRUE` a
#'   list of them, one for each gamma.}
#' \item{relaxed}{for `relax = TRUE`, a list: `gamma`, `statlist` (the statistics above for each gamma), `lambda.min`, `lambda.1se`,
#'   `gamma.min`, `gamma.1se`, `nzero.min`, `nzero.1se` and `index`.}
#' \item{call}{the call.}
#'
#' @section Errors:
#' Bad input is an error of class `sgdlasso_error_input`: more folds than rows, a `foldid` of another length, a fold outside which
#' only one class is left. A response that is constant outside a fold gives the null model there.
#' @references
#' Stone, M. (1974). Cross-validatory choice and assessment of statistical predictions. *Journal of the Royal Statistical Society
#' B* 36, 111-147. \doi{10.1111/j.2517-6161.1974.tb00994.x}
#'
#' Hastie, T., Tibshirani, R. and Friedman, J. (2009). *The Elements of Statistical Learning*, section 7.10 (the rule of one standard
#' error). \doi{10.1007/978-0-387-84858-7}
#' @seealso [predict.cv.sgdlasso()], [plot.cv.sgdlasso()], [assess()], `vignette("from-glmnet")`.
#' @examples
#' set.seed(1)
#' cv <- cv.sgdlasso(murder_rate ~ ., data = murder_rates, nfolds = 5)
#' cv
#' coef(cv, s = "lambda.min")
#' @export
cv.sgdlasso <- function(x, ...) {
  if (missing(x) && !any(c("formula", "data") %in% ...names())) {
    abort_input("`x` is missing.", "Start with cv.sgdlasso(x, y) or cv.sgdlasso(formula, data).")
  }
  UseMethod("cv.sgdlasso")
}

#' @rdname cv.sgdlasso
#' @export
cv.sgdlasso.matrix <- function(x, y, weights = NULL, offset = NULL, lambda = NULL, type.measure = "default", nfolds = 10,
                               foldid = NULL, grouped = TRUE, keep = FALSE, repeats = 1, relax = FALSE,
                               gamma = c(0, 0.25, 0.5, 0.75, 1), cluster = NULL, ...) {
  call <- match.call()
  if ("formula" %in% ...names()) return(eval(formula_first(generic_call(call, "cv.sgdlasso")), parent.frame()))
  if (missing(x)) abort_input("`x` is missing.", "Start with cv.sgdlasso(x, y) or cv.sgdlasso(formula, data).")
  repeats <- check_repeats(repeats, foldid)
  folds <- draw_folds(NROW(x), nfolds, foldid, repeats)
  settings <- settings_given(..., lambda = lambda, relax = relax)
  plan <- check_cv_plan(settings, folds, type.measure, grouped, keep, relax, gamma, cluster)
  if (missing(y)) abort_input("`y` is missing.", "It must be the response, one value for each row of x.")
  x <- check_x(x, threads = settings$threads)
  response <- check_response(y, nrow(x), settings$family, check_weights(weights, nrow(x)))
  cross_validate(x, response, check_offset(offset, nrow(x)), settings, plan, call)
}

#' @rdname cv.sgdlasso
#' @export
cv.sgdlasso.data.frame <- cv.sgdlasso.matrix

#' @rdname cv.sgdlasso
#' @export
cv.sgdlasso.Matrix <- cv.sgdlasso.matrix

#' @rdname cv.sgdlasso
#' @export
cv.sgdlasso.formula <- function(formula, data, weights, offset, subset, na.action, contrasts = NULL, lambda = NULL,
                                type.measure = "default", nfolds = 10, foldid = NULL, grouped = TRUE, keep = FALSE, repeats = 1,
                                relax = FALSE, gamma = c(0, 0.25, 0.5, 0.75, 1), cluster = NULL, ...) {
  call <- match.call()
  call$formula <- formula
  repeats <- check_repeats(repeats, foldid)
  settings <- settings_given(..., lambda = lambda, relax = relax)
  if (is_rows(tryCatch(data, error = function(e) NULL))) {
    return(cv_formula_rows(call, data, settings, contrasts, type.measure, nfolds, parent.frame()))
  }
  input <- formula_input(call, settings, contrasts, parent.frame())
  folds <- draw_folds(nrow(input$x), nfolds, foldid, repeats)
  plan <- check_cv_plan(settings, folds, type.measure, grouped, keep, relax, gamma, cluster)
  cv <- cross_validate(input$x, input$response, input$offset, input$settings, plan, input$call)
  cv$sgdlasso.fit[names(input$kept)] <- input$kept
  cv
}

#' @export
cv.sgdlasso.default <- function(x, ...) {
  if (inherits(x, "sgdlasso") || inherits(x, "cv.sgdlasso")) {
    abort_input("`x` is a fit.", "Give the data that it was fitted to: cv.sgdlasso(x, y) or cv.sgdlasso(formula, data).")
  }
  if (is.matrix(x)) {
    call <- match.call()
    cv <- cv.sgdlasso.matrix(unclass(x), ...)
    cv$call <- generic_call(call, "cv.sgdlasso")
    cv$sgdlasso.fit$call <- fit_call(call)
    return(cv)
  }
  check_x(x)
}

# ---- arguments -----------------------------------------------------------------

# Settings of sgdlasso(), its own defaults where nothing is given.
settings_given <- function(...) {
  given <- list(...)
  if (length(given) && !all(nzchar(names(given) %||% ""))) check_dots_empty(..., known = character())
  known <- names(formals(check_settings))
  unknown <- setdiff(names(given), known)
  own <- setdiff(names(formals(cv.sgdlasso.matrix)), "...")
  if (length(unknown)) do.call(check_dots_empty, c(given[unknown], list(known = c(own, known))))
  settings <- lapply(formals(sgdlasso.matrix)[known], eval)
  settings[names(given)] <- given
  result <- do.call(check_settings, settings)
  result$tol_given <- "tol" %in% names(given)
  result
}

check_repeats <- function(repeats, foldid) {
  repeats <- check_number(repeats, "repeats", least = 1, whole = TRUE)
  if (repeats > 1 && !is.null(foldid)) {
    abort_input("`repeats` is {repeats}, and `foldid` is given.", "Folds of yours are not drawn again.")
  }
  repeats
}

check_cv_plan <- function(settings, folds, type.measure, grouped, keep, relax, gamma, cluster) {
  if (settings$solver$name == "nudge") {
    abort_input("`solver` is solver_nudge(), whose penalty is the nudge.", "There is no lambda to choose; use another solver.")
  }
  if (!is.null(cluster) && !inherits(cluster, "cluster")) {
    abort_input("`cluster` is {describe(cluster)}.", "It must be made by parallel::makeCluster() or mirai::make_cluster().")
  }
  list(
    folds = folds, measure = check_measure(type.measure, settings$family), family = settings$family,
    grouped = check_flag(grouped, "grouped"), keep = check_flag(keep, "keep"), cluster = cluster,
    gamma = if (check_flag(relax, "relax")) check_gammas(gamma)
  )
}

check_gammas <- function(gamma) {
  if (!is.numeric(gamma) || length(gamma) == 0 || anyNA(gamma) || any(gamma < 0 | gamma > 1)) {
    abort_input("`gamma` is {describe(gamma)}.", "It must be numbers from 0, the relaxed fit, to 1, the lasso.")
  }
  sort(unique(gamma))
}

# The call of the fit to all rows.
fit_call <- function(call) {
  own <- c("type.measure", "nfolds", "foldid", "grouped", "keep", "repeats", "gamma", "cluster")
  generic_call(call[!names(call) %in% own])
}

# ---- from checked input to the result --------------------------------------------

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

# For each draw of folds the models, their gaps and the statistics for each gamma; the result for all rows is that of the first.
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
  statistics <- mean_statistics(draws)
  lasso <- statistics[["g:1"]]
  nzero <- stats::setNames(fit$df, names(fit$a0))
  name <- stats::setNames(measure_title(plan$measure, plan$family), plan$measure)
  gap <- max(fit$gap, unlist(lapply(draws, function(draw) lapply(draw$models, function(model) model$gap))))
  cv <- c(
    list(lambda = fit$lambda), intervals_of(lasso), list(nzero = nzero, call = generic_call(call, "cv.sgdlasso"), name = name),
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
  statlist <- lapply(statistics[paste0("g:", gamma)], function(one) c(list(lambda = fit$lambda), intervals_of(one), list(nzero = nzero)))
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
    warn_class("sgdlasso_warning_fold", sprintf("%d fold(s) hold one class only and say nothing of the area under the curve.", undefined))
  }
}

# ---- reading it ------------------------------------------------------------------

#' @export
`$.cv.sgdlasso` <- function(x, name) .subset2(x, if (identical(name, "glmnet.fit")) "sgdlasso.fit" else name)

#' @export
`[[.cv.sgdlasso` <- function(x, i, ...) .subset2(x, if (identical(i, "glmnet.fit")) "sgdlasso.fit" else i)
