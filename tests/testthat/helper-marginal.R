# Data frames and formulas of variables, for packages that ask what a variable does.

variables_frame <- function(n = 80, family = "gaussian") {
  d <- data.frame(a = rnorm(n), b = rexp(n) + 0.1)
  d$f <- factor(sample(c("u", "v", "w"), n, TRUE), c("w", "u", "v"))
  d$g <- sample(c("p", "q"), n, TRUE)
  d$l <- sample(c(TRUE, FALSE), n, TRUE)
  eta <- (d$a - log(d$b) + (d$f == "u") - d$l * d$a) / 2
  d$y <- draw_response(eta, family)
  d
}

variables_formula <- function() {
  terms <- c("a", "log(b)", "f", "g", "l", "I(a^2)", "poly(b, 2)", "sqrt(b)")
  crossed <- c("a:f", "a*g", "f*g", "l*a", "f:b", "a*b")
  chosen <- c(sample(terms, sample(2:5, 1)), sample(crossed, sample(0:2, 1)))
  right <- paste(chosen, collapse = " + ")
  if (runif(1) < 0.2) right <- "."
  stats::as.formula(paste("y ~", right), globalenv())
}

# Fits of random formulas to random data of each family: check(fit, d, about).
for_random_fits <- function(seeds, check) {
  for (seed in seeds) {
    for (family in c("gaussian", "binomial", "poisson")) {
      set.seed(seed)
      d <- variables_frame(family = family)
      formula <- variables_formula()
      fit <- do.call(sgdlasso, list(formula, data = d, family = family, lambda = 0.01))
      check(fit, d, paste(seed, family, deparse1(formula)))
    }
  }
}
