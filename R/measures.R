# How wrong predictions are, in glmnet's measures: used by cross-validation and by assess().

# For each family the measures that it has, its default first.
measures_of <- function(family) {
  switch(family,
    gaussian = c("mse", "deviance", "mae"),
    binomial = c("deviance", "class", "auc", "mse", "mae"),
    poisson = c("deviance", "mse", "mae")
  )
}

measure_title <- function(measure, family) {
  deviance <- c(gaussian = "Mean-squared Error", binomial = "Binomial Deviance", poisson = "Poisson Deviance")[[family]]
  switch(measure,
    mse = "Mean-Squared Error", mae = "Mean Absolute Error", class = "Misclassification Error", auc = "AUC",
    deviance = deviance
  )
}

check_measure <- function(type.measure, family) {
  if (identical(type.measure, "default")) return(measures_of(family)[1])
  if (
    is.character(type.measure) && length(type.measure) == 1 && type.measure %in% c("auc", "class") &&
      family != "binomial"
  ) {
    abort_input("`type.measure` is \"{type.measure}\", and this is a {family} fit.", "Only binomial fits have classes.")
  }
  check_choice(type.measure, measures_of(family), "type.measure")
}

# One loss for each row and lambda. As in glmnet, binomial errors count both classes and probabilities are kept 1e-5
# away from 0 and 1.
row_losses <- function(y, eta, measure, family) {
  mu <- inverse_link(eta, family)
  both <- if (family == "binomial") 2 else 1
  switch(measure,
    mse = both * (y - mu)^2,
    mae = both * abs(y - mu),
    class = ifelse(mu > 0.5, 1 - y, y),
    deviance = if (family == "gaussian") (y - mu)^2 else unit_deviance(y, mu, eta, family)
  )
}

unit_deviance <- function(y, mu, eta, family) {
  if (family == "poisson") return(2 * (entropy_term(y) - y - (y * eta - mu)))
  least <- 1e-5
  mu <- pmin(pmax(mu, least), 1 - least)
  2 * (entropy_term(y) + entropy_term(1 - y) - (y * log(mu) + (1 - y) * log(1 - mu)))
}

# y log y, 0 at 0
entropy_term <- function(y) ifelse(y > 0, y * log(pmax(y, .Machine$double.xmin)), 0)

# The weighted share of pairs of rows of both classes whose order eta tells; ties count half. A proportion is a row of
# either class. NA where one class is absent.
area_under_curve <- function(y, eta, weights = 1) {
  order <- order(eta)
  more <- (weights * y)[order]
  less <- (weights * (1 - y))[order]
  level <- cumsum(c(TRUE, diff(eta[order]) != 0))
  more <- rowsum(more, level)[, 1]
  less <- rowsum(less, level)[, 1]
  pairs <- sum(more) * sum(less)
  if (pairs == 0) return(NA_real_)
  sum(more * (cumsum(less) - less / 2)) / pairs
}

# Of each lambda, over these rows: the weighted mean of the losses and their mean squared distance from it.
mean_losses <- function(y, eta, weights, measure, family) {
  if (measure == "auc") {
    w <- weights %||% 1
    return(list(mean = apply(eta, 2, area_under_curve, y = y, weights = w), spread = rep(NA_real_, ncol(eta))))
  }
  losses <- row_losses(y, eta, measure, family)
  if (is.null(weights)) weights <- rep(1, length(y))
  share <- weights / sum(weights)
  mean <- colSums(share * losses)
  list(mean = mean, spread = colSums(share * (losses - rep(mean, each = length(y)))^2))
}
