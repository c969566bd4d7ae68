# Random data frames, formulas for them, and whether a call on rows from elsewhere came to what the call on all did.

# Columns of all kinds: levels declared in odd orders and never used, text, missing values anywhere.
random_frame <- function(n) {
  pick <- function(values) sample(values, n, TRUE)
  d <- data.frame(a = rnorm(n), b = rexp(n), m = pick(c(1, 2, 10, 33)), k = pick(0:4), z = rnorm(n))
  d$f <- factor(pick(c("u", "v", "w")), sample(c("u", "v", "w", "never")))
  d$g <- factor(pick(c("p", "q")), sample(c("q", "p")))
  d$o <- factor(pick(c("low", "mid", "high", "top")), c("low", "mid", "none", "high", "top"), ordered = TRUE)
  d$t <- pick(c("B", "a", "b", "10", "9", "\u00e4"))
  d$l <- pick(c(TRUE, FALSE))
  d$r <- factor(pick(c("rare", rep("often", n))))
  d$day <- as.Date("2020-01-01") + pick(1:99)
  d$took <- as.difftime(pick(1:9), units = "hours")
  d$id <- integer64(pick(1:50))
  d$w <- pick(c(0, .5, 1, 2))
  d$off <- rnorm(n)
  d$y <- d$a - d$k + (d$f == "u") - 2 * (d$t == "9") + (d$o > "mid") + rnorm(n)
  for (name in sample(setdiff(names(d), "id"), sample(0:4, 1))) is.na(d[[name]]) <- sample(n, sample(1:3, 1))
  d
}

random_formula <- function(d) {
  terms <- c("a", "log(b)", "factor(m)", "k", "f", "g", "o", "t", "l", "day", "took", "id", "paste(g, l)", "I(a^2)",
             "cut(k, c(-1, 1, 9))", "ordered(m)", "addNA(g)", "interaction(g, l)", "as.factor(t)")
  chosen <- sample(terms, sample(1:6, 1))
  if (runif(1) < .5)
    chosen <- c(chosen, paste(sample(c("a", "f", "g", "o", "t", "l"), 2), collapse = sample(c(":", "*"), 1)))
  right <- paste(chosen, collapse = " + ")
  if (runif(1) < .3) right <- ". - r"
  if (runif(1) < .3) right <- paste(right, "-", sample(c("z", "f", "t", chosen[1]), 1))
  if (runif(1) < .2) right <- paste(right, "- 1")
  if (runif(1) < .3) right <- paste(right, "+ offset(off)")
  stats::as.formula(paste("y ~", right), globalenv())
}

random_blocks <- function(d) {
  n <- nrow(d)
  at <- c(0, if (n > 1) cumsum(sample(1:n, n, TRUE)))
  ends <- unique(pmin(c(at[-1], n), n))
  Map(function(from, to) frame_rows_at(d, seq(from + 1, to)), c(0, utils::head(ends, -1)), ends)
}

# What a call came to, or the error that refused it.
fit_or_refusal <- function(code) {
  suppressWarnings(tryCatch(code, sgdlasso_error_input = conditionMessage))
}

# The call with these data, evaluated as a user's is.
call_with <- function(draw) {
  function(data, ..., fun = sgdlasso) {
    arguments <- list(draw$form, data = data, weights = draw$weights, subset = draw$subset, ...)
    do.call(fun, Filter(Negate(is.null), arguments))
  }
}

random_draw <- function() {
  d <- random_frame(sample(c(30, 60, 90), 1))
  list(
    d = d, form = random_formula(d), weights = if (runif(1) < .3) quote(w), subset = if (runif(1) < .3) quote(k > 0),
    blocks = random_blocks(d)
  )
}

# check(draw, fit, whole, about) for draws of these seeds: fit(data, ...) calls sgdlasso(), whole is what it came to on
# the whole frame. How many of them were fits.
check_draws <- function(seeds, check) {
  fits <- 0
  for (seed in seeds) {
    set.seed(seed)
    draw <- random_draw()
    fit <- call_with(draw)
    whole <- fit_or_refusal(fit(draw$d, tol = 1e-12, lambda = c(.5, .1, .01)))
    check(draw, fit, whole, paste(seed, deparse1(draw$form), deparse1(draw$weights), deparse1(draw$subset)))
    fits <- fits + is.list(whole)
  }
  fits
}

# Columns of full rank, so that coefficients and not only fitted values are what they must be.
has_full_rank <- function(draw) {
  call <- as.call(c(quote(lm), formula = draw$form, subset = draw$subset, data = quote(draw$d)))
  x <- model_design(eval_model_frame(call, environment()), NULL)$x
  x <- x[, apply(x, 2, function(column) any(column != column[1])), drop = FALSE]
  qr(cbind(1, x))$rank == ncol(x) + 1
}

expect_same_outcome <- function(streamed, whole, draw, about) {
  if (is.character(whole) || is.character(streamed)) {
    errors <- Filter(is.character, list(whole, streamed))
    return(expect(length(errors) == 2, paste("Only one was refused:", about, errors[[1]])))
  }
  expect_identical(streamed$xlevels, whole$xlevels, info = about)
  expect_equal(streamed[c("terms", "contrasts", "nobs")], whole[c("terms", "contrasts", "nobs")], info = about)
  expect_identical(rownames(streamed$beta), rownames(whole$beta), info = about)
  expect_equal(streamed$x.sd, whole$x.sd, tolerance = 1e-10, info = about)
  expect_equal(streamed$dev.ratio, whole$dev.ratio, tolerance = 1e-8, info = about)
  if (!has_full_rank(draw)) return(invisible())
  expect_equal(same_fit(streamed), same_fit(whole), tolerance = 1e-6, info = about)
  new <- frame_rows_at(draw$d, sample(nrow(draw$d), 9))
  predicted <- lapply(list(streamed, whole), function(fit) fit_or_refusal(predict(fit, new)))
  expect_equal(predicted[[1]], predicted[[2]], tolerance = 1e-6, info = about)
}
