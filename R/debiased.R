# The debiased lasso: intervals for every column, from node-wise lassos on the Gram matrix.

# estimate and std.error of the columns asked for. sigma: the noise level, NULL where it is to be estimated.
debiased_estimates <- function(model, columns, family, sigma, node.lambda) {
  result <- no_estimates(length(columns))
  p <- length(model$usable)
  if (p > most_moments) {
    abort_input(
      "The fit has {p} columns.",
      "Debiased intervals need the Gram matrix of all of them, which is made of at most {most_moments}."
    )
  }
  known <- which(columns %in% model$usable)
  if (length(known) == 0) return(result)
  products <- unit_products(model$products(model$usable))
  if (family == "gaussian") sigma <- sigma %||% lasso_sigma(model, products$rss)
  nodes <- new_nodes(products$gram, model$used, node.lambda)
  dependent <- if (length(model$usable) < model$used) dependent_columns(products$gram)
  for (row in known) {
    j <- match(columns[row], model$usable)
    node <- if (!j %in% dependent) nodes(j)
    if (is.null(node)) next
    scale <- 1 / (node$own * products$size[j])
    result$estimate[row] <- model$beta[columns[row]] + scale * sum(node$direction * products$score)
    result$std.error[row] <- (sigma %||% 1) * scale * sqrt(node$size)
  }
  lost <- columns[known][is.na(result$estimate[known])]
  if (length(lost)) warn_collinear(lost, model$names)
  result
}

# Of columns of unit size, those that others make exactly: of fewer columns than rows none should be. Where more columns
# are, all of them are made of others, and the node-wise lassos choose.
dependent_columns <- function(gram) {
  finite <- which(is.finite(diag(gram)))
  factor <- suppressWarnings(chol(gram[finite, finite, drop = FALSE], pivot = TRUE, tol = least_own))
  rank <- attr(factor, "rank")
  if (rank == length(finite)) return(integer())
  first <- seq_len(rank)
  shares <- backsolve(factor[first, first, drop = FALSE], factor[first, -first, drop = FALSE])
  takes_part <- rowSums(abs(shares) > sqrt(least_own)) > 0
  finite[attr(factor, "pivot")[c(takes_part, rep(TRUE, length(finite) - rank))]]
}

# What is left of a column of size 1 without the others, where this is more than rounding.
least_own <- 1e-10

warn_collinear <- function(columns, names) {
  warn_class("sgdlasso_warning_collinear", pluralized(paste(
    "{length(columns)} column{?s} {?is/are} nearly made of others, and {?has/have} no interval:",
    "{first_words(names[columns])}."
  )))
}

# Residuals and n - df degrees of freedom.
lasso_sigma <- function(model, rss) {
  left <- model$used - sum(model$beta != 0) - model$intercept
  if (left < 1) {
    abort_input(
      "`sigma` is missing, and the model has as many nonzero coefficients as rows.",
      "Give the standard deviation of the noise, or take a larger lambda."
    )
  }
  sigma_of(rss, left, model)
}

# Below this share of the total the residuals are those of a model that is not exact enough.
least_residual <- 1e-8

sigma_of <- function(rss, left, model) {
  if (!isTRUE(rss > least_residual * model$total)) {
    abort_input("`sigma` is missing, and the residuals vanish.", "Give the standard deviation of the noise.")
  }
  sqrt(rss / left)
}

# ---- node-wise lassos --------------------------------------------------------------

# gram: of columns of unit size. A function of a column's number; see node_facts().
new_nodes <- function(gram, used, node.lambda) {
  p <- nrow(gram)
  if (p == 1) return(function(j) list(direction = 1, own = gram[1, 1], size = gram[1, 1]))
  cross <- rbind(cbind(gram, 0), 0)
  cross <- cross[lower.tri(cross, diag = TRUE)]
  last <- cumsum((p + 1):1) # of each row: its product with the response
  solve <- function(j, lambda) {
    cross[last] <- c(gram[, j], gram[j, j])
    settings <- list(
      family = "gaussian", alpha = 1, penalty.factor = replace(rep(1, p), j, Inf), intercept = FALSE,
      standardize = FALSE, lambda = lambda, dfmax = Inf, tol = 1e-8, maxpasses = 1e4,
      solver = on_source(solver_exact("moments"), "moments"), threads = 1L
    )
    moments <- list(weight = 1, mean = numeric(p + 1), cross = cross)
    checked_result(r_fit_moments(list(moments), used, core_spec(settings))$fit)$beta
  }
  top <- sqrt(2 * log(p) / used)
  function(j) {
    if (!is.finite(gram[j, j])) return(NULL)
    choose_node(function(lambda) node_facts(gram, j, solve(j, lambda), length(lambda)), top, node.lambda)
  }
}

# For each lambda: the direction, 1 for column j and minus the node-wise coefficients for the others; `own`, the product
# of what is left of the column with the column; `size`, that with itself; `leak`, the largest share of another
# coefficient's error that comes into the estimate.
node_facts <- function(gram, j, beta, count) {
  direction <- matrix(0, nrow(gram), count)
  direction[cbind(beta$i + 1L, rep(seq_len(count), diff(beta$p)))] <- -beta$x
  direction[j, ] <- 1
  on <- which(rowSums(direction != 0) > 0)
  image <- gram[, on, drop = FALSE] %*% direction[on, , drop = FALSE]
  own <- image[j, ]
  image[j, ] <- 0
  leak <- apply(abs(image), 2, max) / own
  list(direction = direction, own = own, size = colSums(direction * image) + own, leak = leak)
}

# The rule of Zhang and Zhang (2014, table 1): the largest lambda whose column products are at most sqrt(2 log p) times
# the residuals' size, then on while the variance is at most a quarter larger. Lambdas are solved a decade at a time.
choose_node <- function(facts_at, top, node.lambda) {
  if (!is.null(node.lambda)) return(node_at(facts_at(node.lambda), 1))
  best <- NULL
  bound <- NULL
  for (decade in 0:2) {
    lambda <- top * 10^-(decade + (0:9) / 10)
    facts <- facts_at(lambda)
    for (k in seq_along(lambda)) {
      variance <- facts$size[k] / facts$own[k]^2
      if (!is.null(bound) && !isTRUE(variance <= bound)) return(best)
      best <- node_at(facts, k)
      if (is.null(bound) && lambda[k] <= top * sqrt(max(facts$size[k], 0))) bound <- 1.25 * variance
    }
  }
  best
}

# NULL where the column cannot be told from others.
node_at <- function(facts, k) {
  if (!isTRUE(facts$own[k] > least_own && facts$leak[k] < most_leak)) return(NULL)
  list(direction = facts$direction[, k], own = facts$own[k], size = facts$size[k])
}

# Two columns that are the same have 1.
most_leak <- 0.9
