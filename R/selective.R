# Intervals for the columns that the lasso selected, given that it selected them with these signs (the polyhedral lemma
# of Lee, Sun, Sun and Taylor 2016).

# A row for each of the columns asked for, NA where it is not selected.
selective_estimates <- function(model, columns, sigma, level) {
  result <- no_estimates(length(columns))
  on <- which(model$beta != 0)
  if (length(on) == 0) return(result)
  selected <- selected_model(model, on)
  sigma <- sigma %||% full_sigma(model)
  for (row in which(columns %in% on)) {
    k <- match(columns[row], on)
    result[row, ] <- selective_one(selected, k, sigma, level)
  }
  result
}

# Least squares on the selected columns, the lasso there to the last digit, and a proof that it is the lasso's optimum.
selected_model <- function(model, on) {
  products <- unit_products(model$products(on))
  inverse <- inverse_gram(products$gram) / tcrossprod(products$size)
  signs <- sign(model$beta[on])
  least_squares <- model$beta[on] + as.vector(inverse %*% (products$score * products$size))
  lasso <- least_squares - as.vector(inverse %*% (model$penalty[on] * signs))
  penalised <- model$penalty[on] > 0
  beta <- replace(model$beta, on, lasso)
  out <- setdiff(model$usable, on)
  slack <- 1e-7 * max(model$penalty[model$usable])
  settled <- all(sign(lasso)[penalised] == signs[penalised]) &&
    all(abs(model$scores(beta)[out]) <= model$penalty[out] + slack)
  if (!settled) {
    abort_input(
      "`s` is {format(model$lambda)}, where columns are just entering or leaving the model.",
      "Selective intervals need the exact model; take another lambda."
    )
  }
  list(inverse = inverse, least_squares = least_squares, inside = ifelse(penalised, signs * lasso, Inf), signs = signs)
}

inverse_gram <- function(gram) {
  factor <- tryCatch(chol(gram), error = function(e) NULL)
  if (is.null(factor) || min(diag(factor)) < 1e-6) {
    abort_input(
      "`object` selects columns that are nearly made of each other.",
      "Their partial coefficients cannot be told; leave some of them out."
    )
  }
  chol2inv(factor)
}

# The signs hold as long as the estimate k moves by no more than these distances, while all that is independent of it
# stays as it is. The columns that are not selected bound nothing: residuals of least squares do not move.
selective_one <- function(selected, k, sigma, level) {
  slope <- selected$signs * selected$inverse[, k] / selected$inverse[k, k]
  below <- min(Inf, (selected$inside / slope)[slope > 0])
  above <- min(Inf, (selected$inside / -slope)[slope < 0])
  deviation <- sigma * sqrt(selected$inverse[k, k])
  estimate <- selected$least_squares[k]
  below <- below / deviation
  above <- above / deviation
  limits <- estimate + deviation * truncated_limits(below, above, level)
  tails <- truncated_tails(estimate / deviation, below, above)
  list(estimate, deviation, min(1, 2 * exp(min(tails))), limits[1], limits[2])
}

# From the residuals of least squares on all columns, which selection does not look at.
full_sigma <- function(model) {
  advice <- "Give the standard deviation of the noise, such as one from other data."
  p <- length(model$usable)
  if (p > most_moments || p + model$intercept >= model$used) {
    abort_input("`sigma` is missing, and {model$used} rows of {p} columns do not tell the noise.", advice)
  }
  products <- unit_products(model$products(model$usable))
  factor <- suppressWarnings(chol(products$gram, pivot = TRUE, tol = 1e-10)) # a warning where columns say the same
  rank <- attr(factor, "rank")
  some <- seq_len(rank)
  kept <- attr(factor, "pivot")[some]
  explained <- forwardsolve(t(factor[some, some, drop = FALSE]), products$score[kept])
  sigma_of(products$rss - sum(explained^2), model$used - rank - model$intercept, model)
}
