# Prints bench/inference.md: how often intervals of confint() hold the truth on simulated data sets, and how wide they
# are. Run from the top folder: Rscript bench/inference.R > bench/inference.md. With --quick on fifty sets a setting.
library(sgdlasso)
sets <- if ("--quick" %in% commandArgs(TRUE)) 50 else 2000
level <- 0.95
`%||%` <- function(a, b) if (is.null(a)) b else a

settings <- list(
  list(method = "debiased", family = "gaussian", n = 100, p = 20),
  list(method = "debiased", family = "gaussian", n = 100, p = 200),
  list(method = "debiased", family = "gaussian", n = 100, p = 20, rho = 0.9),
  list(method = "debiased", family = "binomial", n = 300, p = 20),
  list(method = "debiased", family = "binomial", n = 100, p = 20),
  list(method = "selective", family = "gaussian", n = 100, p = 20),
  list(method = "selective", family = "gaussian", n = 100, p = 20, rho = 0.9),
  list(method = "selective", family = "gaussian", n = 100, p = 200, sigma = 1)
)

# Two strong coefficients, two weak ones, no others.
size_of <- c(strong = 1, weak = 0.2, zero = 0)
beta_of <- function(p) replace(numeric(p), c(1, 6, 2, 10), rep(size_of[c("strong", "weak")], each = 2))

# Columns whose neighbours have correlation rho, as in an autoregression.
draw_set <- function(setting) {
  rho <- setting$rho %||% 0.5
  x <- matrix(rnorm(setting$n * setting$p), setting$n)
  for (j in seq_len(setting$p)[-1]) x[, j] <- rho * x[, j - 1] + sqrt(1 - rho^2) * x[, j]
  eta <- as.numeric(x %*% beta_of(setting$p))
  y <- if (setting$family == "binomial") rbinom(setting$n, 1, plogis(eta)) else eta + rnorm(setting$n)
  list(x = x, y = y, eta = eta)
}

# One row for each interval: which coefficient it is for, whether it holds the truth, and its width.
intervals_of <- function(setting) {
  d <- draw_set(setting)
  noise <- if (setting$family == "binomial") 0.5 else 1
  lambda <- noise * sqrt(2 * log(setting$p) / setting$n) # fixed beforehand
  fit <- sgdlasso(d$x, d$y, setting$family, lambda = lambda, trace = FALSE, progress = FALSE)
  beta <- beta_of(setting$p)
  if (setting$method == "debiased") {
    columns <- c(1:10, setting$p)
    limits <- confint(fit, columns, level, x = d$x, y = d$y)
    truth <- beta[columns]
  } else {
    limits <- confint(fit, level = level, method = "selective", x = d$x, y = d$y, sigma = setting$sigma)
    columns <- as.numeric(sub("V", "", rownames(limits)))
    truth <- coef(lm(d$eta ~ d$x[, columns]))[-1] # of the model that was selected
  }
  data.frame(
    size = beta[columns], held = limits[, 1] <= truth & truth <= limits[, 2], width = limits[, 2] - limits[, 1],
    row.names = NULL
  )
}

table_of <- function(rows) cat(knitr::kable(do.call(rbind, rows), row.names = FALSE), "", sep = "\n")

rows_of <- function(setting) {
  message(paste(setting, collapse = " "))
  set.seed(1)
  found <- do.call(rbind, lapply(seq_len(sets), function(k) intervals_of(setting)))
  lapply(names(size_of), function(name) {
    some <- found[found$size == size_of[[name]], ]
    data.frame(
      family = setting$family, `rows x columns` = paste(setting$n, "x", setting$p),
      correlation = setting$rho %||% 0.5, coefficient = name, intervals = sum(!is.na(some$held)), nominal = level,
      covered = sprintf("%.3f", mean(some$held, na.rm = TRUE)),
      `mean width` = format(signif(mean(some$width, na.rm = TRUE), 2)),
      `median width` = format(signif(stats::median(some$width, na.rm = TRUE), 2)), check.names = FALSE
    )
  })
}

of_method <- function(name) {
  table_of(unlist(lapply(Filter(function(one) one$method == name, settings), rows_of), recursive = FALSE))
}

cat("# Coverage of confint()\n\nWritten by `Rscript bench/inference.R`.", format(sets, big.mark = ","))
cat(" simulated data sets a setting, intervals at level .95. Two\ncoefficients are 1 (strong), two are 0.2 (weak), ")
cat("the others 0; columns k apart have the correlation rho^k, rho being\nthat of the table; the noise has deviation ")
cat("1. Lambda is `sqrt(2 log(p) / n)`, half of that for two classes.\n\n")
cat("## Debiased\n\nOf columns 1 to 10 and the last; the target is the coefficient itself.\n\n")
of_method("debiased")
cat("## Selective\n\nOf the selected columns; the target is their coefficient in the best model of these columns. ")
cat("sigma is estimated from\nleast squares on all columns, and known where these are more than rows.\n\n")
of_method("selective")
