# What a result of stability() shows.

#' Look at a stability selection
#'
#' `print()` tells what is selected and the bound, `plot()` and [ggplot2::autoplot()] draw the stability paths, `tidy()`
#' lists all columns. At another `cutoff` than that of the call they show what this one selects; the bound told is for a
#' cutoff that was not chosen by looking.
#'
#' The stability path of a column is the share of halves in which it has entered by each lambda. Those of the selected
#' columns are coloured and named, the others are grey; the dashed line is the cutoff. A half that has selected its
#' columns stays as it is, which is why paths become level.
#'
#' @param x,object A result of [stability()].
#' @param cutoff The cutoff to show, above 0.5 and at most 1. Default: that of the call.
#' @param label Whether to name the selected columns at the right margin; at most `most` of them, the most probable.
#' @param most Number of columns that are named at most. Default 15; fewer where there is no room. Long names are
#'   shortened in the middle.
#' @param digits Significant digits to print.
#' @param ... For `plot()`, further graphical parameters of the first plotting call; else nothing: an argument that is
#'   not known is an error.
#' @return `plot()`, `print()`: `x`, invisibly. `autoplot()`: a ggplot. `tidy()`: the columns that can be selected by
#'   falling probability, as a tibble where that package is installed, else a data frame: `term`, `probability` and
#'   `selected`.
#' @section Errors: A cutoff out of range and an argument that is not known: class `sgdlasso_error_input`.
#' @examples
#' stable <- stability(sgdlasso(murder_rate ~ ., data = murder_rates), q = 2, seed = 1)
#' plot(stable)
#' print(stable, cutoff = 0.9)
#' tidy(stable)
#' @export
plot.sgdlasso_stability <- function(x, cutoff = x$cutoff, label = TRUE, most = 15, ...) {
  most <- check_number(most, "most", least = 1, whole = TRUE)
  check_graphical(...)
  plot_stability(stability_curves(x, cutoff), check_flag(label, "label"), most, ...)
  invisible(x)
}

#' @rdname plot.sgdlasso_stability
#' @exportS3Method ggplot2::autoplot
autoplot.sgdlasso_stability <- function(object, cutoff = object$cutoff, label = TRUE, most = 15, ...) {
  check_dots_empty(..., known = names(formals(autoplot.sgdlasso_stability)))
  most <- check_number(most, "most", least = 1, whole = TRUE)
  autoplot_stability(stability_curves(object, cutoff), check_flag(label, "label"), most)
}

#' @rdname plot.sgdlasso_stability
#' @export
print.sgdlasso_stability <- function(x, cutoff = x$cutoff, digits = max(3, getOption("digits") - 3), ...) {
  check_dots_empty(..., known = c("cutoff", "digits"))
  chosen <- selection_at(x, cutoff)
  print_call(x$call)
  cat(strwrap(pluralized(paste(
    "Stability selection by {x$B} pairs of halves; each half selects at most {x$q} of {x$p} column{qty(x$p)}{?s},",
    "on average {format(mean(x$sizes), digits = 3)}."
  ))), "", sep = "\n")
  cat(pluralized("Selected at cutoff {format(cutoff)}: {length(chosen$selected)} column{?s}\n"))
  if (length(chosen$selected)) {
    table <- chosen$probability[chosen$selected]
    table <- sort(table, decreasing = TRUE)
    print(data.frame(probability = unname(table), row.names = make.unique(names(table))), digits = digits)
  }
  below <- chosen$probability[-c(chosen$selected, which(is.na(chosen$probability)), length(chosen$probability) + 1L)]
  if (length(below) && max(below) > 0) {
    cat("Next: ", names(below)[which.max(below)], ", ", format(max(below), digits = digits), "\n", sep = "")
  }
  cat("\n", paste(strwrap(words_of_bound(x, chosen$PFER, digits)), collapse = "\n"), "\n", sep = "")
  invisible(x)
}

