#' Select columns that random halves of the rows agree on
#'
#' Stability selection with complementary pairs (Meinshausen and Buehlmann 2010; Shah and Samworth 2013): the path of a
#' fit is solved on many random halves of its rows, and the columns are selected that enter early on most of them. Use
#' it to tell which columns matter, with a bound on how many are selected by chance; [cv.sgdlasso()] chooses for
#' prediction, and selects more.
#'
#' @section How columns are selected:
#' Each of `B` times the rows with positive weight are split at random into two halves (of an odd number one row is left
#' out). On each half the path is solved as `fit` was, to its `tol`: same family, `alpha`, weights, offset, penalty
#' factors, limits, standardisation (by the half's own deviations) and solver (`"auto"` chooses for the half; of many
#' columns few are selected sooner by a fit with `solver_exact("working_set")`). Lambdas are the same for all halves: a
#' geometric grid from the largest lambda at which any half selects a column. A half selects the columns that have
#' entered (were nonzero at that or a larger lambda) before more than `q` have. The selection probability of a column is
#' the share of the 2 `B` halves that select it; those of at least `cutoff` are selected.
#'
#' Columns without a penalty are always in the model: they do not count, and their probability is `NA`. Columns of
#' factors are selected one by one.
#'
#' @section The bound:
#' With p columns that can be selected, call those of *low selection probability* that half of the rows select with
#' probability at most q/p, no more than a choice by chance. On average at most `PFER` (per-family error rate) of these
#' are selected:
#'
#' * `assumption = "none"`: PFER = q^2 / ((2 cutoff - 1) p), whatever the data (Shah and Samworth 2013, theorem 1).
#'   Where noise columns are exchangeable and selected no more often than by chance, this bounds the number of noise
#'   columns selected (Meinshausen and Buehlmann 2010, theorem 1).
#' * `"unimodal"`: about half of that at cutoff 0.75, less at larger ones, where the share of pairs of which both halves
#'   select a column of low selection probability has a unimodal distribution (theorem 2). For q/p up to 0.577.
#' * `"r-concave"`: less again, where these shares are -1/2-concave and the selection probabilities -1/4-concave
#'   (section 3.3). Package stabs tells a few percent less where the cutoff is large: its search stops short of the law
#'   that has the largest tail.
#'
#' The bounds are for a cutoff and a q that were fixed before looking at the result.
#'
#' @param fit A fit by [sgdlasso()] with a certified solver (`"auto"`, `"exact"` or `"saga"`), or a result of
#'   [cv.sgdlasso()], which answers for its fit. Its lambdas are not used.
#' @param B Number of complementary pairs, at least 2. Default 50, which makes 100 halves.
#' @param cutoff The selection probability from which a column is selected, above 0.5 and at most 1; 0.6 to 0.9 are
#'   usual. As probabilities are multiples of 1 / (2 `B`), the bound is that of the next multiple.
#' @param q The number of columns that a half selects at most.
#' @param PFER The bound wanted: the number of columns of low selection probability that are selected on average at
#'   most. Two of `cutoff`, `q` and `PFER` make the third: the largest q, or the smallest cutoff, that keeps the bound.
#'   Where fewer are given `cutoff` is 0.75 and, without `q` too, `PFER` is 1.
#' @param assumption `"none"` (default), `"unimodal"` or `"r-concave"`, see below.
#' @param nlambda,lambda.min.ratio Number of lambdas of the grid, at least 2, default 100; and the smallest as a share
#'   of the largest, default 0.01. Halves stop where they have selected.
#' @param seed A whole number from 0 to 2^31 - 1, from which the halves are drawn. `NULL` (default) draws one from R's
#'   generator, so that [set.seed()] governs. The result keeps it.
#' @param threads Number of threads for each half, as for [sgdlasso()].
#' @param progress Whether to show a progress bar in long training. Default: in interactive use.
#' @param x,y,weights,offset,data The rows of training: `x`, `y`, `weights` and `offset`, or for fits of a formula
#'   `data`; without them the fit finds them as for [fitted()][fitted.sgdlasso].
#' @param ... Nothing; an argument that is not known is an error.
#' @return `stability()`: an object of class `"sgdlasso_stability"`, a list:
#' \item{probability}{the selection probability of each column, named. `NA` for columns without a penalty.}
#' \item{selected}{numbers of the selected columns, named.}
#' \item{path}{the stability path, a dgCMatrix with a row for each column and a column for each lambda: the share of
#'   halves in which the column has entered by that lambda. Its last column, the largest, is `probability`.}
#' \item{lambda}{the lambdas of the path, falling, down to the last that any half needed.}
#' \item{cutoff, q, PFER, assumption}{the parameters; `PFER` is the bound that holds.}
#' \item{p}{number of columns that can be selected: not constant, not excluded, with a penalty.}
#' \item{B, seed}{number of pairs, and the seed of the halves.}
#' \item{sizes}{the number of columns that each half selects.}
#' \item{gap, converged}{the largest relative duality gap of all fits, and whether all are at most `tol`.}
#' \item{call}{the call.}
#' @section Errors: Rows that cannot be found, solvers without a certificate, a half with one class only, `alpha = 0`
#' and a bound that cannot be kept: class `sgdlasso_error_input`. Where fits of halves end with a larger gap than `tol`
#' a warning of class `sgdlasso_warning_gap` tells how many.
#' @references
#' Meinshausen, N. and Buehlmann, P. (2010). Stability selection. *Journal of the Royal Statistical Society B* 72,
#' 417-473. \doi{10.1111/j.1467-9868.2010.00740.x}
#'
#' Shah, R. D. and Samworth, R. J. (2013). Variable selection with error control: another look at stability selection.
#' *Journal of the Royal Statistical Society B* 75, 55-80. \doi{10.1111/j.1467-9868.2011.01034.x}
#' @seealso [plot.sgdlasso_stability()], [importance()].
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates)
#' stable <- stability(fit, q = 2, seed = 1)
#' stable
#' stable$probability
#'
#' # 3 of 100 columns matter; on average at most one other is selected
#' set.seed(1)
#' x <- matrix(rnorm(20000), 200)
#' y <- x[, 1] + x[, 2] - x[, 3] + rnorm(200)
#' stability(sgdlasso(x, y), PFER = 1, B = 25, x = x, y = y)
#' @export
stability <- function(fit, ...) UseMethod("stability")

