# The pictures of plot(), by ggplot2.

#' @rdname plot.sgdlasso
#' @exportS3Method ggplot2::autoplot
autoplot.sgdlasso <- function(object, what = NULL, xvar = "lambda", s = NULL, label = TRUE, most = 15,
                              scale = "standardized", ...) {
  check_dots_empty(..., known = names(formals(autoplot.sgdlasso)))
  if (is.null(what)) what <- if (length(object$lambda) > 1) "path" else "coefficients"
  most <- check_number(most, "most", least = 1, whole = TRUE)
  switch(check_choice(what, c("path", "trace", "coefficients"), "what"),
    path = autoplot_path(path_curves(object, xvar, scale), check_flag(label, "label"), most),
    trace = autoplot_trace(training_curve(object)),
    coefficients = autoplot_coefficients(largest_coefficients(object, s, most, parent.frame(), scale))
  )
}

#' @rdname plot.sgdlasso
#' @exportS3Method ggplot2::autoplot
autoplot.cv.sgdlasso <- function(object, what = "cv", s = "lambda.1se", ...) {
  what <- check_choice(what, c("cv", "path", "trace", "coefficients"), "what")
  if (what == "cv") {
    check_dots_empty(..., known = names(formals(autoplot.cv.sgdlasso)))
    return(autoplot_cv(cv_curves(object)))
  }
  ggplot2::autoplot(object$sgdlasso.fit, what = what, s = lambda_at(object, s, parent.frame()), ...)
}

# Curves are known by their place, so that colours are those of plot() whatever the columns are called.
autoplot_path <- function(curves, label, most) {
  sizes <- curves$sizes
  keys <- as.character(seq_len(nrow(sizes)))
  data <- data.frame(at = rep(curves$at, each = nrow(sizes)), size = as.vector(sizes), curve = rep(keys, ncol(sizes)))
  ends <- sizes[, ncol(sizes)]
  named <- if (label) named_curves(ends, most)
  ggplot2::ggplot(data, ggplot2::aes(x = .data$at, y = .data$size, colour = .data$curve, linetype = .data$curve)) +
    ggplot2::geom_hline(yintercept = 0, colour = "grey80") +
    ggplot2::geom_line(linewidth = 0.8) +
    curve_scales(keys) +
    falling_scale(curves$falling, curves$at, curves$df) +
    ggplot2::labs(x = curves$title, y = curves$ylab) +
    ggplot2::theme_bw() +
    named_ends(curves$at, ends, named, shorten_names(rownames(sizes)[named]), range(sizes, 0))
}

curve_scales <- function(keys) {
  list(
    ggplot2::scale_colour_manual(
      values = stats::setNames(colours_of(length(keys)), keys), limits = keys, guide = "none"
    ),
    ggplot2::scale_linetype_manual(
      values = stats::setNames(types_of(length(keys)), keys), limits = keys, guide = "none"
    )
  )
}

# Names in the right margin, which is as wide as they are. Those that would hide another are moved apart, or left out
# where the picture is too small for them, the smallest first.
named_ends <- function(at, ends, named, texts, range) {
  if (length(named) == 0) return(NULL)
  gap <- diff(range) * 0.045
  few <- floor(diff(range) / gap) + 1
  shown <- if (length(named) > few) {
    named %in% named[order(-abs(ends[named]))][seq_len(few)]
  } else {
    rep(TRUE, length(named))
  }
  data <- data.frame(
    at = max(at), size = spread_apart(ends[named][shown], gap, range), label = paste0("  ", texts[shown]),
    curve = as.character(named)[shown]
  )
  data <- data[order(-abs(ends[named][shown])), ]
  # strwidth is of letters of 12 points; these have 8.5
  width <- max(grid::unit(rep(0.75, nrow(data)), "strwidth", as.list(data$label))) + grid::unit(8, "pt")
  list(
    ggplot2::geom_text(
      ggplot2::aes(x = .data$at, y = .data$size, label = .data$label, colour = .data$curve),
      data = data, inherit.aes = FALSE, hjust = 0, size = 3, check_overlap = TRUE
    ),
    ggplot2::coord_cartesian(clip = "off"),
    ggplot2::theme(plot.margin = grid::unit.c(grid::unit(5.5, "pt"), width, grid::unit(c(5.5, 5.5), "pt")))
  )
}

