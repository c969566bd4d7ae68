#' Plot a fit
#'
#' Draws with base graphics; [ggplot2::autoplot()] draws the same pictures where ggplot2 is installed. Colours are those of Okabe
#' and Ito, which colour-blind readers can tell apart; line types carry on where they end.
#'
#' @param x,object A fit by [sgdlasso()], or a result of [cv.sgdlasso()].
#' @param what `"path"`, coefficients (times the standard deviation of their column) along the path (default for
#'   more than one lambda); `"trace"`, the training curve;
#'   `"coefficients"`, standardised coefficients at one lambda as a dot chart (default for a single lambda). For a result of
#'   [cv.sgdlasso()] `"cv"` (default), the measure with its standard errors, the two chosen lambdas as dashed lines; or one of the
#'   others.
#' @param xvar For `"path"`, what is on the x axis: `"lambda"` (default, logarithmic, falling to the right), `"norm"`, the sum of
#'   the absolute standardised coefficients, or `"dev"`, the share of the deviance explained.
#' @param s For `"coefficients"`, the lambda, a number or a name as for [predict.sgdlasso()] and [predict.cv.sgdlasso()]; `NULL`
#'   (default) takes the smallest, of cross-validation `lambda.1se`.
#' @param label For `"path"`, whether to name the columns at the right margin; at most `most` of them, the largest ones.
#' @param most Number of columns that are named or charted at most. Default 15.
#' @param ... Further graphical parameters for the first plotting call.
#' @return `plot()`: `x`, invisibly. `autoplot()`: a ggplot.
#' @section Errors: A path of fewer than two lambdas above 0, or a trace where none was kept: class `sgdlasso_error_input`.
#' @references
#' Okabe, M. and Ito, K. (2008). Color universal design. <https://jfly.uni-koeln.de/color/>
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates)
#' plot(fit)
#' plot(fit, xvar = "dev")
#' plot(fit, what = "coefficients", s = 0.5)
#'
#' set.seed(1)
#' plot(cv.sgdlasso(murder_rate ~ ., data = murder_rates))
#' @export
plot.sgdlasso <- function(x, what = NULL, xvar = "lambda", s = NULL, label = TRUE, most = 15, ...) {
  if (is.null(what)) what <- if (length(x$lambda) > 1) "path" else "coefficients"
  what <- check_choice(what, c("path", "trace", "coefficients"), "what")
  most <- check_number(most, "most", least = 1, whole = TRUE)
  check_graphical(...)
  switch(what,
    path = plot_path(path_curves(x, xvar), check_flag(label, "label"), most, ...),
    trace = plot_trace(x, ...),
    coefficients = plot_coefficients(largest_coefficients(x, s, most, parent.frame()), ...)
  )
  invisible(x)
}

#' @rdname plot.sgdlasso
#' @export
plot.cv.sgdlasso <- function(x, what = "cv", s = "lambda.1se", ...) {
  what <- check_choice(what, c("cv", "path", "trace", "coefficients"), "what")
  check_graphical(...)
  of_path <- intersect(...names(), c("xvar", "label", "most"))
  if (what == "cv" && length(of_path)) abort_input("`{of_path[1]}` is for paths, and `what` is \"cv\".", "Use what = \"path\".")
  if (what == "cv") {
    plot_cv(x, ...)
  } else {
    plot(x$sgdlasso.fit, what = what, s = lambda_at(x, s, parent.frame()), ...)
  }
  invisible(x)
}

# ---- what is drawn ---------------------------------------------------------------