#' @rdname stability
#' @export
stability.sgdlasso <- function(fit, B = 50, cutoff = NULL, q = NULL, PFER = NULL, assumption = "none", seed = NULL,
                               threads = 1, nlambda = 100, lambda.min.ratio = 0.01, progress = interactive(), x, y,
                               weights = NULL, offset = NULL, data, ...) {
  check_dots_empty(..., known = names(formals(stability.sgdlasso)))
  check_selects(check_fit(fit, "fit"))
  B <- check_number(B, "B", least = 2, most = 1e6, whole = TRUE)
  candidates <- selectable_columns(fit)
  parameters <- stability_parameters(
    cutoff, q, PFER, sum(candidates), B, check_choice(assumption, bound_assumptions, "assumption")
  )
  grid <- list(
    nlambda = check_number(nlambda, "nlambda", least = 2, most = 1e5, whole = TRUE),
    ratio = check_number(lambda.min.ratio, "lambda.min.ratio", least = 0, most = 1, open = TRUE)
  )
  threads <- check_threads(threads)
  seed <- check_halves_seed(seed)
  progress <- progress_bar(check_flag(progress, "progress"), "Fitting halves")
  on.exit(progress$done())
  rows <- core_rows(training_rows_given(fit, x, y, weights, offset, data, parent.frame()))
  settings <- settings_of(fit, NULL)
  settings$threads <- threads
  halves <- fit_halves(rows, settings, candidates, parameters$q, B, seed, grid, progress)
  warn_halves(halves, fit$tol)
  new_stability(fit, halves, parameters, assumption, candidates, B, seed, match.call())
}

