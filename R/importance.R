#' Rank columns or terms by their standardised size
#'
#' Coefficients in the units of their columns cannot be compared: a length in metres has a thousand times the
#' coefficient that it has in millimetres. `importance()` multiplies the size of each by the standard deviation of its
#' column, and puts the columns of a factor, or of another term of a formula, together.
#'
#' @section Terms:
#' The importance of a column is |coefficient| times the column's standard deviation on the training rows (weighted,
#' divisor n): the standard deviation of what the column contributes to the linear predictor, in the units of the
#' response for gaussian, of log odds for binomial and of log counts for poisson. That of a term is the sum over its
#' columns. It needs no data; the standard deviation of what the term contributes is never larger, and the same for a
#' term of one column. It depends on how a factor is coded, as the lasso itself does.
#'
#' @param fit A fit by [sgdlasso()], or a result of [cv.sgdlasso()].
#' @param s,gamma One lambda, which may be left out where the fit has only one, and the mixture of lasso and relaxed
#'   fit, as for [predict.sgdlasso()] and [predict.cv.sgdlasso()].
#' @param by `"term"`, the terms of the formula (default for fits of a formula), or `"column"`, the columns as
#'   [coef()][coef.sgdlasso] has them (default for other fits).
#' @param x,object A result of `importance()`.
#' @param most Number of rows that are charted at most. Default 15; fewer where there is no room.
#' @param ... For `plot()`, further graphical parameters of [graphics::dotchart()]; else nothing: an argument that is
#'   not known is an error.
#' @return `importance()`: a data frame of class `"sgdlasso_importance"` with a row for each column or term, from the
#'   largest importance to the smallest: `term`, its name; `importance`; `sign`, 1 or -1, that of its coefficients, 0
#'   where all are zero and `NA` where they have both signs. `plot()`: `x`, invisibly. `autoplot()`: a ggplot.
#' @section With randomForest and ranger:
#' The methods of `importance()` are registered for the generics of these packages too. Where one of them is attached,
#' in either order, `importance()` is its own, and knows fits by [sgdlasso()] as well as forests.
#' `sgdlasso::importance()` always is there.
#' @section Errors: A path without `s`, several `s`, and terms of a fit that has no formula: class
#' `sgdlasso_error_input`.
#' @references
#' Menard, S. (2004). Six approaches to calculating standardized logistic regression coefficients. *The American
#' Statistician* 58, 218-223. \doi{10.1198/000313004X946} (coefficients times the deviation of their column)
#' @seealso [stability()], [plot.sgdlasso()].
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates)
#' importance(fit, s = 0.5)
#' plot(importance(fit, s = 0.5))
#'
#' # levels of a factor count together
#' fit <- sgdlasso(len ~ factor(dose) + supp, data = ToothGrowth, lambda = 0.1)
#' importance(fit)
#' importance(fit, by = "column")
#' @export
importance <- function(fit, ...) UseMethod("importance")

#' @rdname importance
#' @export
#' @rawNamespace S3method(randomForest::importance, sgdlasso)
#' @rawNamespace S3method(ranger::importance, sgdlasso)
importance.sgdlasso <- function(fit, s = NULL, by = NULL, gamma = 1, ...) {
  check_dots_empty(..., known = names(formals(importance.sgdlasso)))
  check_fit(fit, "fit")
  by <- check_choice(by %||% if (is.null(fit$terms)) "column" else "term", c("term", "column"), "by")
  s <- one_lambda(fit, s, parent.frame())
  sizes <- standardized_coefficients(fit, s, gamma)
  counts <- if (by == "term") columns_of_terms(fit) else stats::setNames(rep(1, length(sizes)), rownames(fit$beta))
  group <- factor(rep(seq_along(counts), counts), seq_along(counts))
  total <- function(values) as.vector(tapply(values, group, sum, default = 0))
  size <- total(abs(sizes))
  net <- total(sizes)
  sign <- ifelse(abs(net) < size * (1 - 1e-12), NA, sign(net))
  order <- order(-size)
  table <- data.frame(term = names(counts)[order], importance = size[order], sign = sign[order])
  structure(table, class = c("sgdlasso_importance", "data.frame"), lambda = unname(s))
}

#' @rdname importance
#' @export
#' @rawNamespace S3method(randomForest::importance, cv.sgdlasso)
#' @rawNamespace S3method(ranger::importance, cv.sgdlasso)
importance.cv.sgdlasso <- function(fit, s = "lambda.1se", ..., gamma = NULL) ask_fit(importance, fit, s, gamma, ...)

# Of one lambda, each times the deviation of its column.
standardized_coefficients <- function(fit, s, gamma = 1) coefficients_at(fit, s, gamma)$beta[, 1] * fit$x.sd

# How many columns each term has, by name, from what the fit keeps: terms, kinds of variables, levels and contrasts.
columns_of_terms <- function(fit) {
  if (is.null(fit$terms)) {
    abort_input("`by` is \"term\", and the fit has no formula.", "Use by = \"column\".")
  }
  terms <- fit$terms
  kinds <- attr(terms, "dataClasses")[seq_len(nrow(attr(terms, "factors")))]
  prototypes <- Map(function(kind, name) prototype_of(kind, fit$xlevels[[name]]), kinds, names(kinds))
  counts <- or_input_error(term_sizes(terms, prototypes, fit$contrasts)("columns"), no_terms)
  if (sum(counts) != fit$dim[1]) abort_input(paste0(no_terms, "."), "Use by = \"column\".")
  counts
}

no_terms <- "The columns of the fit cannot be told apart by terms"

# A variable of no rows of the kind that model.frame() tells.
prototype_of <- function(kind, levels) {
  if (!is.null(levels)) return(factor(character(), levels))
  if (kind == "logical") return(logical())
  if (startsWith(kind, "nmatrix.")) return(matrix(0, 0, as.integer(sub("nmatrix.", "", kind, fixed = TRUE))))
  numeric()
}

# ---- pictures ------------------------------------------------------------------------

#' @rdname importance
#' @export
plot.sgdlasso_importance <- function(x, most = 15, ...) {
  check_graphical(...)
  plot_coefficients(importance_chart(x, most), ...)
  invisible(x)
}

#' @rdname importance
#' @exportS3Method ggplot2::autoplot
autoplot.sgdlasso_importance <- function(object, most = 15, ...) {
  check_dots_empty(..., known = "most")
  autoplot_coefficients(importance_chart(object, most))
}

# As largest_coefficients() has it.
importance_chart <- function(x, most) {
  most <- check_number(most, "most", least = 1, whole = TRUE)
  sizes <- stats::setNames(x$importance, x$term)
  sizes <- sizes[utils::head(order(-sizes), most)]
  lambda <- attr(x, "lambda") # some rows of the table have none
  list(
    sizes = rev(sizes), title = if (!is.null(lambda)) paste("lambda =", format(lambda, digits = 3)),
    xlab = "importance (standardised size)"
  )
}
