#' Choose how the lasso is trained
#'
#' A solver is a small list of settings made by one of these constructors, which are the only place that holds defaults.
#' Give it to [sgdlasso()] as `solver`; most people need none, because `"auto"` chooses. A bare string, such as `solver
#' = "sgd"`, stands for the constructor's defaults; `"auto"` is `solver_exact()`.
#'
#' @section The exact solver:
#' `solver_exact()` goes on until the duality gap is at most `tol` ([optimality()] defines it). Method `"moments"`
#' (dense columns, gaussian) gathers means and cross-products of all columns in one pass, by the pairwise update of
#' Chan, Golub and LeVeque, and solves the whole path from these in the same way as below. Method `"working_set"` (any
#' data) solves up to 16 neighbouring lambdas side by side on the columns that they seem to need (the working set),
#' takes the slopes of all columns at all these lambdas in one pass, computes their gaps, adds the columns that were
#' missing, and repeats. On the working set it solves for the nonzeros directly: an active set (Osborne, Presnell and
#' Turlach), whose Cholesky factor is updated as coefficients enter and leave from lambda to lambda, with coordinate
#' descent and Anderson extrapolation (Bertrand and Massias) where that is not enough; for binomial and poisson it takes
#' proximal Newton steps, the lambdas of a batch sharing one Hessian (Lee, Sun and Saunders). Beyond 5,000 working
#' columns, 1,000 of sparse data, it descends on the residuals of eight lambdas side by side instead. `"auto"` (default)
#' takes the moments where there are at most 1,500 columns and at least twice as many rows. Method `"passes"` is for
#' [row sources][as_rows]: a pass of the adaptive rule below, for all lambdas at once, names the columns that matter;
#' the next one gathers their cross-products (outside gaussian those weighted by the curvature of the loss, up to four
#' neighbouring lambdas sharing one), from which the models are solved (or take a proximal Newton step); and it and each
#' later one tells the slopes of all columns at all models: the certificate, and which columns were missing.
#'
#' @section SAGA:
#' `solver_saga()` keeps the last slope of every row, so that its steps need not fall (Defazio, Bach and
#' Lacoste-Julien). Dense rows are taken in blocks of 64, each one step, on a row-major copy of x; sparse rows one by
#' one, where a coefficient that a row does not read waits with its steps until one does. Blocks are reshuffled each
#' epoch. A step that raises the objective is undone and its size divided by four, which is how it finds its step for
#' poisson. It certifies itself after 3, 5, 8, 13, ... epochs and stops when the gap is at most `tol`; after `epochs` of
#' them the exact solver goes on from its coefficients. The trace shows the step size as `rate`, and `NA` for the exact
#' solver's finish. It pays where rows and columns are many, lambdas few and supports large; elsewhere the exact solver
#' is faster.
#'
#' @section The textbook trainer:
#' `solver_nudge()` goes through the rows in a new random order each epoch. For each row, with prediction `eta`, it
#' moves every coefficient by `rate * x_j * (y - mu(eta))` and the intercept by `rate * (y - mu(eta))`; then every
#' coefficient, and the intercept if `penalize_intercept`, takes a step of size `nudge` towards zero: minus if positive,
#' plus if negative, nothing at zero. The step may cross zero, so a coefficient never stays at an exact zero. The
#' penalty is the nudge itself: `lambda` must not be given, and the fit's `lambda` is the one of the objective it walks
#' on, `nudge / rate` for `every = "sample"` and `nudge / (n * rate)` for `every = "epoch"`. For `alpha < 1` the step is
#' `nudge * (alpha + (1 - alpha) |b_j| / d)`, with the d of [sgdlasso()]; each
#' column's step is multiplied by its penalty factor. Weights multiply the gradient step, not the nudge.
#'
#' @section Stochastic gradient descent:
#' `solver_sgd()` makes `epochs` passes over the rows for each lambda and starts each lambda where the last one ended.
#' The first lambda starts from zero coefficients and the null model's intercept. The rules are:
#' \describe{
#'   \item{`"adaptive"`}{(default) implicit, capped dual averaging with the cumulative penalty. Steps come from the
#'     columns' moments and each row's step is capped by its own implicit (proximal point) step, so it takes no `rate`
#'     and no `schedule`: finite on any finite data. Early steps are forgotten as training goes on.}
#'   \item{`"cumulative"`}{`b = soft(z, u)`, with `z` the sum of the gradient steps and `u` the sum of step sizes times
#'     lambda (Tsuruoka, Tsujii and Ananiadou 2009, section 3).}
#'   \item{`"dual_averaging"`}{`b = step * soft(z, t * lambda)`, with `z` the plain sum of gradients after `t` rows
#'     (Xiao 2010, equation 6). Each lambda starts anew from zero.}
#'   \item{`"proximal"`}{a gradient step, then soft-thresholding by step size times lambda (Duchi and Singer 2009).}
#'   \item{`"truncated"`}{gradient steps; every tenth row soft-thresholding by the sum of ten step sizes times lambda
#'     (Langford, Li and Zhang 2009).}
#' }
#' Rows of a [row source][as_rows] are taken in their order, by the adaptive rule only. Without `scale` it learns the
#' scales of the columns on the way: from the first 64 rows, then anew whenever it forgets a part of the past, at the
#' first row that holds a sparse column, and at a row ten times longer than the mean one. What it learns does not depend
#' on how the rows come in blocks. From one epoch the iterate is returned as it is, so that [update()][update.sgdlasso]
#' can go on with more rows; with more epochs it is never worse than the null model, as in memory.
#'
#' With `rate = NULL` the coefficients found are also tried at 1/2, 1/4, ..., 0 of their size, each with its best
#' intercept, and the best is kept: the fit is never worse than the null model. With a rate of yours the iterate is
#' returned as it is.
#'
#' Textbook rules see the columns as [sgdlasso()] standardises them: with `standardize = TRUE` divided by their standard
#' deviation (dense ones centred too, when there is an intercept), with `standardize = FALSE` as they are. Sparse rows
#' cost time in proportion to their nonzeros: the penalty on a coefficient waits until a row reads it. For the same
#' reason the averages of the proximal and truncated rules on sparse rows are over iterates that lie as many nonzeros
#' apart as there are columns.
#'
#' @param nudge Step towards zero, a number of 0 or more. Default 0.001.
#' @param rate Learning rate, above 0. For `solver_sgd()` `NULL` (default) finds it: from the columns' moments for the
#'   adaptive rule, from the largest row norm for the others (divided by 8 and started again if it should still
#'   diverge).
#' @param epochs Passes over the rows for each lambda, a whole number: 100 for `solver_nudge()`, where 0 gives the
#'   initial coefficients; 5 for `solver_sgd()`, at least 1 (always 1 on a source that can be read once); at most 20 for
#'   `solver_saga()`, at least 1.
#' @param method `"auto"` (default), `"moments"`, `"working_set"` or, for row sources, `"passes"`, see below.
#' @param every `"sample"` (default) nudges after every row, `"epoch"` after every pass.
#' @param init `"uniform"` (default) starts coefficients uniform on \[0, 1), `"zero"` at zero. The intercept starts at
#'   0.
#' @param penalize_intercept Whether the intercept is nudged too. Default `TRUE`, as in the published run.
#' @param rule The update rule, see below.
#' @param schedule `"constant"`, `"inverse"` (rate / t) or `"sqrt"` (rate / sqrt(t)) at the t-th row; `NULL` (default)
#'   means `"sqrt"`. With `rate = NULL`, rate / (1 + t / d) and rate / sqrt(1 + t / d), where d is 20 times the mean
#'   squared norm of the rows. Not for the adaptive rule.
#' @param average Whether the result is the average over iterates, with weights t^2 (default `TRUE`), or the last
#'   iterate. Dual rules average the dual point before its threshold, which keeps zeros exact; averages of the proximal
#'   and truncated rules are seldom exactly zero.
#' @param shuffle `"blocks"` (default): blocks of 64 neighbouring rows in random order each epoch, and the rows within a
#'   block too, on a copy that is laid out in random order once where neighbours have similar responses; `"rows"`: a new
#'   permutation of all rows each epoch, several times slower on data larger than the processor's cache; `"none"`: rows
#'   as they stand. Do not use `"none"` for rows sorted by the response.
#' @param copy Whether dense x is copied row by row, once (default `TRUE`, as much memory as x). `FALSE` gathers each
#'   block from the columns, which is slower and needs next to no memory; blocks are then neighbours in x, so rows
#'   should not be sorted by the response. Sparse x is always copied.
#' @param scale For row sources, the standard deviation of each column, where it is known. `NULL` (default): learned
#'   from the rows.
#' @return A list of class `"sgdlasso_solver"`: `name` and the settings.
#' @section Errors: A setting out of its range is an error of class `sgdlasso_error_input`.
#' @references
#' Langford, J., Li, L. and Zhang, T. (2009). Sparse online learning via truncated gradient. *Journal of Machine
#' Learning Research* 10, 777-801. <https://jmlr.org/papers/v10/langford09a.html>
#'
#' Tsuruoka, Y., Tsujii, J. and Ananiadou, S. (2009). Stochastic gradient descent training for L1-regularized log-linear
#' models with cumulative penalty. *ACL-IJCNLP 2009*, 477-485. <https://aclanthology.org/P09-1054/>
#'
#' Osborne, M. R., Presnell, B. and Turlach, B. A. (2000). A new approach to variable selection in least squares
#' problems. *IMA Journal of Numerical Analysis* 20, 389-403.
#'
#' Bertrand, Q. and Massias, M. (2021). Anderson acceleration of coordinate descent. *AISTATS 2021*.
#' <https://proceedings.mlr.press/v130/bertrand21a.html>
#'
#' Lee, J. D., Sun, Y. and Saunders, M. A. (2014). Proximal Newton-type methods for minimizing composite functions.
#' *SIAM Journal on Optimization* 24, 1420-1443. \doi{10.1137/130921428}
#'
#' Defazio, A., Bach, F. and Lacoste-Julien, S. (2014). SAGA: a fast incremental gradient method with support for
#' non-strongly convex composite objectives. *NeurIPS 2014*. \doi{10.48550/arXiv.1407.0202}
#'
#' Chan, T. F., Golub, G. H. and LeVeque, R. J. (1983). Algorithms for computing the sample variance. *The American
#' Statistician* 37, 242-247. \doi{10.1080/00031305.1983.10483115}
#'
#' Duchi, J. and Singer, Y. (2009). Efficient online and batch learning using forward backward splitting. *Journal of
#' Machine Learning Research* 10, 2899-2934. <https://jmlr.org/papers/v10/duchi09a.html>
#'
#' Xiao, L. (2010). Dual averaging methods for regularized stochastic learning and online optimization. *Journal of
#' Machine Learning Research* 11, 2543-2596. <https://jmlr.org/papers/v11/xiao10a.html>
#'
#' Shamir, O. and Zhang, T. (2013). Stochastic gradient descent for non-smooth optimization: convergence results and
#' optimal averaging schemes. *ICML 2013*. <https://proceedings.mlr.press/v28/shamir13.html> (the weights of the
#' average)
#' @examples
#' solver_nudge(nudge = 0.001, rate = 0.06, epochs = 8)
#' sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1, seed = 1,
#'          solver = solver_sgd(epochs = 50))
#' @name solvers
NULL

