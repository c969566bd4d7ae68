#' sgdlasso: lasso regression trained by stochastic gradient descent
#'
#' Start with [sgdlasso()] and `vignette("murder-rates")`.
#'
#' @importFrom Rcpp evalCpp
#' @importFrom methods is
#' @importFrom stats predict coef
#' @importFrom cli qty
#' @importClassesFrom Matrix dgCMatrix Matrix
#' @useDynLib sgdlasso, .registration = TRUE
#' @name sgdlasso-package
#' @keywords internal
NULL

utils::globalVariables(".data") # ggplot2's pronoun in autoplot()