#' @rdname stability
#' @export
stability.cv.sgdlasso <- function(fit, ...) {
  call <- match.call()
  result <- do.call(stability, list(fit$sgdlasso.fit, ...), quote = TRUE, envir = parent.frame())
  result$call <- generic_call(call, "stability")
  result
}

# ---- what is asked -----------------------------------------------------------------

check_selects <- function(fit) {
  if (!is_certified(fit$solver)) {
    abort_input(
      "`fit` was trained by \"{fit$solver$name}\", which does not go on to the optimum.",
      "Fit with solver = \"auto\": what enters a path is then known."
    )
  }
  if (fit$alpha == 0) abort_input("`fit` has alpha 0, and ridge regression selects no column.", "Fit with alpha = 1.")
  if (isTRUE(fit$nulldev == 0)) abort_input("The response of `fit` is constant.", "There is nothing to select.")
}

# Columns that a path can leave out or take in.
selectable_columns <- function(fit) {
  factor <- fit$penalty.factor %||% rep(1, fit$dim[1])
  held <- (fit$lower.limits %||% -Inf) == 0 & (fit$upper.limits %||% Inf) == 0
  candidates <- factor > 0 & is.finite(factor) & fit$x.sd > 0 & !held
  if (!any(candidates)) abort_input("`fit` has no column with a penalty that is not constant.", "Nothing to select.")
  candidates
}

check_halves_seed <- function(seed) {
  if (is.null(seed)) return(floor(stats::runif(1, 0, 2^31)))
  check_number(seed, "seed", least = 0, most = 2^31 - 1, whole = TRUE)
}

# The rows of training, as given or found again.
training_rows_given <- function(fit, x, y, weights, offset, data, envir) {
  rows <- given_rows(fit, x, y, weights, offset, data, envir)
  check_training_data(fit, rows, "Their halves are selected on.")
  if (fit$nobs < 4) abort_input("`fit` has {fit$nobs} row{?s}.", "Halves need at least 4 in all.")
  rows
}

# ---- halves --------------------------------------------------------------------------

# A list of what visit() makes of each half, both halves of a pair one after the other; visit() draws no numbers.
visit_halves <- function(rows, B, seed, visit) {
  size <- length(rows$y) %/% 2
  pairs <- with_seed(seed, lapply(seq_len(B), function(pair) {
    drawn <- sample.int(length(rows$y), 2 * size)
    list(visit(rows_at(rows, sort(drawn[seq_len(size)]))), visit(rows_at(rows, sort(drawn[-seq_len(size)]))))
  }))
  unlist(pairs, recursive = FALSE)
}

# Evaluates code that draws from this seed, whatever generator is set; R's own state stays as it was.
with_seed <- function(seed, code) {
  kept <- globalenv()[[".Random.seed"]]
  on.exit(if (is.null(kept)) {
    rm(".Random.seed", envir = globalenv())
  } else {
    assign(".Random.seed", kept, envir = globalenv())
  })
  set.seed(seed, "Mersenne-Twister", "Inversion", "Rejection")
  code
}

# For each half what it selects, its worst gap and how many lambdas it took; and the lambdas.
fit_halves <- function(rows, settings, candidates, q, B, seed, grid, progress) {
  largest <- visit_halves(rows, B, seed, function(half) {
    check_half(half, settings$family)
    largest_lambda(half, settings)
  })
  top <- max(unlist(largest))
  settings$lambda <- top * grid$ratio^seq(0, 1, length.out = grid$nlambda)
  settings$dfmax <- q + sum(settings$penalty.factor == 0)
  done <- 0
  halves <- visit_halves(rows, B, seed, function(half) {
    settings$solver <- solver_of_half(settings$solver, half, settings$family)
    result <- train(half, settings)
    done <<- done + 1
    if (!is.null(progress$update)) progress$update(done / (2 * B))
    c(entries(result, candidates, q), list(gap = max(result$gap), fitted = length(result$lambda)))
  })
  list(each = halves, lambda = settings$lambda)
}

