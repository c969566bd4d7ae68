#' The random numbers behind a textbook run
#'
#' Tells where a fit by [solver_nudge()] started and in which order it went through the rows, so that the run can be
#' followed by hand. Both are drawn again from the fit's seed.
#'
#' The generator is the Mersenne twister seeded as numpy's `RandomState(seed)`: first a uniform number for each
#' coefficient (two 32-bit draws, 53 bits), then for each epoch a shuffle of the last epoch's order, from the last
#' element down, each partner by masked rejection on 32-bit draws.
#'
#' @param fit A fit by [sgdlasso()] with [solver_nudge()].
#' @return A list: `initial`, a named vector of p starting coefficients (of the columns as they were standardised);
#'   `order`, an epochs x n integer matrix of row numbers, one row for each epoch (rows of weight 0 are left out and not
#'   counted).
#' @section Errors: A fit by another solver is an error of class `sgdlasso_error_input`.
#' @references Matsumoto, M. and Nishimura, T. (1998). Mersenne twister. *ACM Transactions on Modeling and Computer
#'   Simulation* 8, 3-30. \doi{10.1145/272991.272995}
#' @examples
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, seed = 0, solver = solver_nudge(epochs = 2))
#' training_order(fit)
#' @export
training_order <- function(fit) {
  if (!inherits(fit, "sgdlasso") || fit$solver$name != "nudge") {
    found <- if (inherits(fit, "sgdlasso")) paste0("a fit by solver_", fit$solver$name, "()") else describe(fit)
    abort_input("`fit` is {found}.", "It must be a fit by solver_nudge().")
  }
  p <- fit$dim[1]
  uniform <- fit$solver$init == "uniform"
  drawn <- r_random(fit$seed, if (uniform) p else 0L, fit$nobs, fit$solver$epochs, "rows")
  initial <- if (uniform) drawn$uniform * (fit$x.sd > 0) else numeric(p)
  order <- matrix(as.integer(unlist(drawn$order)) + 1L, nrow = fit$solver$epochs, ncol = fit$nobs, byrow = TRUE)
  list(initial = stats::setNames(initial, rownames(fit$beta)), order = order)
}
