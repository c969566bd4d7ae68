#' Confidence intervals for coefficients
#'
#' A lasso coefficient is shrunken, and often zero: it has no interval of its own. `"debiased"` takes the shrinkage back
#' and gives an interval for every column; `"selective"` fits the selected columns by least squares and allows for their
#' selection. `summary(fit, conf.int = TRUE)` and `tidy(fit, conf.int = TRUE)` give p-values too.
#'
#' @section Debiased:
#' The target is the coefficient of each column in the model of all columns. With residuals r, weights w and `Z_j = X_j
#' - X_-j g_j`, what a lasso of column j on the others leaves of it, the estimate is
#'
#' \deqn{b_j + \frac{Z_j' W r}{Z_j' W X_j}}{b_j + Z_j' W r / Z_j' W X_j}
#'
#' with the standard error `sigma sqrt(Z_j' W Z_j) / Z_j' W X_j` (van de Geer, Buehlmann, Ritov and Dezeure 2014,
#' section 2; Zhang and Zhang 2014; Javanmard and Montanari 2014 solve another problem for Z). Intervals are normal. For
#' binomial fits W holds the weights times the variances at the fit, r the residuals of the Newton step, and sigma is 1
#' (van de Geer et al., section 3; the standard error is that of the Fisher information). Columns are centred by W where
#' there is an intercept.
#'
#' sigma is the root of the weighted sum of squared residuals over n - df, with df the number of nonzero coefficients
#' and 1 for an intercept.
#'
#' The node-wise lassos are certified fits (gap 1e-8) from the Gram matrix of columns at unit size. Their lambda is
#' found by the rule of Zhang and Zhang (2014, table 1), without cross-validation: the largest at which no product of
#' Z_j with another column exceeds `sqrt(2 log p)` times the size of Z_j, then on to smaller ones, which leave less
#' bias, as long as the variance of the estimate is at most a quarter above that (the share is that of Dezeure,
#' Buehlmann, Meier and Meinshausen 2015). The search goes down three decades from `sqrt(2 log(p) / n)`. A column that
#' is nearly made of others has no interval (`NA`, with a warning): where the error of another coefficient would come
#' into the estimate by .9 of it or more, and, of fewer columns than rows, where the others make it to rounding (as one
#' of a full set of classes beside an intercept: none of them has one). Constant and excluded columns have none either.
#' The Gram matrix takes n p^2 operations and at most 5,000 columns, each node-wise path a fraction of it: name the
#' columns that you mean in `parm` where there are many.
#'
#' @section Selective:
#' The target is the partial coefficient of each selected column in the least-squares fit to the selected columns. Given
#' which columns the lasso selected, and with which signs, the estimate is a normal variable truncated to an interval
#' (Lee, Sun, Sun and Taylor 2016, sections 5 and 6); its limits are those of the means at which it would be so
#' large, or so small, with probability (1 - level)/2. Intervals may be very long, and infinite in expectation.
#' `std.error` is that of least squares without selection; the p-value is twice the smaller tail.
#'
#' sigma is taken from the residuals of least squares on *all* columns (n less their rank degrees of freedom), which
#' selection does not look at. Where n does not exceed p, give `sigma`.
#'
#' This holds at a lambda that does not depend on the response. It is refused at `"lambda.min"`, `"lambda.1se"`,
#' `"aic"`, `"bic"` and `"ebic"`, at the lambdas of a grid that the fit made (the grid starts at a lambda computed from
#' y), and at those that [cv.sgdlasso()] chose among: `lambda.origin` of a fit tells. What is honest then:
#' choose lambda on one half of the rows, and fit the selected columns by `lm()` on the other.
#'
#' @section When not to trust them:
#' Debiased intervals are right as n grows, if far fewer coefficients than sqrt(n) / log(p) matter. In
#' `bench/inference.md`, 2,000 simulated data sets a setting, level .95, they held .945 to .962 of the coefficients for
#' 100 rows of 20 or 200 columns whose neighbours have correlation .5. Of 20 columns with correlation .9 they held only
#' .896 to .922: part of the bias stays. Where columns are far fewer than rows, `node.lambda = 0` leaves none of it in
#' gaussian fits, at the price of longer intervals. With two classes they held .961 to .971 of zero and weak
#' coefficients, but only .864 to .867 of strong ones (log odds of 1), with 300 rows of 20 columns no more than with
#' 100: their p-values may be trusted there, their limits not.
#'
#' Selective intervals held .937 to .955, of 20 columns with sigma estimated, of 200 with sigma known. They are long:
#' for selected ones of 20 columns without a signal the median width was 1.8 at correlation .5 and 3.8 at .9 (debiased:
#' .51 and .82), the mean 14 and 15.
#'
#' No interval allows for a formula, transformations or penalty factors that were chosen by looking at the response.
#'
#' @param object A fit by [sgdlasso()], or a result of [cv.sgdlasso()], by a certified solver. Debiased: gaussian and
#'   binomial. Selective: gaussian.
#' @param parm Names or numbers of columns of x; for a formula, of those that `coef()` names; a name stands for all
#'   columns of that name. Default: all of them, for `"selective"` all that are selected. The intercept has no interval.
#' @param level The level, between 0 and 1. Default .95.
#' @param s One lambda, a number or a name as for [predict.sgdlasso()] and [predict.cv.sgdlasso()]. It may be left out
#'   where the fit has only one. The model is solved anew at exactly `s`, to a gap of 1e-10.
#' @param method `"debiased"` (default) or `"selective"`.
#' @param x,y,weights,offset,data The data of training, as for [optimality()]. Without them: from the moments of a fit
#'   with `keep.moments = TRUE`, which need no rows, else as for [fitted()][fitted.sgdlasso].
#' @param sigma For gaussian fits, the standard deviation of the noise (of a row of weight 1). `NULL` (default): it is
#'   estimated, see below.
#' @param node.lambda For `"debiased"`, the lambda of all node-wise lassos, for columns at unit size. 0 is least
#'   squares. `NULL` (default): chosen for each, see below.
#' @param ... Nothing; an argument that is not known is an error. For cross-validations, the arguments above.
#' @return A matrix with a row for each column of `parm` and the limits in two columns, named as by [stats::confint()],
#'   on the scale of x. `NA` where there is no interval. `"selective"`: without `parm` only the selected columns have
#'   rows; of those in `parm`, the ones that are not selected have `NA`.
#' @section Errors: Class `sgdlasso_error_input`, with the reason, where no theory gives an interval: other families,
#' `alpha < 1`, limits on coefficients, fits that are not certified, a lambda that was chosen (selective), probabilities
#' of 0 or 1, columns that cannot be told apart (selective), data that cannot be found. Columns without a debiased
#' interval: a warning of class `sgdlasso_warning_collinear`.
#' @references
#' van de Geer, S., Buehlmann, P., Ritov, Y. and Dezeure, R. (2014). On asymptotically optimal confidence regions and
#' tests for high-dimensional models. *Annals of Statistics* 42, 1166-1202. \doi{10.1214/14-AOS1221}
#'
#' Zhang, C.-H. and Zhang, S. S. (2014). Confidence intervals for low dimensional parameters in high dimensional linear
#' models. *Journal of the Royal Statistical Society B* 76, 217-242. \doi{10.1111/rssb.12026}
#'
#' Javanmard, A. and Montanari, A. (2014). Confidence intervals and hypothesis testing for high-dimensional regression.
#' *Journal of Machine Learning Research* 15, 2869-2909. <https://jmlr.org/papers/v15/javanmard14a.html>
#'
#' Dezeure, R., Buehlmann, P., Meier, L. and Meinshausen, N. (2015). High-dimensional inference: confidence intervals,
#' p-values and R-software hdi. *Statistical Science* 30, 533-558. \doi{10.1214/15-STS527}
#'
#' Lee, J. D., Sun, D. L., Sun, Y. and Taylor, J. E. (2016). Exact post-selection inference, with application to the
#' lasso. *Annals of Statistics* 44, 907-927. \doi{10.1214/15-AOS1371}
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1)
#' confint(fit)
#' confint(fit, "unemployed", level = 0.9)
#' confint(fit, method = "selective")
#' summary(fit, conf.int = TRUE)$inference
#' @importFrom stats confint
#' @export
confint.sgdlasso <- function(object, parm, level = 0.95, s = NULL, method = "debiased", x, y, weights = NULL,
                             offset = NULL, data, sigma = NULL, node.lambda = NULL, ...) {
  check_dots_empty(..., known = names(formals(confint.sgdlasso)))
  table <- inference_of(
    object, parm, level, s, method, x, y, weights, offset, data, sigma, node.lambda, envir = parent.frame()
  )
  tails <- c((1 - level) / 2, 1 - (1 - level) / 2)
  percents <- paste(format(100 * tails, trim = TRUE, scientific = FALSE, digits = 3), "%")
  matrix(c(table$conf.low, table$conf.high), ncol = 2, dimnames = list(table$term, percents))
}

