# The relaxed lasso: each model of the path fitted again on its own columns, without penalty.

# An sgdlasso fit at the lambdas whose models have fewer columns than rows to fit them (glmnet's bound, n - 3).
relax_fit <- function(fit, rows, settings) {
  most <- max(length(rows$y) - 3L, 0L)
  kept <- which(fit$df <= most)
  columns <- split_columns(fit$beta)[kept]
  supports <- vapply(columns, paste, "", collapse = " ")
  first <- match(supports, supports)
  models <- lapply(unique(first), function(k) finite_or_null(refit_columns(columns[[k]], fit, rows, settings)))
  models <- models[match(first, unique(first))]
  finite <- !vapply(models, is.null, NA)
  if (!all(finite)) warn_infinite(sum(!finite))
  models <- models[finite]
  kept <- kept[finite]
  relaxed <- fit
  relaxed$a0 <- stats::setNames(vapply(models, function(model) model$a0, 0), names(fit$a0)[kept])
  relaxed$beta <- fit$beta[, kept, drop = FALSE]
  relaxed$beta@x <- as.double(unlist(lapply(models, function(model) model$beta)))
  relaxed$df <- fit$df[kept]
  relaxed$dim <- dim(relaxed$beta)
  relaxed$lambda <- fit$lambda[kept]
  relaxed$gap <- vapply(models, function(model) model$gap, 0)
  relaxed$dev.ratio <- vapply(models, function(model) model$dev.ratio, 0)
  relaxed$converged <- if (is_certified(settings$solver)) all(within_tol(relaxed$gap, settings$tol)) else NA
  relaxed[c("trace", "kkt", "residuals", "accuracy", "relaxed")] <- NULL
  relaxed
}

# Classes that the columns separate have no finite model without penalty; mostly it is near enough before it overflows.
finite_or_null <- function(code) tryCatch(code, sgdlasso_error_overflow = function(e) NULL)

warn_infinite <- function(count) {
  warn_class("sgdlasso_warning_relax", sprintf(
    "%d relaxed model%s left out: without penalty the coefficients grow until the linear predictor overflows.",
    count, if (count == 1) " is" else "s are"
  ))
}

# Coefficients of these columns without penalty.
refit_columns <- function(columns, fit, rows, settings) {
  if (length(columns) == 0) {
    return(list(
      a0 = unname(fit$a0[fit$df == 0][1]), beta = numeric(), gap = 0, dev.ratio = fit$dev.ratio[fit$df == 0][1]
    ))
  }
  rows$x <- rows$x[, columns, drop = FALSE]
  settings$penalty.factor <- rep(1, length(columns))
  settings$lower.limits <- settings$lower.limits[columns]
  settings$upper.limits <- settings$upper.limits[columns]
  settings$lambda <- 0
  settings$dfmax <- Inf
  settings$trace <- FALSE
  settings$tol <- min(settings$tol, 1e-10) # without a penalty the last digits cost next to nothing
  if (is_certified(settings$solver)) settings$solver <- choose_solver(solver_exact(), rows$x, settings$family)
  result <- train(rows, settings)
  beta <- numeric(length(columns))
  beta[result$beta$i + 1L] <- result$beta$x
  list(a0 = result$a0, beta = beta, gap = result$gap, dev.ratio = deviance_ratio(result$deviance, result$null_deviance))
}

relaxed_at <- function(object, s, gamma) {
  if (is.null(object$relaxed)) abort_input("`gamma` is {gamma}, and the fit is not relaxed.", "Fit with relax = TRUE.")
  if (length(object$relaxed$lambda) == 0) {
    abort_input(
      "`gamma` is {gamma}, and every model has more than n - 3 columns, too many to relax.",
      "Fit with larger lambdas."
    )
  }
  whole <- is.null(s) && length(object$relaxed$lambda) == length(object$lambda)
  if (!whole) s <- s %||% stats::setNames(object$relaxed$lambda, names(object$relaxed$a0))
  lasso <- coefficients_at(object, s)
  relaxed <- coefficients_at(object$relaxed, s)
  beta <- methods::as(gamma * lasso$beta + (1 - gamma) * relaxed$beta, "CsparseMatrix")
  list(a0 = gamma * lasso$a0 + (1 - gamma) * relaxed$a0, beta = beta)
}

# Models at each gamma: lists of one, or of several that are named as glmnet names them, where that tells them apart.
mixtures <- function(object, s, gamma) {
  if (length(gamma) < 2) return(list(coefficients_at(object, s, gamma)))
  names <- format(round(check_gammas(gamma), 2))
  if (anyDuplicated(names)) names <- format(gamma, digits = 15)
  lapply(stats::setNames(gamma, names), function(one) coefficients_at(object, s, one))
}

# What was made of mixtures(): of one the result itself.
one_or_all <- function(results) if (length(results) == 1) results[[1]] else results