# Okabe and Ito's colours, told apart by most colour-blind readers; line types carry on where they end.
line_colours <- c("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

check_graphical <- function(...) {
  own <- c("what", "xvar", "s", "label", "most")
  known <- c(own, names(graphics::par()), names(formals(graphics::plot.default)))
  unknown <- which(!...names() %in% known)
  if (length(unknown)) do.call(check_dots_empty, c(stats::setNames(list(NULL), ...names()[unknown[1]]), list(known = own)))
}

# The lines of a path: positions on the x axis, one row of sizes for each column that is ever nonzero, nonzero counts.
path_curves <- function(x, xvar) {
  xvar <- check_choice(xvar, c("lambda", "norm", "dev"), "xvar")
  kept <- x$lambda > 0 | xvar != "lambda"
  if (length(unique(x$lambda[kept])) < 2) {
    abort_input("`what` is \"path\", and the fit has one lambda above 0.", "Fit with several, or plot what = \"coefficients\".")
  }
  sizes <- as.matrix(x$beta)[, kept, drop = FALSE] * x$x.sd
  at <- switch(xvar, lambda = -log10(x$lambda), norm = colSums(abs(as.matrix(x$beta) * x$x.sd)), dev = x$dev.ratio)[kept]
  title <- switch(xvar,
    lambda = expression(log[10](lambda)), norm = "sum of absolute standardised coefficients", dev = "share of deviance explained"
  )
  list(at = at, sizes = sizes[rowSums(sizes != 0) > 0, , drop = FALSE], df = x$df[kept], title = title, falling = xvar == "lambda")
}

# Standardised coefficients at s, the largest of them, in rising order.
largest_coefficients <- function(x, s, most, envir) {
  most <- check_number(most, "most", least = 1, whole = TRUE)
  if (is.null(s)) s <- min(x$lambda)
  s <- one_lambda(x, s, envir)
  beta <- coefficients_at(x, s)$beta
  sizes <- stats::setNames(beta[, 1] * x$x.sd, rownames(beta))
  sizes <- sizes[utils::head(order(-abs(sizes)), most)]
  list(sizes = sizes[order(sizes)], title = paste("lambda =", format(s, digits = 3)))
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

# ---- drawing ---------------------------------------------------------------------

plot_path <- function(curves, label, most, ...) {
  titled <- !is.null(list(...)$main)
  old <- graphics::par(mar = c(4.5, 4.5, if (titled) 5 else 3, if (label) 8 else 1), las = 1)
  on.exit(graphics::par(old))
  sizes <- curves$sizes
  look <- list(
    x = NULL, xlim = range(curves$at), ylim = range(sizes, 0), xlab = curves$title, ylab = "standardised coefficient", xaxt = "n"
  )
  look <- utils::modifyList(look, list(...))
  title <- look$main
  do.call(graphics::plot.default, utils::modifyList(look, list(main = "")))
  if (titled) graphics::title(title, line = 3.5)
  lower_axis(curves$falling)
  graphics::abline(h = 0, col = "grey80")
  colours <- rep_len(line_colours, nrow(sizes))
  if (nrow(sizes)) {
    types <- (seq_len(nrow(sizes)) - 1) %/% length(line_colours) %% 6 + 1
    graphics::matlines(curves$at, t(sizes), col = colours, lty = types, lwd = 2)
  }
  count_axis(curves$at, curves$df)
  if (label && nrow(sizes)) label_lines(sizes[, ncol(sizes)], colours, most)
}

# Falling axes are drawn on the negated scale.
lower_axis <- function(falling) {
  ticks <- graphics::axTicks(1)
  graphics::axis(1, at = ticks, labels = if (falling) format(0 - ticks, trim = TRUE) else TRUE)
}

# Numbers of nonzero coefficients on top, at ticks that stand apart.
count_axis <- function(at, df) {
  places <- seq(at[1], at[length(at)], length.out = 7)
  ticks <- unique(vapply(places, function(place) which.min(abs(at - place)), 0L))
  graphics::axis(3, at = at[ticks], labels = df[ticks])
  graphics::mtext("nonzero coefficients", side = 3, line = 2, las = 0, cex = graphics::par("cex"))
}

cv_positive <- function(x) {
  positive <- x$lambda > 0
  if (!any(positive)) abort_input("`x` was cross-validated at lambda 0 only.", "There is nothing to draw.")
  positive
}

plot_cv <- function(x, ...) {
  positive <- cv_positive(x)
  at <- -log10(x$lambda[positive])
  titled <- !is.null(list(...)$main)
  old <- graphics::par(mar = c(4.5, 5, if (titled) 5 else 3, 1), las = 1)
  on.exit(graphics::par(old))
  low <- x$cvlo[positive]
  high <- x$cvup[positive]
  look <- list(
    x = at, y = x$cvm[positive], ylim = range(low, high, x$cvm[positive], na.rm = TRUE), xlab = expression(log[10](lambda)),
    ylab = unname(x$name), pch = 19, cex = 0.7, col = line_colours[1], xaxt = "n", type = "n"
  )
  look <- utils::modifyList(look, list(...))
  do.call(graphics::plot.default, utils::modifyList(look, list(main = "")))
  if (titled) graphics::title(look$main, line = 3.5)
  chosen <- -log10(c(lambda.min = x$lambda.min, lambda.1se = x$lambda.1se))
  graphics::abline(v = chosen, lty = c(2, 3), lwd = 1.5, col = line_colours[c(2, 7)])
  graphics::segments(at, low, at, high, col = "grey60")
  graphics::points(at, look$y, pch = look$pch, cex = look$cex, col = look$col)
  lower_axis(TRUE)
  count_axis(at, x$nzero[positive])
  legend_between(chosen)
}

# Names at the right end of the lines, moved apart where they would overlap.
label_lines <- function(ends, colours, most) {
  largest <- utils::head(order(-abs(ends)), most)
  largest <- largest[order(ends[largest])]
  height <- graphics::strheight("X", cex = 0.85) * 1.4
  at <- spread_apart(ends[largest], height)
  edge <- graphics::par("usr")[2]
  graphics::text(
    edge, at, labels = paste0(" ", abbreviate(names(ends)[largest], 16)), col = colours[largest], adj = 0, xpd = NA, cex = 0.85
  )
}

# Sorted positions moved as little as needed to stand `gap` apart.
spread_apart <- function(positions, gap) {
  steps <- seq_along(positions) * gap
  stats::isoreg(positions - steps)$yf + steps
}

# As far right as it stands clear of the lines that it explains.
legend_between <- function(lines) {
  draw <- function(...) {
    graphics::legend(..., legend = names(lines), lty = c(2, 3), lwd = 1.5, col = line_colours[c(2, 7)], bty = "n")
  }
  edges <- graphics::par("usr")
  width <- draw("topright", plot = FALSE)$rect$w
  candidates <- sort(c(edges[2], lines), decreasing = TRUE)
  clear <- vapply(candidates, function(right) !any(lines < right & lines > right - width), NA)
  draw(c(candidates[clear], edges[2])[1], edges[4], xjust = 1)
}

plot_trace <- function(x, ...) {
  curve <- training_curve(x)
  epochs <- length(curve$mse)
  look <- list(
    x = seq_len(epochs), y = curve$mse, type = if (epochs > 60) "l" else "b", pch = 19, lwd = 2, col = line_colours[1],
    xlab = curve$xlab, ylab = curve$ylab, las = 1
  )
  old <- graphics::par(mar = c(4.5, 5.5, 2, 1), mgp = c(4, 0.7, 0))
  on.exit(graphics::par(old))
  look <- utils::modifyList(look, list(...))
  do.call(graphics::plot.default, utils::modifyList(look, list(xlab = "")))
  graphics::mtext(look$xlab, side = 1, line = 2.7)
}

plot_coefficients <- function(chart, ...) {
  look <- list(
    x = chart$sizes, labels = abbreviate(names(chart$sizes), 24), pch = 19, xlim = range(chart$sizes, 0),
    xlab = "standardised coefficient", main = chart$title
  )
  do.call(graphics::dotchart, utils::modifyList(look, list(...)))
  graphics::abline(v = 0, col = "grey60")
}
