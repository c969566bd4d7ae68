#' Choose lambda by cross-validation
#'
#' Fits the path on all rows and, at the same lambdas, on the rows outside each fold, and measures how well each of
#' these predicts the rows inside. Arguments, fields and printed table are those of glmnet's `cv.glmnet()`; the same
#' [set.seed()] draws the same folds. Every lambda is solved in every fold, to `tol`: nothing is interpolated.
#'
#' @section How folds are drawn:
#' With `strata`, rows of a stratum are dealt to the folds in turn, in random order: the numbers of its rows in two
#' folds differ by at most one, and so do the numbers of rows in all. A factor, text and logicals name strata, and so do
#' numbers of at most 10 different values; what is missing is a stratum of its own. Other numbers, dates and times are
#' put into bins by their quantiles: four bins as in package rsample, or fewer, so that each holds a row for every fold
#' (n / `nfolds` bins, one at least); equal values are in one bin. Rows of weight 0 are dealt last, and count as none.
#'
#' With `groups`, all rows of a group are in one fold. The largest groups come first, each to the fold with the fewest
#' rows so far; which of equal groups comes first is left to chance. With both, every group must be of one stratum, and
#' goes to the fold with the fewest rows of that stratum, then with the fewest rows in all.
#'
#' As for `nfolds`, folds are drawn from R's generator, and [update()][update.cv.sgdlasso] draws them anew.
#'
#' @section What it costs:
#' For gaussian fits on dense columns, where `solver = "auto"` takes the moments, one pass over the rows gathers the
#' moments of every fold. Those of the rows outside a fold are the sum of the others', and the squared error inside a
#' fold follows from that fold's own: with ten folds the whole costs little more than one fit. Elsewhere each fold is
#' trained on its rows, one after the other or on a `cluster`. So it is where `penalty.factor` or `exclude` is a
#' function.
#'
#' @section The measures:
#' `cvm` is the mean over folds of each fold's weighted mean loss, folds weighted by the weight of their rows; `cvsd`
#' its standard error, the weighted standard deviation of the folds' means over the root of the number of folds less
#' one. With `grouped = FALSE` rows take the place of folds. Where folds have fewer than 3 rows on average that is
#' always done, as in glmnet. For binomial fits mean squared and absolute errors count both classes, and probabilities
#' are kept 1e-5 away from 0 and 1 in the deviance, as in glmnet. `"auc"` averages over the folds that hold both
#' classes, with a warning of class `sgdlasso_warning_fold` where some do not.
#'
#' With `repeats` above 1 the folds are drawn anew each time; `cvm` is the mean over draws, and `cvsd` the root of
#' the mean squared standard error: draws share their rows, so more of them do not make the error smaller.
#'
#' @param x,y,formula,data,weights,offset,subset,na.action,contrasts,xlev,model As for [sgdlasso()].
#' @param lambda The lambdas; `NULL` (default) takes those of the fit to all rows.
#' @param type.measure What to measure: `"mse"`, `"deviance"`, `"mae"`, and for binomial `"class"` (share of rows in the
#'   wrong class) and `"auc"` (area under the ROC curve). `"default"` is `"mse"` for gaussian, else `"deviance"`.
#' @param nfolds Number of folds, from 2 to n. Default 10. n leaves out one row at a time.
#' @param foldid The fold of each row, length n, any labels (numbers need not be without gaps). `NULL` (default) draws
#'   `sample(rep(1:nfolds, length = n))`. In a formula call it is evaluated in `data` and then the formula's
#'   environment, as `weights` are, and has one label for each row of `data`: `subset` and `na.action` pick from them as
#'   from the rows. Where these take rows away, one label for each row that stays will do too. A set of resamples of
#'   package rsample that assesses each row once, as `vfold_cv()` without repeats and `group_vfold_cv()` make them, is
#'   taken as well.
#' @param strata What folds should have equal shares of, one value for each row: labels, or numbers to be binned; see
#'   below. `NULL` (default): no strata. In a formula call it is evaluated in `data`, as `foldid` is. Not with `foldid`.
#' @param groups Labels of rows that must stay together in one fold, one for each row, none missing, and at least as
#'   many different ones as folds. `NULL` (default): no groups. In a formula call it is evaluated in `data`, as `foldid`
#'   is. Not with `foldid`.
#' @param grouped Whether standard errors come from the folds' means (default) or from single rows.
#' @param keep Whether to keep `fit.preval`, the linear predictor of each row by the model that has not seen it. Default
#'   `FALSE`.
#' @param repeats How many times to draw folds, default 1, within strata and by groups too. Not with `foldid`.
#' @param relax Whether to choose among relaxed fits too. Default `FALSE`.
#' @param gamma For `relax = TRUE`, the mixtures to choose from, numbers from 0 (relaxed) to 1 (lasso).
#' @param cluster A cluster made by [parallel::makeCluster()] or mirai's `make_cluster()`, whose workers have sgdlasso
#'   installed, for folds that must be trained apart. `NULL` (default): one after the other, each with `threads`.
#'   Results are the same.
#' @param ... Further arguments of [sgdlasso()], such as `family`, `alpha`, `standardize`, `penalty.factor`, `solver`,
#'   `tol` or `threads`. An argument that is not known is an error. `seed` governs stochastic solvers, never the folds.
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
#' \item{seed}{for row sources, the seed that the folds were drawn by.}
#' \item{foldid}{the fold of each row; a matrix with a column for each draw if `repeats` is above 1.}
#' \item{grouped}{whether standard errors come from the folds' means.}
#' \item{gap}{the largest relative duality gap among all fits; with `solver = "auto"` at most `tol`, or a warning
#'   tells.}
#' \item{folds}{for gaussian, the models of the (first) folds, from which [predict.cv.sgdlasso()] makes intervals.}
#' \item{fold.sums}{sums of the response over the folds, by which intervals check that the rows still stand in their
#'   order.}
#' \item{fit.preval}{for `keep = TRUE`, an n x k matrix on the scale of the linear predictor (of the first draw); for
#'   `relax = TRUE` a list of them, one for each gamma.}
#' \item{relaxed}{for `relax = TRUE`, a list: `gamma`, `statlist` (the statistics above for each gamma), `lambda.min`,
#'   `lambda.1se`, `gamma.min`, `gamma.1se`, `nzero.min`, `nzero.1se` and `index`.}
#' \item{call}{the call.}
#'
#' @section Errors:
#' Bad input is an error of class `sgdlasso_error_input`: more folds than rows or than groups, a `foldid` of another
#' length, resamples that do not assess each row once, a group of several strata, a fold outside which only one class is
#' left. So are `foldid`, `strata` and `groups` on row sources, where the fold of a row is drawn before others are
#' known, and `keep.moments` elsewhere. A response that is constant outside a fold gives the null model there. Where an
#' automatic path stopped before its `nlambda` and the smallest error is at its last lambda, a warning of class
#' `sgdlasso_warning_path` says so: smaller lambdas may be better.
#' @references
#' Stone, M. (1974). Cross-validatory choice and assessment of statistical predictions. *Journal of the Royal
#' Statistical Society B* 36, 111-147. \doi{10.1111/j.2517-6161.1974.tb00994.x}
#'
#' Hastie, T., Tibshirani, R. and Friedman, J. (2009). *The Elements of Statistical Learning*, section 7.10 (the rule of
#' one standard error). \doi{10.1007/978-0-387-84858-7}
#' @seealso [predict.cv.sgdlasso()], [plot.cv.sgdlasso()], [assess()], `vignette("from-glmnet")`.
#' @examples
#' set.seed(1)
#' cv <- cv.sgdlasso(murder_rate ~ ., data = murder_rates, nfolds = 5)
#' cv
#' coef(cv, s = "lambda.min")
#'
#' # equal shares of each number of cylinders in every fold; cars of as many gears stay together
#' cv.sgdlasso(mpg ~ ., data = datasets::mtcars, nfolds = 5, strata = cyl)
#' cv.sgdlasso(mpg ~ ., data = datasets::mtcars, nfolds = 3, groups = gear)
#' @export
cv.sgdlasso <- function(x, ...) {
  if (missing(x) && !any(c("formula", "data") %in% ...names())) {
    abort_input("`x` is missing.", "Start with cv.sgdlasso(x, y) or cv.sgdlasso(formula, data).")
  }
  UseMethod("cv.sgdlasso")
}

