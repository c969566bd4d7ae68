#' Information criteria
#'
#' The Akaike, Bayesian and extended Bayesian criteria of each model of a path. Use them to choose lambda without
#' cross-validation, by `s = "aic"`, `"bic"` or `"ebic"` in [coef()][coef.sgdlasso], [predict()][predict.sgdlasso] and
#' wherever else `s` is asked for.
#'
#' @section Degrees of freedom:
#' For the lasso the number of nonzero coefficients, which is an unbiased estimate (Zou, Hastie and Tibshirani 2007;
#' Tibshirani and Taylor 2012). For `alpha < 1` the effective number, the trace of
#'
#' \deqn{X_A (X_A' W X_A + \lambda (1 - \alpha) V)^{-1} X_A' W}{X_A (X_A' W X_A + lambda (1 - alpha) V)^-1 X_A' W}
#'
#' over the nonzero columns A, centred if there is an intercept; W are the weights, times the variance of the response
#' at the fit outside gaussian, and V holds the penalty factors times the squared deviations of the columns. That takes
#' the rows of training: the fit finds them as for [fitted()][fitted.sgdlasso]. In each case the intercept adds one and,
#' for gaussian, so does the variance of the residuals.
#'
#' `AIC` is -2 log L + 2 df, `BIC` is -2 log L + log(n) df, and `EBIC` adds `2 gamma log(choose(p, number of nonzero
#' coefficients))` to that, which allows for the number of models of the same size (Chen and Chen 2008).
#'
#' @section Where the criteria are looked at:
#' A criterion is looked at where a model has at most half as many degrees of freedom as there are rows; intercept and
#' variance count. `s = "aic"`, `"bic"` and `"ebic"` take the lambda at which it is smallest there. For gaussian the
#' variance is that of the residuals. With more columns than rows these vanish towards the end of a path, and every
#' criterion falls without end, whatever the data. For least squares with k degrees of freedom the exact allowance is 2
#' k n / (n - k - 1), where `AIC` has 2 k (Hurvich and Tsai 1989): at k = n / 2 that is half of what is due, and beyond
#' it soon is next to nothing. Chen and Chen (2008) too show that `EBIC` finds the right model among models of bounded
#' size. The bound is the same for all families.
#'
#' Where a criterion is smallest beyond the bound, a warning of class `sgdlasso_warning_criterion` says so, and whether
#' the model taken is the last one before the bound: then the bound was what chose, and [cv.sgdlasso()] tells more.
#' `print()` tells where on the path models are not looked at. `AIC()`, `BIC()` and `EBIC()` give the values of all
#' models, with the same warning.
#'
#' @param object A fit by [sgdlasso()]; or a result of [cv.sgdlasso()], which answers for its fit.
#' @param ... For `AIC()` and `BIC()`, other fits of a single lambda to compare with, as in [stats::AIC()].
#' @param k The penalty per degree of freedom. Default 2.
#' @param gamma For `EBIC()`, the weight of the number of models, 0 (BIC) or more; not the mixture `gamma` of relaxed
#'   fits. Default 1, which `s = "ebic"` uses too.
#' @return A numeric vector, one value for each lambda; smaller is better.
#' @section Errors: For `alpha < 1`, if the data of the fit's call cannot be found again: class `sgdlasso_error_input`.
#' @references
#' Zou, H., Hastie, T. and Tibshirani, R. (2007). On the "degrees of freedom" of the lasso. *Annals of Statistics* 35,
#' 2173-2192. \doi{10.1214/009053607000000127}
#'
#' Hurvich, C. M. and Tsai, C.-L. (1989). Regression and time series model selection in small samples. *Biometrika* 76,
#' 297-307. \doi{10.1093/biomet/76.2.297}
#'
#' Tibshirani, R. J. and Taylor, J. (2012). Degrees of freedom in lasso problems. *Annals of Statistics* 40, 1198-1232.
#' \doi{10.1214/12-AOS1003}
#'
#' Chen, J. and Chen, Z. (2008). Extended Bayesian information criteria for model selection with large model spaces.
#' *Biometrika* 95, 759-771. \doi{10.1093/biomet/asn034}
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates)
#' head(cbind(lambda = fit$lambda, AIC = AIC(fit), BIC = BIC(fit), EBIC = EBIC(fit)))
#' coef(fit, s = "bic")
#' @name information
NULL

