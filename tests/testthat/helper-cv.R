# Cross-validation in plain R: a fit of its own for every fold, predictions row by row, losses as they are defined.

plain_losses <- function(y, eta, measure, family) {
  mu <- switch(family, gaussian = eta, binomial = plogis(eta), poisson = exp(eta))
  both <- if (family == "binomial") 2 else 1
  switch(measure,
    mse = both * (y - mu)^2,
    mae = both * abs(y - mu),
    class = ifelse(mu > 0.5, 1 - y, y),
    deviance = {
      if (family == "binomial") mu <- pmin(pmax(mu, 1e-5), 1 - 1e-5)
      get(family)()$dev.resids(y, mu, rep(1, length(y)))
    }
  )
}

# The measure at each lambda, folds weighted by their rows' weights.
plain_cv <- function(x, y, fold, lambda, measure, family = "gaussian", w = rep(1, length(y)), o = rep(0, length(y)),
                     ...) {
  by_fold <- sapply(sort(unique(fold)), function(k) {
    out <- fold != k
    fit <- sgdlasso(
      x[out, , drop = FALSE], y[out], family, weights = w[out], offset = o[out], lambda = lambda, tol = 1e-12, ...
    )
    eta <- sweep(as.matrix(x[!out, , drop = FALSE] %*% as.matrix(fit$beta)), 2, fit$a0, `+`) + o[!out]
    apply(eta, 2, function(e) weighted.mean(plain_losses(y[!out], e, measure, family), w[!out]))
  })
  weight <- tapply(w, fold, sum)
  by_fold <- matrix(by_fold, ncol = length(weight))
  mean <- apply(by_fold, 1, weighted.mean, weight)
  between <- apply((by_fold - mean)^2, 1, weighted.mean, weight)
  list(cvm = unname(mean), cvsd = unname(sqrt(between / (length(weight) - 1))))
}