words_of_bound <- function(x, bound, digits) {
  assumed <- if (x$assumption == "none") "no assumption" else paste("assumption", x$assumption)
  if (is.infinite(bound)) return(sprintf("At this cutoff there is no bound (%s).", assumed))
  sprintf(
    "Of the columns that a half selects with probability %s or less, at most %s are selected on average (PFER; %s).",
    format(x$q / x$p, digits = digits), format(bound, digits = digits), assumed
  )
}

# What another cutoff selects, and the bound there.
selection_at <- function(x, cutoff) {
  votes <- votes_of(check_cutoff(cutoff), x$B)
  list(
    probability = x$probability, selected = which(x$probability >= votes / (2 * x$B)),
    PFER = error_bound(x$q, x$p, votes, x$B, x$assumption)
  )
}

#' @rdname plot.sgdlasso_stability
#' @export
tidy.sgdlasso_stability <- function(x, cutoff = x$cutoff, ...) {
  check_dots_empty(..., known = "cutoff")
  chosen <- selection_at(x, cutoff)
  counted <- which(!is.na(x$probability))
  order <- counted[order(-x$probability[counted])]
  tidy_table(list(
    term = names(x$probability)[order], probability = unname(x$probability)[order],
    selected = order %in% chosen$selected
  ))
}

# ---- pictures ------------------------------------------------------------------------

# The paths of columns that ever enter, those that are selected apart, in the order of their colours.
stability_curves <- function(x, cutoff) {
  chosen <- selection_at(x, cutoff)
  ever <- setdiff(which(chosen$probability > 0), chosen$selected)
  share <- function(columns) as.matrix(x$path[columns, , drop = FALSE])
  list(at = -log10(x$lambda), selected = share(chosen$selected), others = share(ever), cutoff = cutoff)
}

probability_title <- "selection probability"

plot_stability <- function(curves, label, most, ...) {
  paths <- curves$selected
  ends <- paths[, ncol(paths)]
  named <- if (label && nrow(paths)) named_curves(ends, min(most, room_for_labels()))
  texts <- shorten_names(rownames(paths)[named])
  look <- list(
    x = NULL, type = "n", xlim = range(curves$at), ylim = c(0, 1), xlab = expression(log[10](lambda)),
    ylab = probability_title, xaxt = "n"
  )
  frame <- draw_frame(utils::modifyList(look, list(...)), right = texts)
  on.exit(graphics::par(frame$old))
  lower_axis(TRUE)
  if (nrow(curves$others)) graphics::matlines(curves$at, t(curves$others), col = "grey75", lty = 1)
  graphics::abline(h = curves$cutoff, lty = 2)
  colours <- colours_of(nrow(paths))
  if (nrow(paths)) graphics::matlines(curves$at, t(paths), col = colours, lty = types_of(nrow(paths)), lwd = 2)
  if (length(named)) label_lines(ends[named], texts, colours[named], frame$size)
}

autoplot_stability <- function(curves, label, most) {
  long <- function(paths) {
    keys <- as.character(seq_len(nrow(paths)))
    data.frame(
      at = rep(curves$at, each = nrow(paths)), share = as.vector(paths), curve = rep(keys, length(curves$at))
    )
  }
  paths <- curves$selected
  ends <- paths[, ncol(paths)]
  named <- if (label) named_curves(ends, most)
  ggplot2::ggplot(long(paths), ggplot2::aes(x = .data$at, y = .data$share)) +
    ggplot2::geom_line(ggplot2::aes(group = .data$curve), data = long(curves$others), colour = "grey75") +
    ggplot2::geom_hline(yintercept = curves$cutoff, linetype = 2) +
    ggplot2::geom_line(ggplot2::aes(colour = .data$curve, linetype = .data$curve), linewidth = 0.8) +
    (if (nrow(paths)) curve_scales(as.character(seq_len(nrow(paths))))) +
    ggplot2::scale_x_continuous(
      labels = function(x) format(0 - x, trim = TRUE), expand = ggplot2::expansion(mult = c(0.05, 0.01))
    ) +
    ggplot2::labs(x = expression(log[10](lambda)), y = probability_title) +
    ggplot2::theme_bw() +
    named_ends(curves$at, ends, named, shorten_names(rownames(paths)[named]), c(0, 1))
}