check_half <- function(half, family) {
  if (family == "binomial" && !(any(half$y > 0) && any(half$y < 1))) {
    abort_input(
      "`y` has one class only in one of the halves, where nothing can be trained.",
      "Stability selection needs more rows of the rarer class."
    )
  }
  if (family == "poisson" && all(half$y == 0)) {
    abort_input(
      "`y` is 0 in all rows of one of the halves, where nothing can be trained.",
      "Stability selection needs more rows with counts."
    )
  }
}

# The smallest lambda at which nothing is selected. The working set finds it by one look at the columns.
largest_lambda <- function(half, settings) {
  settings$solver <- solver_exact("working_set")
  train(half, settings)$lambda[1]
}

# As sgdlasso() would choose for these rows.
solver_of_half <- function(solver, half, family) {
  if (solver$name != "exact" || identical(solver$why, "as asked")) return(solver_in_memory(solver, half$x, family))
  choose_solver(solver_exact(), half$x, family)
}

# The columns that enter before more than q have, and the number of the lambda at which they do. (Coefficients lie
# lambda by lambda.)
entries <- function(result, candidates, q) {
  step <- rep(seq_along(result$lambda), diff(result$beta$p))
  column <- result$beta$i + 1L
  taken <- result$beta$x != 0 & candidates[column]
  step <- step[taken]
  column <- column[taken]
  first <- !duplicated(column)
  step <- step[first]
  column <- column[first]
  early <- if (length(step) > q) step < step[q + 1] else rep(TRUE, length(step))
  list(column = column[early], step = step[early])
}

warn_halves <- function(halves, tol) {
  gaps <- vapply(halves$each, function(half) half$gap, 0)
  wide <- !within_tol(gaps, tol)
  if (!any(wide)) return(invisible())
  warn_class("sgdlasso_warning_gap", sprintf(
    "%d of %d fits of halves have a relative duality gap of up to %s, `tol` is %s. %s", sum(wide), length(gaps),
    format(max(gaps), digits = 2), format(tol), "Rounding, or `maxpasses`, ended training before."
  ))
}

# ---- the result ----------------------------------------------------------------------

new_stability <- function(fit, halves, parameters, assumption, candidates, B, seed, call) {
  of_all <- function(what) unlist(lapply(halves$each, function(half) half[[what]]))
  lambda <- halves$lambda[seq_len(max(of_all("fitted")))]
  columns <- rownames(fit$beta)
  path <- stability_path(of_all("column"), of_all("step"), 2 * B, columns, length(lambda))
  probability <- stats::setNames(path[, length(lambda)], columns)
  selected <- which(probability >= votes_of(parameters$cutoff, B) / (2 * B))
  probability[(fit$penalty.factor %||% rep(1, length(columns))) == 0] <- NA
  gap <- max(of_all("gap"))
  structure(
    c(
      list(probability = probability, selected = selected, path = path, lambda = lambda), parameters,
      list(
        assumption = assumption, p = sum(candidates), B = B, seed = seed,
        sizes = vapply(halves$each, function(half) length(half$column), 0L),
        gap = gap, converged = within_tol(gap, fit$tol), call = generic_call(call, "stability")
      )
    ),
    class = "sgdlasso_stability"
  )
}

# The share of the halves in which each column has entered by each lambda.
stability_path <- function(column, step, halves, names, steps) {
  entered <- Matrix::sparseMatrix(column, step, x = 1, dims = c(length(names), steps))
  ever <- sort(unique(column))
  share <- as.matrix(entered[ever, , drop = FALSE]) %*% upper.tri(diag(steps), diag = TRUE) / halves
  path <- Matrix::sparseMatrix(
    rep(ever, steps), rep(seq_len(steps), each = length(ever)), x = as.vector(share), dims = c(length(names), steps)
  )
  path <- methods::as(Matrix::drop0(path), "CsparseMatrix")
  dimnames(path) <- list(names, paste0("s", seq_len(steps) - 1L))
  path
}
