# What plot() and autoplot() draw: numbers, names and colours, the same for both.

# Okabe and Ito's colours, told apart by most colour-blind readers; line types carry on where they end.
line_colours <- c("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

# Of n curves, by their place.
colours_of <- function(n) rep_len(line_colours, n)
types_of <- function(n) (seq_len(n) - 1) %/% length(line_colours) %% 6 + 1

# The lines of a path: positions on the x axis, one row of sizes for each column that is ever nonzero, nonzero counts.
path_curves <- function(x, xvar, scale = "standardized") {
  xvar <- check_choice(xvar, c("lambda", "norm", "dev"), "xvar")
  kept <- x$lambda > 0 | xvar != "lambda"
  if (length(unique(x$lambda[kept])) < 2) {
    abort_input(
      "`what` is \"path\", and the fit has one lambda above 0.",
      "Fit with several, or plot what = \"coefficients\"."
    )
  }
  sizes <- as.matrix(x$beta) * units_of(x, scale)
  at <- switch(xvar, lambda = -log10(x$lambda), norm = colSums(abs(sizes)), dev = x$dev.ratio)[kept]
  coefficient <- size_title(scale)
  title <- switch(xvar,
    lambda = expression(log[10](lambda)),
    norm = paste0("sum of absolute ", coefficient, "s"),
    dev = "share of deviance explained"
  )
  sizes <- sizes[, kept, drop = FALSE]
  list(
    at = at, sizes = sizes[rowSums(sizes != 0) > 0, , drop = FALSE], df = x$df[kept], title = title, ylab = coefficient,
    falling = xvar == "lambda"
  )
}

# What coefficients are multiplied by.
units_of <- function(x, scale) {
  if (check_choice(scale, c("standardized", "raw"), "scale") == "raw") 1 else x$x.sd
}

size_title <- function(scale) if (scale == "raw") "coefficient" else "standardised coefficient"

# Coefficients at s, the largest of them, in rising order.
largest_coefficients <- function(x, s, most, envir, scale = "standardized") {
  most <- check_number(most, "most", least = 1, whole = TRUE)
  if (is.null(s)) s <- min(x$lambda)
  s <- one_lambda(x, s, envir)
  beta <- coefficients_at(x, s)$beta
  sizes <- stats::setNames(beta[, 1] * units_of(x, scale), rownames(beta))
  sizes <- sizes[utils::head(order(-abs(sizes)), most)]
  list(sizes = sizes[order(sizes)], title = paste("lambda =", format(s, digits = 3)), xlab = size_title(scale))
}

training_curve <- function(x) {
  if (is.null(x$trace) || nrow(x$trace) == 0) {
    abort_input("`what` is \"trace\", and the fit has none.", "Train with trace = TRUE and at least one epoch.")
  }
  list(
    mse = x$trace$mse, xlab = if (length(x$lambda) > 1) "epoch, lambda after lambda" else "epoch",
    ylab = if (x$family == "gaussian") "mean squared error" else "mean loss"
  )
}

# ---- cross-validation ---------------------------------------------------------------

# A curve of the measure for each gamma (for the lasso alone just one), the errors of the best one, and what print()
# tells was chosen.
cv_curves <- function(x) {
  positive <- x$lambda > 0
  if (!any(positive)) abort_input("`x` was cross-validated at lambda 0 only.", "There is nothing to draw.")
  relaxed <- x$relaxed
  statistics <- if (is.null(relaxed)) list(x) else relaxed$statlist
  best <- if (is.null(relaxed)) 1L else relaxed$index[1, "Gamma"]
  means <- vapply(statistics, function(one) unname(one$cvm)[positive], numeric(sum(positive)))
  dim(means) <- c(sum(positive), length(statistics))
  lambda <- if (is.null(relaxed)) c(x$lambda.min, x$lambda.1se) else c(relaxed$lambda.min, relaxed$lambda.1se)
  lambda <- stats::setNames(lambda, c("lambda.min", "lambda.1se"))
  if (!is.null(relaxed)) {
    names(lambda) <- paste0(names(lambda), ", ", gamma_texts(c(relaxed$gamma.min, relaxed$gamma.1se)))
  }
  list(
    at = -log10(x$lambda[positive]), means = means, best = best, low = unname(statistics[[best]]$cvlo)[positive],
    high = unname(statistics[[best]]$cvup)[positive], nzero = unname(x$nzero)[positive], chosen = -log10(lambda),
    gammas = if (!is.null(relaxed)) gamma_texts(relaxed$gamma), title = unname(x$name),
    marked = if (!is.null(relaxed)) {
      mapply(function(k, gamma) statistics[[gamma]]$cvm[k], relaxed$index[, 1], relaxed$index[, 2])
    }
  )
}

gamma_texts <- function(gamma) paste("gamma", vapply(gamma, format, "", digits = 3))

# The measure's range: of relaxed fits that are much worse than the best one's errors reach, only a part is shown.
measure_range <- function(curves) {
  errors <- range(curves$low, curves$high, curves$means[, curves$best], na.rm = TRUE)
  all <- range(errors, curves$means, na.rm = TRUE)
  c(max(all[1], errors[1] - diff(errors)), min(all[2], errors[2] + diff(errors)))
}

# ---- names --------------------------------------------------------------------------

# The curves to be named: the largest at their end, from the lowest to the highest.
named_curves <- function(ends, most) {
  largest <- utils::head(order(-abs(ends)), most)
  largest[order(ends[largest])]
}

# Names of at most `width` letters, the rest left out in the middle. Where names would be the same others are left out,
# or fewer, up to twice the width; then they are numbered.
shorten_names <- function(names, width = 20) {
  names[is.na(names)] <- ""
  longest <- max(nchar(names), 0)
  for (kept in (width:(2 * width)) - 3) {
    if (longest <= kept + 3) return(names)
    heads <- seq_len(kept - 1)
    for (head in heads[order(abs(heads - kept / 2))]) {
      short <- cut_middle(names, head, kept - head)
      if (anyDuplicated(short[!duplicated(names)]) == 0) return(short)
    }
  }
  make.unique(cut_middle(names, width %/% 2 - 3, width %/% 2))
}

cut_middle <- function(names, head, tail) {
  n <- nchar(names)
  ifelse(n <= head + tail + 3, names, paste0(substr(names, 1, head), "...", substring(names, n - tail + 1)))
}

# Sorted positions moved as little as needed to stand `gap` apart between these limits.
spread_apart <- function(positions, gap, limits = c(-Inf, Inf)) {
  steps <- (seq_along(positions) - 1) * gap
  moved <- stats::isoreg(positions - steps)$yf
  pmax(pmin(moved, limits[2] - steps[length(steps)]), limits[1]) + steps
}

# Where counts of nonzero coefficients are written: about seven places, none closer to the last than a twelfth of the
# axis.
count_ticks <- function(at) {
  places <- seq(at[1], at[length(at)], length.out = 7)
  ticks <- unique(vapply(places, function(place) which.min(abs(at - place)), 0L))
  kept <- ticks[1]
  for (tick in ticks[-1]) {
    if (abs(at[tick] - at[kept[length(kept)]]) >= diff(range(at)) / 12) kept <- c(kept, tick)
  }
  kept
}
