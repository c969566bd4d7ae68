#' Fit a lasso, and tell how far it is from the optimum
#'
#' Fits the lasso or elastic net path for a numeric, binary or count response, and tells of each model how far it is
#' from the optimum. Use the formula call for a data frame with factors or missing values, the matrix call (which data
#' frames of numbers and matrices of the Matrix package take too) for numbers alone, dense or sparse.
#'
#' @section The problem:
#' With weights scaled to sum to 1 and `eta_i = b0 + offset_i + x_i' b`, the objective is
#'
#' \deqn{F(b_0, b) = \sum_i w_i \ell(y_i, \eta_i) + \lambda \sum_j v_j \left(\alpha |b_j| + \frac{1 - \alpha}{2 d}
#' b_j^2\right)}{
#'       F(b0, b) = sum_i w_i loss(y_i, eta_i) + lambda * sum_j v_j * (alpha |b_j| + (1 - alpha)/(2 d) b_j^2)}
#'
#' where the loss is `(y - eta)^2 / 2` for gaussian, `log(1 + exp(eta)) - y eta` for binomial and `exp(eta) - y eta` for
#' poisson, and `v` is `penalty.factor` rescaled to sum to the number of columns (excluded ones count as 1 in that sum).
#' `standardize` penalises the coefficients of `x_j / s_j`, with `s_j` the weighted standard deviation (divisor n);
#' coefficients are always returned on the scale of x. For gaussian, `d` is the weighted standard deviation of y less
#' offset (divisor n; without an intercept the root of their mean square), so that a fit does not depend on the units of
#' y; for the other families it is 1. This is the problem of `glmnet()` with `family = "gaussian"`, `"binomial"` or
#' `"poisson"`, whose manual leaves `d` out: lambda and alpha mean the same in both packages. Rows that come once tell
#' `d` as they come: each step uses that of the rows so far.
#'
#' Coefficients may be limited to `lower.limits <= b <= upper.limits`; limits are on the scale of x and must include 0.
#'
#' With `lambda = NULL` the grid starts at the smallest lambda at which every penalised coefficient is zero (columns
#' without penalty are fitted first) and falls geometrically to `lambda.min.ratio` times it. Such a path stops early,
#' after at least 5 lambdas, when the explained share of the deviance exceeds .999 or changes by less than 1e-5 of
#' itself (glmnet's constants; for `"sgd"` four times in a row, because stochastic fits differ by chance). On grids
#' finer than glmnet's, lambdas are compared that lie at least 4 % apart, and a path that explains less than .001, or
#' than 1,000 `tol`, always goes on. A lambda of yours is always solved as given.
#'
#' @section The certificate:
#' Each model comes with a proof of how good it is, its certificate. `fit$gap` is, for each lambda, the relative duality
#' gap that [optimality()] defines and recomputes: no coefficients lower the objective by more than this share of what
#' there is to explain. The solvers `"auto"`, `"exact"` and `"saga"` go on until it is at most `tol`. Where a model
#' explains less than a hundredth, as the first ones of a path do, they try for a gap of at most 100 `tol` times what it
#' explains (by how much its objective is below the null model's, as a share of the same), so that it is not taken for
#' the one before it. Where `maxpasses` or rounding ends that before, `converged` is `FALSE` and a warning of class
#' `sgdlasso_warning_gap` names the gap. The fits of `"nudge"` and `"sgd"` come from a fixed number of passes and are
#' near the optimum, not at it; their gap tells how near, and there is no warning unless you give `tol`.
#'
#' @section Functions of the rows:
#' `penalty.factor` and `exclude` may be functions. Each is called once, as `f(x = , y = , weights = )`, on the rows of
#' the fit, and what it returns counts as if it had been given; `fit$penalty.factor` holds it. [cv.sgdlasso()] calls it
#' anew for each fold, on the rows outside that fold, so that the rows by which the fold's model is judged had no part
#' in it. (The penalty of columns that were chosen on all rows beforehand has seen these.) x is the matrix of columns,
#' of doubles or a dgCMatrix, by formula that which the formula makes; y is numeric, for two classes the share of the
#' second; weights are one number for each row, all 1 where none are given, for two columns of counts times the numbers
#' of trials. Rows of weight 0 are left out. A function that has arguments named `family` (the family's name), `offset`
#' (numeric, or `NULL`) or `intercept` (`TRUE` or `FALSE`) gets these too. Random numbers that it draws are drawn after
#' the folds; on a `cluster` of workers it must find there what it uses. Not on row sources, and not with
#' `keep.moments`: there no rows are in memory to call it with, or none later.
#'
#' @section Rows from a source:
#' Where the rows are those of a [row source][as_rows] they are read block by block, and not held unless they are few.
#' Gaussian models of up to 5,000 columns come from the means and cross-products that one pass gathers, and are
#' certified. For other families and more columns, rows that are fewer than their columns and take at most half of
#' `memory` are read once and trained on as rows in memory (not with a `checkpoint`, and not on a cluster); all others
#' take several passes, `solver_exact("passes")` in [solvers]: stochastic gradient descent names the columns that
#' matter, and each pass after it tells how far every model is from its optimum; with a `lambda` of yours often three in
#' all, for other families some more. They are certified too; outside the gaussian family the gap told is then an upper
#' bound that may be larger than [optimality()]'s, because no row is looked at twice. Rows that can be read once only
#' still give the certified gaussian models of up to 5,000 columns. For all other models they are trained on by
#' [solver_sgd()] as they come, at the `lambda` that you give; `gap`, `kkt` and `dev.ratio` are then `NA`, because to
#' compute them takes a second look at the rows.
#'
#' @section Factors with many levels:
#' The formula call makes sparse columns where they are at least 250, at most one number in twenty of them is not 0, and
#' dense they would hold at least 4 million numbers; [cv.sgdlasso()], where moments of dense columns serve all folds at
#' once, from 1 GB of them on. Columns, names and fit are the same, time and memory are not. `summary()` says so,
#' `fit$sparse` why. Not with `solver_nudge()`, `solver_exact("moments")` and `keep.moments`, which look at every
#' number.
#'
#' A factor or text variable of more than 100,000 levels is refused unless there are ten rows for each: it is an
#' identifier, not something to learn from. So is a formula of more than 10 million columns.
#'
#' @param x A numeric matrix (double, integer or logical), a matrix of the Matrix package (sparse or dense), or a data
#'   frame of numbers, n rows and p columns. No missing or infinite values.
#' @param y The response, length n. Gaussian: numeric. Poisson: counts (numeric, 0 or more). Binomial: a factor with two
#'   levels (the second is modelled), logical, 0/1, proportions with `weights` as the numbers of trials, or two columns
#'   of counts: in the matrix call the second column counts the modelled class, as in glmnet; in a formula the first one
#'   does, as in [glm()].
#' @param formula A model formula. `- 1` means no intercept; `offset()` terms are used. As in [lm()], dates count as
#'   days, times as seconds, differences of time in their unit; new data must mean the same by them. 64-bit integers
#'   (`integer64`) count by their value.
#' @param data A data frame in which `formula`, `weights`, `offset` and `subset` are evaluated, as in [lm()], or a [row
#'   source][as_rows] of data frames.
#' @param xlev For row sources, a list of the levels of factors, named by variable. `NULL` (default): a pass over the
#'   rows finds them.
#' @param model Whether a fit by formula keeps its model frame, as [lm()] does: response, variables, weights and offset
#'   of the rows used. From it `residuals()`, `fitted()`, `augment()`, intervals, `exact = TRUE` and [optimality()] take
#'   the rows of training, wherever the fit was made. Default `TRUE`. It takes memory of its own only once the data are
#'   changed, or the fit is saved or sent. `FALSE`: the call is evaluated again instead, as for matrix calls. Fits of
#'   row sources keep no rows.
#' @param family `"gaussian"` (default), `"binomial"`, `"poisson"`, or such a family function or object with its
#'   canonical link.
#' @param weights Observation weights of 0 or more, length n. A zero weight is the same as leaving the row out. Default:
#'   all 1.
#' @param offset Numeric vector of length n added to the linear predictor. Default: none.
#' @param subset,na.action,contrasts As in [lm()].
#' @param alpha Mixing between ridge (0) and lasso (1, default).
#' @param nlambda,lambda.min.ratio Number of lambdas of an automatic grid (default 100, at most 100,000) and the
#'   smallest as a share of the largest (default 1e-4 where rows are at least as many as columns, else .01).
#' @param lambda Numbers of 0 or more; solved from the largest to the smallest, each starting from the last. `NULL`
#'   (default) makes a grid. Not with `solver_nudge()`.
#' @param standardize Whether to penalise coefficients of columns at unit standard deviation. Default `TRUE`.
#' @param intercept Whether to fit an intercept, which carries no penalty. Default `TRUE`. In the formula call use `-
#'   1`.
#' @param exclude Columns to leave out: their numbers, or their names. In the formula call names are those of the
#'   columns that it makes, as `coef()` shows them. Or a function of the rows that returns these, see below.
#' @param penalty.factor Numbers of 0 or more, length p, that multiply lambda for each column. 0: no penalty; `Inf`:
#'   leave the column out. Default: all 1. Or a function of the rows that returns such numbers, as [adaptive_weights()]
#'   makes one; see below.
#' @param lower.limits,upper.limits Smallest and largest value of each coefficient: one number, or one for each column;
#'   0 or below, and 0 or above. Default: no limits. Not for `"nudge"`, `"sgd"` and `"saga"`.
#' @param dfmax The path ends after the first model with more than so many nonzero coefficients. `NULL` (default):
#'   never.
#' @param solver A [solver][solvers], or `"exact"`, `"saga"`, `"sgd"` or `"nudge"` for one with its defaults. `"auto"`
#'   (default) chooses a certified one by the shape of the data; `fit$solver` tells which and why.
#' @param tol The relative duality gap to reach (see below), above 0. Default 1e-6. It is not glmnet's `thresh`, which
#'   bounds the change of a step.
#' @param maxpasses At most so many passes over the rows for each lambda, by solvers that go on until `tol`. Default
#'   10,000.
#' @param seed A whole number from 0 to 2^32 - 1, from which solvers that train row by row draw their start and the
#'   order of rows. `NULL` (default) draws one from R's generator where such a solver is run, so that [set.seed()]
#'   governs. The fit keeps it.
#' @param threads Number of threads, default 1. Results are the same to the bit for any number. Used by certified
#'   solvers on dense columns, and for the slopes of sparse ones.
#' @param relax Whether to fit each model of the path again on its own columns without penalty (the relaxed lasso); see
#'   `gamma` in [predict.sgdlasso()]. Default `FALSE`. Models with more than n - 3 columns are left out, as in glmnet;
#'   so are, with a warning of class `sgdlasso_warning_relax`, those whose linear predictor overflows, as where columns
#'   separate the classes.
#' @param progress Whether to show a progress bar in long training. Default: in interactive use.
#' @param trace Whether to record each epoch, a pass over the rows, in `fit$trace` (default `TRUE`). It costs `"sgd"`
#'   and `"nudge"` one more pass an epoch. Other solvers record the gap each time they compute it. (glmnet's `trace.it`
#'   is `progress` here.)
#' @param keep.moments Whether to keep the sufficient statistics of all rows in the fit, (p + 1) (p + 2) / 2 numbers, so
#'   that [update()][update.sgdlasso] can add rows and [combine_fits()] other fits. For the gaussian family, and dense
#'   columns or a row source of at most 5,000 columns. Default `FALSE`.
#' @param checkpoint For [row sources][as_rows], the name of a file: what has been gathered is written there at least
#'   every 30 seconds, and a call that was killed goes on where it stood if the same call is started again, to the same
#'   bits. The file is removed at the end. Where training takes several passes, the file is written after each pass too.
#'   If it cannot be written, because the disk is full for example, training goes on and warns, class
#'   `sgdlasso_warning_checkpoint`. `NULL` (default): no file. See also [interrupted_fit()].
#' @param memory For [row sources][as_rows], what training may hold besides the model and the moments: a size such as
#'   `"256MB"` (default) or `"2GB"`, or a number of bytes. Where it does not hold what all lambdas need they are solved
#'   in turns, each turn with passes of its own. Where the models of small lambdas have too many nonzero coefficients
#'   for it, a path ends before them with a warning of class `sgdlasso_warning_memory`; a `lambda` of yours is an error
#'   then. Blocks are as large as the source makes them.
#' @param ... For methods; an argument that no method knows is an error.
#'
#' @return An object of class `"sgdlasso"`, a list of plain vectors and one sparse matrix:
#' \item{a0}{intercepts, one per lambda.}
#' \item{beta}{coefficients, a p x k dgCMatrix, on the scale of x.}
#' \item{df}{number of nonzero coefficients, per lambda.}
#' \item{dim}{c(p, k).}
#' \item{lambda}{the k lambdas, falling.}
#' \item{lambda.origin}{where they come from: `"given"`, `"made"` (a grid that starts at a lambda computed from the
#'   response), `"cross-validated"` (the lambdas that [cv.sgdlasso()] chose among) or `"chosen"` (by [at_lambda()], by
#'   name).}
#' \item{dev.ratio}{share of the null deviance explained, per lambda.}
#' \item{nulldev}{null deviance: of the model with intercept and offset only.}
#' \item{nobs}{number of rows with positive weight.}
#' \item{offset}{whether an offset was used.}
#' \item{call}{the call.}
#' \item{classnames}{for binomial, the two classes; the second is modelled.}
#' \item{gap, kkt}{the certificate, per lambda, as in [optimality()].}
#' \item{converged}{whether every gap is at most `tol`; `NA` for solvers that run the epochs asked for.}
#' \item{passes}{training passes over the rows, in all; a pass over some of the columns counts as their share of a
#'   pass.}
#' \item{trace}{a data frame, one row for each lambda and epoch: `lambda epoch mse objective nonzero rate`. `mse` is the
#'   mean squared error, outside gaussian the mean loss; `objective` is F above; `rate` the step size reached, `NA`
#'   where there is none. Certified solvers add `gap`; for `"exact"` an epoch is a certificate. `NULL` without trace.}
#' \item{solver, family, seed, alpha, intercept, standardize, tol, maxpasses}{what was used.}
#' \item{penalty.factor, lower.limits, upper.limits}{v and the limits, where they are not the defaults.}
#' \item{relaxed}{for `relax = TRUE`, the relaxed path: a fit with the fields above.}
#' \item{named}{whether x has unique column names, by which new columns are then matched.}
#' \item{x.sd}{standard deviation of each column (divisor n, weighted), for standardised sizes.}
#' \item{residuals, accuracy}{for a single lambda, the quantiles of the response residuals and the [accuracy()] on the
#'   training rows. `NULL` otherwise.}
#' \item{loglik}{log-likelihood of the saturated model, from which [logLik()] counts.}
#' \item{terms, xlevels, contrasts, na.action}{for the formula call.}
#' \item{sparse}{for the formula call, where its columns were made sparse: how many they are, and why. Else absent.}
#' \item{model}{for the formula call and `model = TRUE`, the model frame, which [model.frame()] returns.}
#' \item{moments}{for `keep.moments = TRUE`, a list: `weight`, `mean` and `cross` (the upper triangle of the centred
#' cross-products, row by
#'   row; the response comes last), and what else a later [update()][update.sgdlasso] needs.}
#' \item{state}{for `solver_sgd(epochs = 1)` on a row source of at least 64 rows, where training stands, so that
#'   [update()][update.sgdlasso] can go on: about 4 numbers for each column and lambda.}
#' \item{rounds}{for rows on a cluster ([rows_on()]), a data frame of what was asked of its workers, a row for each
#'   `task`, of passes for each `phase` (moments, slopes, sgd, looks, ...): `rounds`, bytes `sent` and `received`,
#'   `seconds`, and how many workers were `lost`. Else absent.}
#' \item{format}{version of this layout, 1.}
#'
#' @section Errors:
#' Bad input is an error of class `sgdlasso_error_input` that names the argument; a learning rate that diverges is one
#' of class `sgdlasso_error_diverged` with the fields `rate` and `safe_rate`; a linear predictor too large for the
#' computer's numbers is one of class `sgdlasso_error_overflow`. All are of class `sgdlasso_error`. A column whose
#' squares overflow (values beyond 1e150) or vanish (below 1e-140) counts as constant; a response whose squares do is
#' refused.
#' @references
#' Tibshirani, R. (1996). Regression shrinkage and selection via the lasso. *Journal of the Royal Statistical Society B*
#' 58, 267-288. \doi{10.1111/j.2517-6161.1996.tb02080.x}
#'
#' Friedman, J., Hastie, T. and Tibshirani, R. (2010). Regularization paths for generalized linear models via coordinate
#' descent. *Journal of Statistical Software* 33(1). \doi{10.18637/jss.v033.i01} (the grid of lambdas)
#' @seealso [solvers], [optimality()], [predict.sgdlasso()], [summary.sgdlasso()], [plot.sgdlasso()],
#' `vignette("murder-rates")`.
#' @examples
#' # A path, and one lambda of it
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates)
#' fit
#' coef(fit, s = 1)
#'
#' # The textbook trainer
#' scaled <- murder_rates / rep(c(1e7, 100, 10, 100), each = 20)
#' fit <- sgdlasso(murder_rate ~ population + low_income + unemployed, data = scaled,
#'                 standardize = FALSE, seed = 0,
#'                 solver = solver_nudge(nudge = 0.001, rate = 0.06, epochs = 8))
#' fit$trace
#' accuracy(fit, scaled, within = 0.25)
#'
#' # A sparse matrix, two classes
#' x <- Matrix::rsparsematrix(200, 50, density = 0.1)
#' y <- x[, 1] - x[, 2] + rnorm(200) > 0
#' sgdlasso(x, y, family = "binomial", lambda = c(0.05, 0.02))
#'
#' # Relaxed
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 2, relax = TRUE)
#' cbind(lasso = coef(fit)[, 1], relaxed = coef(fit, gamma = 0)[, 1])
#' @export
sgdlasso <- function(x, ...) {
  if (nargs() == 0) abort_input("`x` is missing.", "Start with sgdlasso(x, y) or sgdlasso(formula, data).")
  UseMethod("sgdlasso")
}

