# The pictures of plot(), by ggplot2.

#' @rdname plot.sgdlasso
#' @exportS3Method ggplot2::autoplot
autoplot.sgdlasso <- function(object, what = NULL, xvar = "lambda", s = NULL, label = TRUE, most = 15, ...) {
  check_dots_empty(..., known = names(formals(autoplot.sgdlasso)))
  if (is.null(what)) what <- if (length(object$lambda) > 1) "path" else "coefficients"
  switch(check_choice(what, c("path", "trace", "coefficients"), "what"),
    path = autoplot_path(path_curves(object, xvar), check_flag(label, "label"), check_number(most, "most", least = 1, whole = TRUE)),
    trace = autoplot_trace(training_curve(object)),
    coefficients = autoplot_coefficients(largest_coefficients(object, s, most, parent.frame()))
  )
}

#' @rdname plot.sgdlasso
#' @exportS3Method ggplot2::autoplot
autoplot.cv.sgdlasso <- function(object, what = "cv", s = "lambda.1se", ...) {
  what <- check_choice(what, c("cv", "path", "trace", "coefficients"), "what")
  if (what == "cv") {
    check_dots_empty(..., known = names(formals(autoplot.cv.sgdlasso)))
    return(autoplot_cv(object))
  }
  ggplot2::autoplot(object$sgdlasso.fit, what = what, s = lambda_at(object, s, parent.frame()), ...)
}

# Columns are named beside their lines; a name would hide another where lines end close together, so those are moved apart.
autoplot_path <- function(curves, label, most) {
  sizes <- curves$sizes
  names <- factor(rownames(sizes), rownames(sizes))
  data <- data.frame(
    at = rep(curves$at, each = nrow(sizes)), size = as.vector(sizes), column = rep(names, ncol(sizes)),
    stringsAsFactors = FALSE
  )
  types <- (seq_len(nrow(sizes)) - 1) %/% length(line_colours) %% 6 + 1
  picture <- ggplot2::ggplot(data, ggplot2::aes(x = .data$at, y = .data$size, colour = .data$column, linetype = .data$column)) +
    ggplot2::geom_hline(yintercept = 0, colour = "grey80") +
    ggplot2::geom_line(linewidth = 0.8) +
    ggplot2::scale_colour_manual(values = rep_len(line_colours, nrow(sizes)), guide = "none") +
    ggplot2::scale_linetype_manual(values = types, guide = "none") +
    falling_scale(curves$falling, curves$at, curves$df, if (label) 0.25 else 0.05) +
    ggplot2::labs(x = curves$title, y = "standardised coefficient") +
    ggplot2::theme_bw()
  if (!label || nrow(sizes) == 0) return(picture)
  ends <- sizes[, ncol(sizes)]
  largest <- utils::head(order(-abs(ends)), most)
  largest <- largest[order(ends[largest])]
  at <- spread_apart(ends[largest], diff(range(sizes, 0)) * 0.045)
  texts <- data.frame(
    at = unname(curves$at[ncol(sizes)]), size = unname(at), label = paste0(" ", abbreviate(names(ends)[largest], 16)),
    column = names[largest]
  )
  picture + ggplot2::geom_text(ggplot2::aes(label = .data$label), data = texts, hjust = 0, size = 3)
}

# The x axis with the numbers of nonzero coefficients on top; room: the share of the width left free at the right.
falling_scale <- function(falling, at, df, room) {
  places <- seq(at[1], at[length(at)], length.out = 7)
  ticks <- unique(vapply(places, function(place) which.min(abs(at - place)), 0L))
  ggplot2::scale_x_continuous(
    labels = if (falling) function(x) format(0 - x, trim = TRUE) else ggplot2::waiver(),
    expand = ggplot2::expansion(mult = c(0.05, room)),
    sec.axis = ggplot2::sec_axis(~., name = "nonzero coefficients", breaks = at[ticks], labels = df[ticks])
  )
}

autoplot_cv <- function(x) {
  positive <- cv_positive(x)
  data <- data.frame(at = -log10(x$lambda), cvm = x$cvm, low = x$cvlo, high = x$cvup)[positive, ]
  chosen <- data.frame(at = -log10(c(x$lambda.min, x$lambda.1se)), which = c("lambda.min", "lambda.1se"))
  ggplot2::ggplot(data, ggplot2::aes(x = .data$at, y = .data$cvm)) +
    ggplot2::geom_vline(ggplot2::aes(xintercept = .data$at, linetype = .data$which, colour = .data$which), data = chosen) +
    ggplot2::geom_errorbar(ggplot2::aes(ymin = .data$low, ymax = .data$high), width = 0, colour = "grey60") +
    ggplot2::geom_point(colour = line_colours[1]) +
    ggplot2::scale_linetype_manual(values = c(lambda.min = 2, lambda.1se = 3), name = NULL) +
    ggplot2::scale_colour_manual(values = c(lambda.min = line_colours[2], lambda.1se = line_colours[7]), name = NULL) +
    falling_scale(TRUE, data$at, x$nzero[positive], 0.05) +
    ggplot2::labs(x = expression(log[10](lambda)), y = unname(x$name)) +
    ggplot2::theme_bw() +
    ggplot2::theme(legend.position = "bottom")
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
  data <- data.frame(column = factor(names(chart$sizes), names(chart$sizes)), size = unname(chart$sizes))
  ggplot2::ggplot(data, ggplot2::aes(x = .data$size, y = .data$column)) +
    ggplot2::geom_vline(xintercept = 0, colour = "grey60") +
    ggplot2::geom_point(colour = line_colours[1], size = 2) +
    ggplot2::labs(x = "standardised coefficient", y = NULL, title = chart$title) +
    ggplot2::theme_bw()
}
