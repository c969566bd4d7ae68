#' Plot a fit
#'
#' Draws with base graphics; [ggplot2::autoplot()] draws the same pictures where ggplot2 is installed. Colours are those
#' of Okabe and Ito, which colour-blind readers can tell apart; line types carry on where they end.
#'
#' @param x,object A fit by [sgdlasso()], or a result of [cv.sgdlasso()].
#' @param what `"path"`, coefficients (times the standard deviation of their column) along the path (default for
#'   more than one lambda); `"trace"`, the training curve;
#'   `"coefficients"`, standardised coefficients at one lambda as a dot chart (default for a single lambda). For a
#'   result of [cv.sgdlasso()] `"cv"` (default), the measure with its standard errors, the two chosen lambdas as dashed
#'   lines; or one of the others. For relaxed fits there is a line for each gamma, points and errors are those of the
#'   best one, and circles mark the lambdas and gammas that `print()` tells.
#' @param xvar For `"path"`, what is on the x axis: `"lambda"` (default, logarithmic, falling to the right), `"norm"`,
#'   the sum of the absolute coefficients, or `"dev"`, the share of the deviance explained.
#' @param s For `"coefficients"`, the lambda, a number or a name as for [predict.sgdlasso()] and
#'   [predict.cv.sgdlasso()]; `NULL` (default) takes the smallest, of cross-validation `lambda.1se`.
#' @param scale For `"path"` and `"coefficients"`: `"standardized"` (default), coefficients times the standard deviation
#'   of their column, or `"raw"`, coefficients in the units of their column, as [coef()][coef.sgdlasso] gives them and
#'   glmnet draws them.
#' @param label For `"path"`, whether to name the columns at the right margin; at most `most` of them, the largest ones.
#' @param most Number of columns that are named or charted at most. Default 15; fewer where there is no room. Long names
#'   are shortened in the middle.
#' @param ... Further graphical parameters for the first plotting call.
#' @return `plot()`: `x`, invisibly. `autoplot()`: a ggplot.
#' @section Errors: A path of fewer than two lambdas above 0, or a trace where none was kept: class
#' `sgdlasso_error_input`.
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
plot.sgdlasso <- function(x, what = NULL, xvar = "lambda", s = NULL, label = TRUE, most = 15, scale = "standardized",
                          ...) {
  if (is.null(what)) what <- if (length(x$lambda) > 1) "path" else "coefficients"
  what <- check_choice(what, c("path", "trace", "coefficients"), "what")
  most <- check_number(most, "most", least = 1, whole = TRUE)
  check_graphical(...)
  switch(what,
    path = plot_path(path_curves(x, xvar, scale), check_flag(label, "label"), most, ...),
    trace = plot_trace(x, ...),
    coefficients = plot_coefficients(largest_coefficients(x, s, most, parent.frame(), scale), ...)
  )
  invisible(x)
}

#' @rdname plot.sgdlasso
#' @export
plot.cv.sgdlasso <- function(x, what = "cv", s = "lambda.1se", ...) {
  what <- check_choice(what, c("cv", "path", "trace", "coefficients"), "what")
  check_graphical(...)
  of_path <- intersect(...names(), c("xvar", "label", "most", "scale"))
  if (what == "cv" && length(of_path)) {
    abort_input("`{of_path[1]}` is for paths, and `what` is \"cv\".", "Use what = \"path\".")
  }
  if (what == "cv") {
    plot_cv(x, ...)
  } else {
    plot(x$sgdlasso.fit, what = what, s = lambda_at(x, s, parent.frame()), ...)
  }
  invisible(x)
}

check_graphical <- function(...) {
  own <- c("what", "xvar", "s", "label", "most", "scale")
  known <- c(own, names(graphics::par()), names(formals(graphics::plot.default)))
  unknown <- which(!...names() %in% known)
  if (length(unknown)) abort_unknown(...names()[unknown[1]], own)
}

# ---- the frame -------------------------------------------------------------------