#' @rdname sgdlasso
#' @export
sgdlasso.matrix <- function(x, y, family = "gaussian", weights = NULL, offset = NULL, alpha = 1, nlambda = 100,
                            lambda.min.ratio = NULL, lambda = NULL, standardize = TRUE, intercept = TRUE,
                            exclude = NULL, penalty.factor = NULL, lower.limits = -Inf, upper.limits = Inf,
                            dfmax = NULL, solver = "auto", tol = 1e-6, maxpasses = 10000, seed = NULL, threads = 1,
                            relax = FALSE, progress = interactive(), trace = TRUE, keep.moments = FALSE,
                            checkpoint = NULL, memory = "256MB", ...) {
  call <- generic_call(match.call())
  if ("formula" %in% ...names()) return(eval(formula_first(call), parent.frame()))
  check_dots_empty(..., known = argument_names())
  settings <- check_settings(
    family, alpha, nlambda, lambda.min.ratio, lambda, standardize, intercept, exclude, penalty.factor, lower.limits,
    upper.limits, dfmax, solver, tol, maxpasses, seed, threads, relax, progress, trace, keep.moments, checkpoint, memory
  )
  settings$tol_given <- !missing(tol)
  if (missing(y)) abort_input("`y` is missing.", "It must be the response, one value for each row of x.")
  x <- check_x(x, threads = settings$threads)
  response <- check_response(y, nrow(x), settings$family, check_weights(weights, nrow(x)))
  fit_rows(x, response, check_offset(offset, nrow(x)), settings, call)
}