#' @rdname cv.sgdlasso
#' @export
cv.sgdlasso.matrix <- function(x, y, weights = NULL, offset = NULL, lambda = NULL, type.measure = "default",
                               nfolds = 10, foldid = NULL, grouped = TRUE, keep = FALSE, repeats = 1, relax = FALSE,
                               gamma = c(0, 0.25, 0.5, 0.75, 1), cluster = NULL, ..., strata = NULL, groups = NULL) {
  call <- match.call()
  if ("formula" %in% ...names()) return(eval(formula_first(generic_call(call, "cv.sgdlasso")), parent.frame()))
  if (missing(x)) abort_input("`x` is missing.", "Start with cv.sgdlasso(x, y) or cv.sgdlasso(formula, data).")
  repeats <- check_repeats(repeats, foldid)
  settings <- settings_given(..., lambda = lambda, relax = relax)
  plan <- check_cv_plan(settings, type.measure, grouped, keep, relax, gamma, cluster)
  if (missing(y)) abort_input("`y` is missing.", "It must be the response, one value for each row of x.")
  x <- check_x(x, threads = settings$threads)
  response <- check_response(y, nrow(x), settings$family, check_weights(weights, nrow(x)))
  plan$folds <- draw_folds(nrow(x), nfolds, fold_labels(foldid), repeats, strata, groups, response$weights)
  cross_validate(x, response, check_offset(offset, nrow(x)), settings, plan, call)
}

#' @rdname cv.sgdlasso
#' @usage NULL
#' @export
cv.sgdlasso.data.frame <- cv.sgdlasso.matrix