# Draws the empty frame with margins as wide as what is written in them, and titles outside of the tick labels. counts:
# room for an axis of counts on top; right: texts beside the frame, whose size is returned. `old` goes back to par()
# when all is drawn.
draw_frame <- function(look, counts = FALSE, right = character()) {
  old <- graphics::par("mar", "las")
  graphics::par(mar = c(4.5, 4, if (counts) 3.5 else if (is.null(look$main)) 1.5 else 3, 1), las = look$las %||% 1)
  graphics::plot.new()
  margins <- graphics::par("mai")
  line <- margins[2] / 4
  ticks <- format(grDevices::axisTicks(grDevices::extendrange(look$ylim, f = 0.04), FALSE), trim = TRUE)
  wide <- max(graphics::strwidth(ticks, "inches", cex = look$cex.axis %||% graphics::par("cex.axis"))) / line
  margins[2] <- line * (wide + 3.2)
  if (counts && !is.null(look$main)) margins[3] <- line * 5.3
  size <- fitting_size(right, 0.55 * graphics::par("fin")[1] - margins[2])
  if (length(right)) margins[4] <- max(graphics::strwidth(right, "inches", cex = size)) + line
  graphics::par(mai = margins, new = TRUE)
  titles <- look[c("xlab", "ylab", "main")]
  look[c("xlab", "ylab", "main")] <- ""
  do.call(graphics::plot.default, look)
  if (!identical(look$ann, FALSE)) {
    cex <- look$cex.lab %||% graphics::par("cex.lab")
    graphics::title(xlab = titles$xlab, line = 2.8, cex.lab = cex)
    graphics::title(ylab = titles$ylab, line = wide + 1.7, cex.lab = cex)
    if (!is.null(titles$main)) graphics::title(titles$main, line = if (counts) 3.6 else 1, cex.main = look$cex.main)
  }
  list(old = old, size = size)
}

# The size of letters at which texts are no wider than this, in inches.
fitting_size <- function(texts, room, size = 0.85) {
  if (length(texts) == 0) return(size)
  max(min(size, size * room / max(graphics::strwidth(texts, "inches", cex = size))), 0.4)
}

# Falling axes are drawn on the negated scale.
lower_axis <- function(falling) {
  ticks <- graphics::axTicks(1)
  graphics::axis(1, at = ticks, labels = if (falling) format(0 - ticks, trim = TRUE) else TRUE)
}

count_axis <- function(at, df) {
  ticks <- count_ticks(at)
  graphics::axis(3, at = at[ticks], labels = df[ticks])
  graphics::mtext("nonzero coefficients", side = 3, line = 2.2, las = 0, cex = graphics::par("cex"))
}

# Texts beside the right ends of lines, moved apart where they would overlap, all within the height of the frame.
label_lines <- function(ends, texts, colours, size) {
  edges <- graphics::par("usr")
  at <- spread_apart(ends, graphics::strheight("X", cex = size) * 1.4, edges[3:4])
  graphics::text(edges[2], at, labels = paste0(" ", texts), col = colours, adj = 0, xpd = NA, cex = size)
}

# As many texts as the frame has room for, before it is drawn.
room_for_labels <- function() {
  max(floor((graphics::par("fin")[2] - 8 * graphics::par("csi")) / (graphics::par("csi") * 0.85 * 0.9)), 1)
}

# ---- pictures --------------------------------------------------------------------

plot_path <- function(curves, label, most, ...) {
  sizes <- curves$sizes
  look <- list(
    x = NULL, type = "n", xlim = range(curves$at), ylim = range(sizes, 0), xlab = curves$title, ylab = curves$ylab,
    xaxt = "n"
  )
  look <- utils::modifyList(look, list(...))
  ends <- sizes[, ncol(sizes)]
  named <- if (label && nrow(sizes)) named_curves(ends, min(most, room_for_labels()))
  texts <- shorten_names(rownames(sizes)[named])
  frame <- draw_frame(look, counts = TRUE, right = texts)
  on.exit(graphics::par(frame$old))
  lower_axis(curves$falling)
  graphics::abline(h = 0, col = "grey80")
  colours <- colours_of(nrow(sizes))
  if (nrow(sizes)) graphics::matlines(curves$at, t(sizes), col = colours, lty = types_of(nrow(sizes)), lwd = 2)
  count_axis(curves$at, curves$df)
  if (length(named)) label_lines(ends[named], texts, colours[named], frame$size)
}