criteria <- c("aic", "bic", "ebic")

#' @rdname information
#' @importFrom stats AIC
#' @export
AIC.sgdlasso <- function(object, ..., k = 2) {
  k <- check_number(k, "k", least = 0)
  if (...length()) return(compare_fits(list(object, ...), match.call(), "AIC", function(n) k, parent.frame()))
  criterion_of_all(object, k, parent.frame())
}

#' @rdname information
#' @importFrom stats BIC
#' @export
BIC.sgdlasso <- function(object, ...) {
  if (...length()) return(compare_fits(list(object, ...), match.call(), "BIC", log, parent.frame()))
  criterion_of_all(object, log(object$nobs), parent.frame())
}

#' @rdname information
#' @export
EBIC <- function(object, gamma = 1) {
  if (inherits(object, "cv.sgdlasso")) object <- object$sgdlasso.fit
  if (!inherits(object, "sgdlasso")) abort_input("`object` is {describe(object)}.", "It must be a fit by sgdlasso().")
  gamma <- check_number(gamma, "gamma", least = 0)
  criterion_of_all(object, log(object$nobs), parent.frame(), gamma)
}

# The table that stats::AIC() makes of several fits; theirs may be of other classes. by(n): the penalty for a degree of
# freedom.
compare_fits <- function(fits, call, title, by, envir) {
  likelihood <- lapply(fits, function(fit) if (inherits(fit, "sgdlasso")) log_likelihood(fit, envir) else logLik(fit))
  if (any(lengths(likelihood) != 1)) abort_input("A fit has several lambdas.", "Compare fits of one lambda each.")
  df <- vapply(likelihood, attr, 0, "df")
  n <- vapply(likelihood, function(one) as.numeric(attr(one, "nobs") %||% NA), 0)
  value <- -2 * vapply(likelihood, as.numeric, 0) + vapply(n, by, 0) * df
  names <- vapply(as.list(call)[-1][seq_along(fits)], function(arg) deparse(arg)[1], "")
  stats::setNames(data.frame(df, value, row.names = make.unique(unname(names))), c("df", title))
}

# The value at each lambda, and whether it is where the criterion is looked at.
information_criterion <- function(object, k, envir, gamma = 0) {
  likelihood <- log_likelihood(object, envir)
  df <- attr(likelihood, "df")
  value <- -2 * as.numeric(likelihood) + k * df + if (gamma > 0) 2 * gamma * lchoose(object$dim[1], object$df) else 0
  list(value = stats::setNames(value, names(object$a0)), meant = df <= max(most_df(object), min(df)))
}

# Half of what the rows can tell.
most_df <- function(object) object$nobs / 2

criterion_of_all <- function(object, k, envir, gamma = 0) {
  found <- information_criterion(object, k, envir, gamma)
  if (is_beyond(found)) {
    warn_criterion(object, "The criterion", "Among the models before, `s` finds the best: see ?information.")
  }
  found$value
}

# The lambda that s = "aic", "bic" or "ebic" stands for.
criterion_lambda <- function(object, name, envir) {
  k <- if (name == "aic") 2 else log(object$nobs)
  found <- information_criterion(object, k, envir, gamma = if (name == "ebic") 1 else 0)
  best <- which(found$meant)[which.min(found$value[found$meant])]
  if (is_beyond(found)) {
    last <- if (best == max(which(found$meant))) " It is the last one before, so cross-validation tells more."
    taken <- pluralized("The best model before is taken, of {object$df[best]} nonzero coefficient{?s}.")
    warn_criterion(object, sprintf("`s` is \"%s\", which", name), paste0(taken, last))
  }
  object$lambda[best]
}