#' @rdname cv.sgdlasso
#' @usage NULL
#' @export
cv.sgdlasso.Matrix <- cv.sgdlasso.matrix

#' @rdname cv.sgdlasso
#' @export
cv.sgdlasso.formula <- function(formula, data, weights, offset, subset, na.action, contrasts = NULL, lambda = NULL,
                                type.measure = "default", nfolds = 10, foldid = NULL, grouped = TRUE, keep = FALSE,
                                repeats = 1, relax = FALSE, gamma = c(0, 0.25, 0.5, 0.75, 1), cluster = NULL,
                                xlev = NULL, model = TRUE, ..., strata = NULL, groups = NULL) {
  call <- match.call()
  call$formula <- formula
  data <- if (!missing(data)) formula_data(data)
  envir <- environment(formula) %||% parent.frame()
  given <- if (is_rows(data)) {
    list(foldid = foldid)
  } else {
    # not those of the call, which are ..1 and so on where a function hands on its own
    given <- list(foldid = substitute(foldid), strata = substitute(strata), groups = substitute(groups))
    lapply(eval_arguments(given, data, envir), fold_labels)
  }
  repeats <- check_repeats(repeats, given$foldid)
  settings <- settings_given(..., lambda = lambda, relax = relax)
  if (is_rows(data)) {
    check_rows_options(foldid, grouped, keep, repeats, cluster, strata = call[["strata"]], groups = call[["groups"]])
    return(cv_formula_rows(
      call, data, settings, list(contrasts = contrasts, xlev = xlev), type.measure, nfolds, parent.frame()
    ))
  }
  if (!is.null(xlev)) abort_xlev()
  once <- call
  chosen <- list(subset = if (!missing(subset)) substitute(subset))
  once$subset <- subset <- plain_numbers(eval_arguments(chosen, data, envir)$subset, "subset") # which may be by chance
  input <- formula_input(once, data, settings, contrasts, model, parent.frame(), in_folds = TRUE)
  input$call$subset <- call$subset
  plan <- check_cv_plan(settings, type.measure, grouped, keep, relax, gamma, cluster)
  given <- for_rows_that_stay(given, formula, data, envir, subset, input$kept$na.action)
  plan$folds <- draw_folds(
    nrow(input$x), nfolds, given$foldid, repeats, given$strata, given$groups, input$response$weights
  )
  cv <- cross_validate(input$x, input$response, input$offset, input$settings, plan, input$call)
  cv$sgdlasso.fit[names(input$kept)] <- input$kept
  cv
}

#' @export
cv.sgdlasso.default <- function(x, ...) {
  if (inherits(x, "sgdlasso") || inherits(x, "cv.sgdlasso")) {
    abort_input(
      "`x` is a fit.",
      "Give the data that it was fitted to: cv.sgdlasso(x, y) or cv.sgdlasso(formula, data)."
    )
  }
  if (is.matrix(x)) {
    call <- match.call()
    cv <- cv.sgdlasso.matrix(unclass(plain_numbers(x, "x")), ...)
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
  if (length(unknown)) do.call(check_dots_empty, c(given[unknown], list(known = setdiff(c(own, known), unknown))))
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

check_cv_plan <- function(settings, type.measure, grouped, keep, relax, gamma, cluster) {
  if (settings$solver$name == "nudge") {
    abort_input(
      "`solver` is solver_nudge(), whose penalty is the nudge.",
      "There is no lambda to choose; use another solver."
    )
  }
  if (isTRUE(settings$keep.moments)) {
    abort_input("`keep.moments` is TRUE, and rows are in memory.", "sgdlasso() keeps the moments of such.")
  }
  if (!is.null(cluster) && !inherits(cluster, "cluster")) {
    abort_input(
      "`cluster` is {describe(cluster)}.",
      "It must be made by parallel::makeCluster() or mirai::make_cluster()."
    )
  }
  list(
    measure = check_measure(type.measure, settings$family), family = settings$family,
    grouped = check_flag(grouped, "grouped"), keep = check_flag(keep, "keep"), cluster = cluster,
    gamma = if (check_flag(relax, "relax")) sort(unique(check_gammas(gamma)))
  )
}

check_gammas <- function(gamma) {
  if (!is.numeric(gamma) || length(gamma) == 0 || anyNA(gamma) || any(gamma < 0 | gamma > 1)) {
    abort_input("`gamma` is {describe(gamma)}.", "It must be numbers from 0, the relaxed fit, to 1, the lasso.")
  }
  gamma
}

# The call of the fit to all rows.
fit_call <- function(call) {
  own <- c("type.measure", "nfolds", "foldid", "strata", "groups", "grouped", "keep", "repeats", "gamma", "cluster")
  generic_call(call[!names(call) %in% own])
}

# ---- reading it ------------------------------------------------------------------

#' @export
`$.cv.sgdlasso` <- function(x, name) .subset2(x, if (identical(name, "glmnet.fit")) "sgdlasso.fit" else name)

#' @export
`[[.cv.sgdlasso` <- function(x, i, ...) .subset2(x, if (identical(i, "glmnet.fit")) "sgdlasso.fit" else i)