#' @rdname confint.sgdlasso
#' @export
confint.cv.sgdlasso <- function(object, parm, level = 0.95, s = "lambda.1se", method = "debiased", ...) {
  arguments <- list(
    object$sgdlasso.fit, level = level, s = lambda_at(object, s, parent.frame()), method = method, ...
  )
  if (!missing(parm)) arguments$parm <- parm
  do.call(stats::confint, arguments, quote = TRUE, envir = parent.frame())
}

# The table of estimates and intervals: term, estimate, std.error, p.value, adj.p.value, conf.low, conf.high; with
# `method`, `level`, `adjust`, `lambda` and `lasso`, the coefficients there, as attributes.
inference_of <- function(object, parm, level = 0.95, s = NULL, method = "debiased", x, y, weights = NULL, offset = NULL,
                         data, sigma = NULL, node.lambda = NULL, adjust = "holm", envir) {
  check_fit(object)
  level <- check_level(level)
  method <- check_choice(method, c("debiased", "selective"), "method")
  adjust <- check_choice(adjust, stats::p.adjust.methods, "adjust")
  check_inference(object, method, sigma, node.lambda)
  s <- one_lambda(object, s, envir)
  check_solvable(s)
  if (method == "selective") check_not_chosen(object, s)
  columns <- columns_of_parm(object, parm)
  model <- inference_model(object, unname(s), x, y, weights, offset, data, envir)
  if (method == "selective" && missing(parm)) columns <- which(model$beta != 0)
  estimates <- if (method == "debiased") {
    with_normal_limits(debiased_estimates(model, columns, object$family, sigma, node.lambda), level)
  } else {
    selective_estimates(model, columns, sigma, level)
  }
  estimates$adj.p.value <- stats::p.adjust(estimates$p.value, adjust)
  told <- c("estimate", "std.error", "p.value", "adj.p.value", "conf.low", "conf.high")
  structure(
    cbind(data.frame(term = model$names[columns]), estimates[told]),
    method = method, level = level, adjust = adjust, lambda = model$lambda, lasso = model$beta[columns]
  )
}