#' @rdname solvers
#' @export
solver_nudge <- function(nudge = 0.001, rate = 0.01, epochs = 100, every = "sample", init = "uniform",
                         penalize_intercept = TRUE) {
  new_solver(
    name = "nudge",
    nudge = check_number(nudge, "nudge", least = 0),
    rate = check_number(rate, "rate", least = 0, open = TRUE),
    epochs = check_epochs(epochs, least = 0),
    every = check_choice(every, c("sample", "epoch"), "every"),
    init = check_choice(init, c("uniform", "zero"), "init"),
    penalize_intercept = check_flag(penalize_intercept, "penalize_intercept")
  )
}

#' @rdname solvers
#' @export
solver_sgd <- function(rule = "adaptive", rate = NULL, schedule = NULL, average = TRUE, epochs = 5, shuffle = "blocks",
                       copy = TRUE, scale = NULL) {
  rules <- c("adaptive", "truncated", "cumulative", "proximal", "dual_averaging")
  rule <- check_choice(rule, rules, "rule")
  if (rule == "adaptive" && !(is.null(rate) && is.null(schedule))) {
    given <- if (is.null(rate)) "schedule" else "rate"
    abort_input(
      "`{given}` is given, and rule \"adaptive\" finds its own.",
      "Drop it, or choose one of {first_words(rules[-1], 4)}."
    )
  }
  if (!is.null(rate)) rate <- check_number(rate, "rate", least = 0, open = TRUE)
  if (!is.null(schedule)) schedule <- check_choice(schedule, c("constant", "inverse", "sqrt"), "schedule")
  if (is.null(schedule) && rule != "adaptive") schedule <- "sqrt"
  solver <- new_solver(
    name = "sgd",
    rule = rule,
    rate = rate,
    schedule = schedule,
    average = check_flag(average, "average"),
    epochs = check_epochs(epochs, least = 1),
    shuffle = check_choice(shuffle, c("rows", "blocks", "none"), "shuffle"),
    copy = check_flag(copy, "copy")
  )
  solver$scale <- check_scale(scale)
  solver
}