#' @rdname sgdlasso
#' @usage NULL
#' @export
sgdlasso.data.frame <- sgdlasso.matrix

#' @rdname sgdlasso
#' @usage NULL
#' @export
sgdlasso.Matrix <- sgdlasso.matrix

#' @rdname sgdlasso
#' @export
sgdlasso.formula <- function(formula, data, family = "gaussian", weights, offset, subset, na.action, contrasts = NULL,
                             alpha = 1, nlambda = 100, lambda.min.ratio = NULL, lambda = NULL, standardize = TRUE,
                             intercept = TRUE, exclude = NULL, penalty.factor = NULL, lower.limits = -Inf,
                             upper.limits = Inf, dfmax = NULL, solver = "auto", tol = 1e-6, maxpasses = 10000,
                             seed = NULL, threads = 1, relax = FALSE, progress = interactive(), trace = TRUE,
                             keep.moments = FALSE, checkpoint = NULL, memory = "256MB", xlev = NULL,
                             model = TRUE, ...) {
  matched <- match.call()
  check_dots_empty(..., known = setdiff(c(argument_names(), names(formals())), c("x", "y")))
  settings <- check_settings(
    family, alpha, nlambda, lambda.min.ratio, lambda, standardize, intercept, exclude, penalty.factor, lower.limits,
    upper.limits, dfmax, solver, tol, maxpasses, seed, threads, relax, progress, trace, keep.moments, checkpoint, memory
  )
  settings$tol_given <- !missing(tol)
  matched$formula <- formula
  data <- if (!missing(data)) formula_data(data)
  if (is_rows(data)) return(fit_formula_rows(matched, data, settings, contrasts, xlev, parent.frame()))
  if (!is.null(xlev)) abort_xlev()
  input <- formula_input(matched, data, settings, contrasts, model, parent.frame())
  fit <- fit_rows(input$x, input$response, input$offset, input$settings, generic_call(input$call))
  fit[names(input$kept)] <- input$kept
  fit
}