# The same for a function that gives it where it is asked for, else NULL. told: what the function itself knows; known:
# its arguments; ...: what else it was given.
asked_inference <- function(object, conf.int, told, known, ...) {
  wanted <- check_flag(conf.int, "conf.int")
  known <- c(known, if (wanted) setdiff(names(formals(inference_of)), c("object", "level", "envir")))
  given <- list(...)
  unknown <- !(names(given) %||% character(length(given))) %in% known
  do.call(check_dots_empty, c(given[unknown], list(known = known)))
  if (!wanted) return(NULL)
  told$level <- check_level(told$level, "conf.level")
  do.call(inference_of, c(list(object), told, given), quote = TRUE)
}

# What estimates of each method begin with.
no_estimates <- function(count) {
  columns <- c("estimate", "std.error", "p.value", "conf.low", "conf.high")
  as.data.frame(matrix(NA_real_, count, length(columns), dimnames = list(NULL, columns)))
}

with_normal_limits <- function(estimates, level) {
  half <- stats::qnorm((1 + level) / 2) * estimates$std.error
  estimates$p.value <- 2 * stats::pnorm(-abs(estimates$estimate / estimates$std.error))
  estimates$conf.low <- estimates$estimate - half
  estimates$conf.high <- estimates$estimate + half
  estimates
}