#' @rdname solvers
#' @export
solver_exact <- function(method = "auto") {
  new_solver(name = "exact", method = check_choice(method, c("auto", "moments", "working_set", "passes"), "method"))
}

#' @rdname solvers
#' @export
solver_saga <- function(epochs = 20) {
  new_solver(name = "saga", epochs = check_epochs(epochs, least = 1))
}

new_solver <- function(...) structure(list(...), class = "sgdlasso_solver")

check_scale <- function(scale) {
  if (is.null(scale)) return(NULL)
  if (!is.numeric(scale) || length(scale) == 0 || !all(is.finite(scale)) || any(scale <= 0)) {
    abort_input(
      "`scale` is {describe(scale)}.",
      "It must hold a positive number for each column, its standard deviation."
    )
  }
  as.double(scale)
}

check_epochs <- function(epochs, least) {
  as.integer(check_number(epochs, "epochs", least = least, most = .Machine$integer.max, whole = TRUE))
}

check_solver <- function(solver) {
  if (inherits(solver, "sgdlasso_solver")) return(solver)
  switch(check_choice(solver, c("auto", "exact", "saga", "nudge", "sgd"), "solver"),
    auto = new_solver(name = "auto"), exact = solver_exact(), saga = solver_saga(), nudge = solver_nudge(),
    sgd = solver_sgd()
  )
}

is_certified <- function(solver) !solver$name %in% c("nudge", "sgd")

# SGD's shuffles are random only if there are any.
is_stochastic <- function(solver) {
  solver$name %in% c("nudge", "saga") || (solver$name == "sgd" && solver$shuffle != "none")
}

#' @export
format.sgdlasso_solver <- function(x, ...) {
  settings <- Filter(Negate(is.null), unclass(x)[!names(x) %in% c("name", "why", "source")])
  settings <- lapply(settings, function(value) if (length(value) > 1) paste(length(value), "numbers") else value)
  shown <- vapply(settings, function(value) if (is.character(value)) dQuote(value, FALSE) else format(value), "")
  if (x$name == "auto") return("\"auto\"")
  paste0("solver_", x$name, "(", paste(names(shown), "=", shown, collapse = ", "), ")")
}

#' @export
print.sgdlasso_solver <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}