plot_cv <- function(x, ...) {
  curves <- cv_curves(x)
  look <- list(
    x = curves$at, y = curves$means[, curves$best], ylim = measure_range(curves), xlab = expression(log[10](lambda)),
    ylab = curves$title, pch = 19, cex = 0.7, col = line_colours[1], xaxt = "n"
  )
  look <- utils::modifyList(look, list(...))
  named <- order(curves$means[nrow(curves$means), ])
  frame <- draw_frame(utils::modifyList(look, list(type = "n")), counts = TRUE, right = curves$gammas[named])
  on.exit(graphics::par(frame$old))
  graphics::abline(v = curves$chosen, lty = c(2, 3), lwd = 1.5, col = line_colours[c(2, 7)])
  graphics::segments(curves$at, curves$low, curves$at, curves$high, col = "grey60")
  if (!is.null(curves$gammas)) {
    colours <- colours_of(ncol(curves$means))
    graphics::matlines(curves$at, curves$means, col = colours, lty = types_of(ncol(curves$means)), lwd = 1.5)
    label_lines(curves$means[nrow(curves$means), named], curves$gammas[named], colours[named], frame$size)
    if (is.null(list(...)$col)) look$col <- colours[curves$best]
  }
  graphics::points(look$x, look$y, pch = look$pch, cex = look$cex, col = look$col)
  if (!is.null(curves$marked)) {
    graphics::points(curves$chosen, curves$marked, cex = 1.8, lwd = 2, col = line_colours[c(2, 7)])
  }
  lower_axis(TRUE)
  count_axis(curves$at, curves$nzero)
  legend_between(curves$chosen)
}

# As far right as it stands clear of the lines that it explains.
legend_between <- function(lines) {
  draw <- function(...) {
    graphics::legend(..., legend = names(lines), lty = c(2, 3), lwd = 1.5, col = line_colours[c(2, 7)], bty = "n")
  }
  edges <- graphics::par("usr")
  width <- draw("topright", plot = FALSE)$rect$w
  candidates <- sort(c(edges[2], lines), decreasing = TRUE)
  clear <- vapply(
    candidates, function(right) right - width > edges[1] && !any(lines < right & lines > right - width), NA
  )
  draw(c(candidates[clear], edges[2])[1], edges[4], xjust = 1)
}

plot_trace <- function(x, ...) {
  curve <- training_curve(x)
  epochs <- length(curve$mse)
  look <- list(
    x = seq_len(epochs), y = curve$mse, ylim = range(curve$mse, finite = TRUE), type = if (epochs > 60) "l" else "b",
    pch = 19, lwd = 2, col = line_colours[1], xlab = curve$xlab, ylab = curve$ylab
  )
  frame <- draw_frame(utils::modifyList(look, list(...)))
  on.exit(graphics::par(frame$old))
}

# Letters become smaller, and then fewer, where there are many columns.
plot_coefficients <- function(chart, ...) {
  rows <- (graphics::par("fin")[2] - sum(graphics::par("mai")[c(1, 3)])) / graphics::par("csi")
  sizes <- chart$sizes[sort(utils::head(order(-abs(chart$sizes)), max(floor(rows / 0.5), 1)))]
  look <- list(
    x = unname(sizes), labels = shorten_names(names(sizes), 24), pch = 19, color = "black", lcolor = "grey80",
    cex = max(min(1, rows / length(sizes)), 0.5), xlim = range(sizes, 0), xlab = chart$xlab, main = chart$title
  )
  do.call(graphics::dotchart, utils::modifyList(look, list(...)))
  graphics::abline(v = 0, col = "grey60")
}
