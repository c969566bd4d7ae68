#' Plot a fit
#'
#' @param x A fit by [sgdlasso()].
#' @param what `"path"`, coefficients (times the standard deviation of their column) against lambda (default for
#'   more than one lambda); `"trace"`, the training curve;
#'   `"coefficients"`, standardised coefficients at one lambda as a dot chart (default for a single lambda).
#' @param s For `"coefficients"`, the lambda; `NULL` (default) takes the smallest.
#' @param label For `"path"`, whether to name the columns at the right margin; at most `most` of them, the largest ones.
#' @param most Number of columns that are named or charted at most. Default 15.
#' @param ... Further graphical parameters for the first plotting call.
#' @return `x`, invisibly.
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, seed = 1, solver = solver_sgd(epochs = 20))
#' plot(fit)
#' plot(fit, what = "coefficients", s = 0.5)
#' @export
plot.sgdlasso <- function(x, what = NULL, s = NULL, label = TRUE, most = 15, ...) {
  if (is.null(what)) what <- if (length(x$lambda) > 1) "path" else "coefficients"
  what <- check_choice(what, c("path", "trace", "coefficients"), "what")
  most <- check_number(most, "most", least = 1, whole = TRUE)
  check_graphical(...)
  switch(what,
    path = plot_path(x, check_flag(label, "label"), most, ...),
    trace = plot_trace(x, ...),
    coefficients = plot_coefficients(x, s, most, ...)
  )
  invisible(x)
}

# Okabe and Ito's colours, told apart by most colour-blind readers; line types carry on where they end.
line_colours <- c("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

check_graphical <- function(...) {
  known <- c("what", "s", "label", "most", names(graphics::par()), names(formals(graphics::plot.default)))
  unknown <- which(!...names() %in% known)
  if (length(unknown)) do.call(check_dots_empty, c(stats::setNames(list(NULL), ...names()[unknown[1]]), list(known = known[1:4])))
}

plot_path <- function(x, label, most, ...) {
  if (length(unique(x$lambda[x$lambda > 0])) < 2) {
    abort_input("`what` is \"path\", and the fit has one lambda above 0.", "Fit with several, or plot what = \"coefficients\".")
  }
  sizes <- as.matrix(x$beta) * x$x.sd
  kept <- which(rowSums(sizes != 0) > 0)
  sizes <- sizes[kept, , drop = FALSE]
  positive <- x$lambda > 0
  at <- log10(x$lambda[positive])
  titled <- !is.null(list(...)$main)
  old <- graphics::par(mar = c(4.5, 4.5, if (titled) 5 else 3, if (label) 8 else 1), las = 1)
  on.exit(graphics::par(old))
  look <- list(
    x = NULL, xlim = rev(range(at)), ylim = range(sizes, 0), xlab = expression(log[10](lambda)),
    ylab = "standardised coefficient"
  )
  look <- utils::modifyList(look, list(...))
  title <- look$main
  do.call(graphics::plot.default, utils::modifyList(look, list(main = "")))
  if (titled) graphics::title(title, line = 3.5)
  graphics::abline(h = 0, col = "grey80")
  colours <- rep_len(line_colours, nrow(sizes))
  if (nrow(sizes)) {
    types <- (seq_len(nrow(sizes)) - 1) %/% length(line_colours) %% 6 + 1
    graphics::matlines(at, t(sizes[, positive, drop = FALSE]), col = colours, lty = types, lwd = 2)
  }
  ticks <- unique(round(seq(1, length(at), length.out = 7)))
  graphics::axis(3, at = at[ticks], labels = x$df[positive][ticks])
  graphics::mtext("nonzero coefficients", side = 3, line = 2, las = 0)
  if (label && nrow(sizes)) label_lines(stats::setNames(sizes[, sum(positive)], rownames(sizes)), colours, most)
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

plot_trace <- function(x, ...) {
  trace <- x$trace
  if (is.null(trace) || nrow(trace) == 0) {
    abort_input("`what` is \"trace\", and the fit has none.", "Train with trace = TRUE and at least one epoch.")
  }
  gaussian <- x$family == "gaussian"
  look <- list(
    x = seq_len(nrow(trace)), y = trace$mse, type = if (nrow(trace) > 60) "l" else "b", pch = 19, lwd = 2, col = line_colours[1],
    xlab = if (length(x$lambda) > 1) "epoch, lambda after lambda" else "epoch",
    ylab = if (gaussian) "mean squared error" else "mean loss", las = 1
  )
  old <- graphics::par(mar = c(4.5, 5.5, 2, 1), mgp = c(4, 0.7, 0))
  on.exit(graphics::par(old))
  look <- utils::modifyList(look, list(...))
  do.call(graphics::plot.default, utils::modifyList(look, list(xlab = "")))
  graphics::mtext(look$xlab, side = 1, line = 2.7)
}

plot_coefficients <- function(x, s, most, ...) {
  if (is.null(s)) s <- min(x$lambda)
  check_number(s, "s", least = 0)
  beta <- coefficients_at(x, s)$beta
  sizes <- stats::setNames(beta[, 1] * x$x.sd, rownames(beta))
  sizes <- sizes[utils::head(order(-abs(sizes)), most)]
  sizes <- sizes[order(sizes)]
  look <- list(
    x = sizes, labels = abbreviate(names(sizes), 24), pch = 19, xlim = range(sizes, 0),
    xlab = "standardised coefficient", main = paste("lambda =", format(s, digits = 3))
  )
  do.call(graphics::dotchart, utils::modifyList(look, list(...)))
  graphics::abline(v = 0, col = "grey60")
}