# ---- what is refused -----------------------------------------------------------------

check_inference <- function(object, method, sigma, node.lambda) {
  families <- if (method == "debiased") c("gaussian", "binomial") else "gaussian"
  if (!object$family %in% families) {
    abort_input(
      "`method` is \"{method}\", and this is a {object$family} fit.",
      "Its theory is for {families}."
    )
  }
  if (object$alpha < 1) {
    abort_input("`alpha` is {object$alpha}.", "The theory of these intervals is for the lasso, alpha = 1.")
  }
  if (!is.null(object$lower.limits) || !is.null(object$upper.limits)) {
    abort_input("The fit has limits on its coefficients.", "No theory gives intervals there.")
  }
  if (!is_certified(object$solver)) {
    abort_input(
      "The fit is by solver_{object$solver$name}(), near the optimum and not at it.",
      "Intervals are for the optimum: fit with solver = \"auto\"."
    )
  }
  if (!is.null(sigma)) {
    if (object$family != "gaussian") abort_input("`sigma` is given.", "Only gaussian fits have one.")
    check_number(sigma, "sigma", least = 0, open = TRUE)
  }
  if (!is.null(node.lambda)) {
    if (method != "debiased") abort_input("`node.lambda` is given.", "It is for method = \"debiased\".")
    check_number(node.lambda, "node.lambda", least = 0)
  }
}

# Selective intervals take lambda as given. A name stands for a choice, and so does a fitted lambda that was not given.
check_not_chosen <- function(object, s) {
  if (is_choice(s)) {
    abort_input("`s` is \"{names(s)}\", which was chosen by looking at the response.", honest_lambda)
  }
  origin <- lambda_origin(object)
  if (origin == "given" || !is_fitted_lambda(object, s)) return(invisible())
  what <- switch(origin,
    made = "of a grid that was made from the response",
    `cross-validated` = "of the lambdas that cross-validation chose among",
    "which was chosen by looking at the response"
  )
  abort_input("`s` is {format(s)}, {what}.", honest_lambda)
}

# Of what lambda_at() returns: whether it was asked for by name.
is_choice <- function(s) any(names(s) %in% c("lambda.min", "lambda.1se", criteria))

# Fits of earlier versions do not tell; their calls do.
lambda_origin <- function(object) {
  if (!is.null(object$lambda.origin)) return(object$lambda.origin)
  if (has_call(object) && is.null(object$call[["lambda"]])) "made" else "given"
}

is_fitted_lambda <- function(object, s) !is.na(fitted_at(object$lambda, s[1]))

honest_lambda <- paste(
  "Selective intervals need a lambda fixed beforehand. Or choose on one half of the rows, and fit the selected columns",
  "by lm() on the other."
)

# ---- columns ------------------------------------------------------------------------

columns_of_parm <- function(object, parm) {
  p <- object$dim[1]
  if (missing(parm)) return(seq_len(p))
  names <- rownames(object$beta)
  if (is.character(parm)) {
    if ("(Intercept)" %in% parm) abort_input("`parm` has \"(Intercept)\".", "Only columns have intervals.")
    unknown <- setdiff(parm, names)
    if (length(unknown)) {
      abort_input(
        "`parm` names {first_words(unknown)}, which {qty(unknown)}{?is/are} no column{?s} of the fit.",
        "Columns: {first_words(names, 10)}."
      )
    }
    return(unlist(lapply(parm, function(name) which(names == name)))) # names need not be unique
  }
  parm <- plain_numbers(parm, "parm")
  if (!is.numeric(parm) || anyNA(parm) || any(parm != round(parm) | parm < 1 | parm > p)) {
    abort_input("`parm` is {describe(parm)}.", "It must be names of columns, or numbers from 1 to {p}.")
  }
  as.integer(parm)
}
