#' Equations of a parsnip fit, for orbital
#'
#' The method by which `orbital::orbital()` writes the predictions of a parsnip fit or workflow with the engine
#' `"sgdlasso"` as equations of its columns, for dplyr, databases and the like. Only columns with nonzero coefficients
#' occur. For fits that parsnip did not make there is [as_sql()], which codes factors too.
#'
#' @param x The engine's fit, as parsnip holds it; predictions are those at its `penalty`.
#' @param ... Not used.
#' @param mode,type,lvl,.from_parsnip As orbital gives them.
#' @return A character vector, as orbital's own methods give it.
#' @examplesIf requireNamespace("orbital", quietly = TRUE) && requireNamespace("parsnip", quietly = TRUE)
#' spec <- parsnip::linear_reg(penalty = 1, engine = "sgdlasso")
#' fit <- parsnip::fit(spec, murder_rate ~ ., data = murder_rates)
#' orbital::orbital(fit)
#' @keywords internal
#' @method orbital sgdlasso
#' @rawNamespace S3method(orbital::orbital, sgdlasso)
orbital.sgdlasso <- function(x, ..., mode = NULL, type = NULL, lvl = NULL, .from_parsnip = FALSE) {
  if (!.from_parsnip) abort_input("`x` is no fit by parsnip.", "as_sql() takes fits as they are.")
  eta <- linear_equation(x)
  if (mode == "regression") return(if (x$family == "poisson") sprintf("exp(%s)", eta) else eta)
  equations <- c(
    orbital_tmp_class_name = sprintf(
      "dplyr::case_when(%s > 0 ~ %s, .default = %s)", eta, encodeString(lvl[2], quote = "\""),
      encodeString(lvl[1], quote = "\"")
    ),
    orbital_tmp_prob_name1 = sprintf("1 - (1 / (1 + exp(-(%s))))", eta),
    orbital_tmp_prob_name2 = "1 - `orbital_tmp_prob_name1`"
  )
  wanted <- c("class", "prob", "prob") %in% (type %||% "class")
  equations[wanted]
}

# Intercept, offset and the columns in use, in R's notation.
linear_equation <- function(fit) {
  at <- coefficients_at(fit, min(fit$penalty, max(fit$lambda)))
  used <- which(at$beta[, 1] != 0)
  products <- sprintf("(%s * %s)", in_backticks(rownames(at$beta)[used]), literal_sql(at$beta[used, 1]))
  offset <- if (!is.null(fit$offset_column)) in_backticks(fit$offset_column)
  paste(c(literal_sql(unname(at$a0)), products, offset), collapse = " + ")
}

# Formulas leave their own around names that need them.
in_backticks <- function(names) ifelse(grepl("^`.*`$", names), names, sprintf("`%s`", names))
