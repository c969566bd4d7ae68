# Data frames in many guises.

# Numbers, a factor, text, a logical and missing values.
mixed_frame <- function(n = 300) {
  set.seed(4)
  d <- data.frame(a = rnorm(n), b = rexp(n) + 0.1, k = sample(0:5, n, TRUE))
  d$f <- factor(sample(c("u", "v", "w"), n, TRUE), c("w", "u", "v"))
  d$t <- sample(c("north", "south, \"far\"", "line\nbreak"), n, TRUE)
  d$l <- d$a + rnorm(n) > 0
  d$w <- runif(n)
  d$y <- d$a - d$k + (d$f == "u") + rnorm(n)
  d$a[c(5, 77)] <- NA
  d
}

# biglm's protocol: blocks of a data frame.
block_function <- function(data, block = 37) {
  at <- 0
  function(reset = FALSE) {
    if (reset) {
      at <<- 0
      return(invisible())
    }
    if (at >= nrow(data)) return(NULL)
    rows <- seq(at + 1, min(at + block, nrow(data)))
    at <<- at + length(rows)
    data[rows, , drop = FALSE]
  }
}

# Everything of a fit that rows decide.
same_fit <- function(fit) {
  fit <- unclass(fit)
  fit[setdiff(
    names(fit),
    c("call", "gap", "kkt", "trace", "solver", "na.action", "residuals", "accuracy", "passes", "model", "rounds")
  )]
}

# The same source, to be read once.
once <- function(source) {
  source$rewindable <- FALSE
  open <- source$open
  opened <- FALSE
  source$open <- function() {
    if (opened) stop("opened a second time")
    opened <<- TRUE
    open()
  }
  source
}

# biglm's protocol: these data frames, one after the other.
block_function_of <- function(blocks) {
  at <- 0
  function(reset = FALSE) {
    at <<- if (reset) 0 else at + 1
    if (!reset && at <= length(blocks)) blocks[[at]]
  }
}

# The coefficients of lm() on the data of fit, a function of data and fun, where it finds all.
plain_lm <- function(fit, d) {
  d$id <- r_integer64(unclass(d$id))$values
  found <- suppressWarnings(tryCatch(fit(d, fun = stats::lm), error = function(e) NULL))
  if (is.null(found) || anyNA(stats::coef(found)) || found$df.residual == 0) return(NULL)
  stats::coef(found)
}