is_beyond <- function(found) isFALSE(found$meant[which.min(found$value)])

warn_criterion <- function(object, what, advice) {
  warn_class("sgdlasso_warning_criterion", sprintf(
    "%s is smallest beyond %s degrees of freedom, half the number of rows, where it means little. %s",
    what, format(floor(most_df(object))), advice
  ))
}

# For print(): where on the path the criteria are not looked at. The nonzero coefficients are a bound for the degrees of
# freedom, and these themselves for the lasso.
criteria_note <- function(object) {
  df <- object$df + object$intercept + (object$family == "gaussian")
  beyond <- df > max(most_df(object), min(df))
  if (!any(beyond) || length(object$lambda) == 1) return(NULL)
  from <- if (object$alpha == 1) {
    sprintf(" (the first at Lambda %s)", format(max(object$lambda[beyond]), digits = 4))
  } else {
    ""
  }
  sprintf(
    "AIC, BIC and EBIC are not looked at where a model has more than %s degrees of freedom, half the number of rows%s.",
    format(floor(most_df(object))), from
  )
}

log_likelihood <- function(object, envir) {
  n <- object$nobs
  gaussian <- object$family == "gaussian"
  lost <- deviance(object)
  value <- if (gaussian) -n / 2 * (log(2 * pi * lost / n) + 1) + object$loglik else object$loglik - lost / 2
  df <- unname(degrees_of_freedom(object, envir)) + object$intercept + gaussian
  structure(value, df = df, nobs = n, class = "logLik")
}

# Of the coefficients but the intercept.
degrees_of_freedom <- function(object, envir) {
  if (object$alpha == 1) return(object$df)
  if (isTRUE(object$solver$source)) {
    abort_input(
      "`alpha` is {object$alpha}, and the rows came from a source.",
      "Degrees of freedom then need another look at them, in memory."
    )
  }
  rows <- training_rows(object, envir, "Their rows are needed for alpha below 1.")
  eta <- linear_predictor(list(a0 = object$a0, beta = object$beta), rows)
  variance <- family(object)$variance(inverse_link(eta, object$family))
  dim(variance) <- dim(eta) # gaussian() drops it
  vapply(seq_along(object$lambda), function(k) effective_df(object, rows, variance[, k], k), 0)
}

effective_df <- function(object, rows, variance, k) {
  used <- which(object$beta[, k] != 0)
  if (length(used) == 0) return(0)
  weights <- rows$weights %||% rep(1, length(rows$y))
  weights <- weights / sum(weights) * variance
  x <- as.matrix(rows$x[, used, drop = FALSE])
  if (object$intercept) x <- x - rep(colSums(weights * x) / sum(weights), each = nrow(x))
  spread <- if (object$standardize) object$x.sd[used] else 1
  factor <- (object$penalty.factor %||% rep(1, object$dim[1]))[used]
  gram <- crossprod(x, weights * x)
  penalty <- object$lambda[k] * ridge_share(object, rows) * factor * spread^2
  # in columns of unit size, so that tiny units are no singularity
  size <- sqrt(diag(gram) + penalty)
  gram <- gram / tcrossprod(size)
  whole <- eigen(gram + diag(penalty / size^2, length(used)), symmetric = TRUE)
  kept <- whole$values > 1e-12 * whole$values[1] # columns that say the same count once
  directions <- whole$vectors[, kept, drop = FALSE]
  sum(colSums(directions * (gram %*% directions)) / whole$values[kept])
}

# What multiplies the squares in the penalty.
ridge_share <- function(object, rows) {
  if (object$family != "gaussian") return(1 - object$alpha)
  weight <- if (is.null(rows$weights)) length(rows$y) else sum(rows$weights)
  (1 - object$alpha) / sqrt(object$nulldev / weight)
}