#' @export
sgdlasso.default <- function(x, ...) {
  if (inherits(x, "sgdlasso")) {
    abort_input("`x` is a fit.", "Give the data that it was fitted to: sgdlasso(x, y) or sgdlasso(formula, data).")
  }
  if (is.matrix(x)) {
    # a matrix of another class, such as poly() or table() make
    call <- generic_call(match.call())
    fit <- sgdlasso.matrix(unclass(plain_numbers(x, "x")), ...)
    fit$call <- call
    return(fit)
  }
  check_x(x)
}

argument_names <- function() setdiff(names(formals(sgdlasso.matrix)), "...")

# As the user wrote it (sgdlasso:: and all), but never the name of a method or a whole function.
generic_call <- function(call, name = "sgdlasso") {
  of_package <- is.call(call[[1]]) && identical(as.list(call[[1]])[1:2], list(as.name("::"), quote(sgdlasso)))
  call[[1]] <- if (of_package) call("::", quote(sgdlasso), as.name(name)) else as.name(name)
  call
}

# sgdlasso(data = d, formula = y ~ x) and d |> sgdlasso(formula = y ~ x) reach the method of data frames.
formula_first <- function(call) {
  if (is.null(call$data)) names(call)[match("x", names(call))] <- "data"
  first <- match("formula", names(call))
  call[c(1L, first, setdiff(seq_along(call)[-1], first))]
}