# The x axis with the numbers of nonzero coefficients on top.
falling_scale <- function(falling, at, df) {
  ticks <- count_ticks(at)
  ggplot2::scale_x_continuous(
    labels = if (falling) function(x) format(0 - x, trim = TRUE) else ggplot2::waiver(),
    expand = ggplot2::expansion(mult = c(0.05, 0.01)),
    sec.axis = ggplot2::sec_axis(~., name = "nonzero coefficients", breaks = at[ticks], labels = df[ticks])
  )
}

autoplot_cv <- function(curves) {
  data <- data.frame(at = curves$at, cvm = curves$means[, curves$best], low = curves$low, high = curves$high)
  chosen <- data.frame(at = unname(curves$chosen), which = factor(names(curves$chosen), names(curves$chosen)))
  range <- measure_range(curves)
  colour <- if (is.null(curves$gammas)) line_colours[1] else colours_of(ncol(curves$means))[curves$best]
  marks <- line_colours[c(2, 7)]
  ggplot2::ggplot(data, ggplot2::aes(x = .data$at, y = .data$cvm)) +
    ggplot2::geom_vline(ggplot2::aes(xintercept = .data$at, linetype = .data$which), data = chosen, colour = marks) +
    ggplot2::geom_errorbar(ggplot2::aes(ymin = .data$low, ymax = .data$high), width = 0, colour = "grey60") +
    ggplot2::geom_point(colour = colour) +
    ggplot2::scale_linetype_manual(
      values = c(2, 3), name = NULL, guide = ggplot2::guide_legend(override.aes = list(colour = marks))
    ) +
    falling_scale(TRUE, curves$at, curves$nzero) +
    ggplot2::labs(x = expression(log[10](lambda)), y = curves$title) +
    ggplot2::theme_bw() +
    ggplot2::theme(legend.position = "bottom") +
    gamma_lines(curves, range, marks)
}

# Of relaxed fits a line for each gamma, named at its end.
gamma_lines <- function(curves, range, marks) {
  if (is.null(curves$gammas)) return(NULL)
  keys <- as.character(seq_along(curves$gammas))
  data <- data.frame(at = curves$at, mean = as.vector(curves$means), curve = rep(keys, each = length(curves$at)))
  data$mean[data$mean < range[1] | data$mean > range[2]] <- NA
  ends <- curves$means[nrow(curves$means), ]
  named <- order(ends)
  marked <- data.frame(at = unname(curves$chosen), mean = curves$marked)
  list(
    ggplot2::geom_line(
      ggplot2::aes(x = .data$at, y = .data$mean, colour = .data$curve), data = data, inherit.aes = FALSE, na.rm = TRUE
    ),
    ggplot2::scale_colour_manual(
      values = stats::setNames(colours_of(length(keys)), keys), limits = keys, guide = "none"
    ),
    ggplot2::geom_point(
      ggplot2::aes(x = .data$at, y = .data$mean), data = marked, inherit.aes = FALSE, colour = marks, shape = 1,
      size = 4, stroke = 1
    ),
    named_ends(curves$at, ends, named, curves$gammas[named], range)
  )
}

autoplot_trace <- function(curve) {
  data <- data.frame(epoch = seq_along(curve$mse), mse = curve$mse)
  ggplot2::ggplot(data, ggplot2::aes(x = .data$epoch, y = .data$mse)) +
    ggplot2::geom_line(colour = line_colours[1]) +
    (if (nrow(data) <= 60) ggplot2::geom_point(colour = line_colours[1])) +
    ggplot2::labs(x = curve$xlab, y = curve$ylab) +
    ggplot2::theme_bw()
}

autoplot_coefficients <- function(chart) {
  data <- data.frame(place = factor(seq_along(chart$sizes)), size = unname(chart$sizes))
  ggplot2::ggplot(data, ggplot2::aes(x = .data$size, y = .data$place)) +
    ggplot2::geom_vline(xintercept = 0, colour = "grey60") +
    ggplot2::geom_point(colour = line_colours[1], size = 2) +
    ggplot2::scale_y_discrete(
      labels = shorten_names(names(chart$sizes), 24), guide = ggplot2::guide_axis(check.overlap = TRUE)
    ) +
    ggplot2::labs(x = chart$xlab, y = NULL, title = chart$title) +
    ggplot2::theme_bw()
}
