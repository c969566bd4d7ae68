# ---- the same columns ------------------------------------------------------------

every_kind <- function(n = 40) {
  d <- data.frame(y = rnorm(n), a = rnorm(n), b = rpois(n, 1), day = as.Date("2020-01-01") + sample(100, n, TRUE))
  d$f <- factor(sample(c("u", "v", "w", "x y"), n, TRUE), c("w", "u", "x y", "v"))
  d$g <- factor(sample(letters[1:3], n, TRUE))
  d$o <- factor(sample(1:4, n, TRUE), ordered = TRUE)
  d$t <- sample(c("north", "sou:th"), n, TRUE)
  d$l <- runif(n) > 0.5
  d$m <- matrix(rnorm(2 * n), n, dimnames = list(NULL, c("p", "q")))
  d$`odd:name` <- rnorm(n)
  d$s <- scale(rnorm(n))
  d
}

random_formula <- function() {
  variables <- sample(c(
    "a", "b", "day", "f", "g", "o", "t", "l", "m", "s", "`odd:name`", "poly(a, 2)", "factor(b)", "log(a^2)",
    "interaction(f, g)"
  ), sample(1:4, 1))
  term <- function(i) paste(
    sample(variables, sample(seq_len(min(3, length(variables))), 1)), collapse = sample(c(":", "*"), 1)
  )
  end <- sample(c("", " - 1", " + offset(a)", paste(" -", variables[1])), 1)
  as.formula(paste("y ~", paste(vapply(seq_len(sample(1:4, 1)), term, ""), collapse = " + "), end))
}

random_contrasts <- function(frame) {
  contrasts <- list()
  kinds <- c("contr.treatment", "contr.sum", "contr.SAS", "contr.helmert", "contr.poly")
  for (name in intersect(c("f", "g", "o", "t", "l"), names(frame)))
    if (runif(1) < 0.3) contrasts[[name]] <- sample(kinds, 1)
  if ("f" %in% names(frame) && runif(1) < 0.2) contrasts$f <- matrix(rnorm(8), 4, 2)
  if (length(contrasts)) contrasts
}

test_that("sparse columns are those of model.matrix(), for any formula and contrasts", {
  set.seed(21)
  for (draw in 1:80) {
    frame <- model.frame(random_formula(), every_kind())
    terms <- attr(frame, "terms")
    if (length(attr(terms, "factors")) == 0) next
    contrasts <- random_contrasts(frame)
    dense <- suppressWarnings(model.matrix(terms, frame, contrasts)) # contrasts of a variable that is no factor here
    used <- attr(dense, "contrasts")
    if (attr(terms, "intercept") == 1) dense <- dense[, -1, drop = FALSE]
    sparse <- formula_matrix(terms, frame, contrasts, sparse = TRUE)
    expect_s4_class(sparse$x, "dgCMatrix")
    expect_identical(dimnames(sparse$x), dimnames(dense))
    expect_equal(as.matrix(sparse$x), dense, ignore_attr = c("assign", "contrasts"))
    expect_equal(as.list(sparse$contrasts), as.list(used)[names(sparse$contrasts)], ignore_attr = "names")
    expect_equal(design_size(terms, frame, contrasts)$columns, ncol(dense))
  }
})

# ---- the same fit ----------------------------------------------------------------

# Enough levels and rows to be sparse.
many_levels <- function(n = 16500) {
  set.seed(22)
  d <- data.frame(
    f = factor(sample(250, n, TRUE), 250:1), t = sample(c("n", "s", "w"), n, TRUE), a = rnorm(n), w = runif(n)
  )
  d$y <- as.integer(d$f) / 100 + d$a * (d$t == "s") + rnorm(n)
  d$a[7] <- NA
  d
}

test_that("many levels make sparse columns, the same fit, and summary() says so", {
  d <- many_levels()
  x <- model.matrix(y ~ f + t * a, d)[, -1]
  for (family in c("gaussian", "binomial")) {
    d$z <- if (family == "binomial") d$y > 1.25 else d$y
    kept <- d[-7, ]
    fit <- sgdlasso(z ~ f + t * a, d, weights = w, family = family, lambda = c(0.02, 0.005), tol = 1e-9)
    dense <- sgdlasso(x, kept$z, weights = kept$w, family = family, lambda = c(0.02, 0.005), tol = 1e-9)
    expect_match(fit$sparse, "^254, .* dense they would take 34 MB$")
    expect_match(paste(capture.output(summary(fit)), collapse = " "), "Columns of the formula: sparse \\(254,")
    expect_identical(rownames(fit$beta), colnames(x))
    expect_equal(as.matrix(fit$beta), as.matrix(dense$beta), tolerance = 1e-3)
    expect_true(all(optimality(dense)$gap <= 1e-9, optimality(fit)$gap <= 1e-9))
    expect_equal(unname(residuals(fit)), unname(residuals(dense)), tolerance = 1e-3)
    new <- d[1:20, ]
    new$f[3] <- NA
    predicted <- predict(fit, new)
    expect_identical(unname(which(is.na(predicted[, 1]))), c(3L, 7L))
    expect_equal(unname(predicted[-c(3, 7), ]), unname(predict(fit, kept)[c(1:2, 4:6, 7:19), ]))
    expect_identical(rownames(predicted), as.character(1:20))
    all_missing <- predict(fit, new[c(3, 7), ])
    expect_true(all(is.na(all_missing)) && nrow(all_missing) == 2)
    expect_error(predict(fit, transform(new, a = Inf)), "infinite", class = "sgdlasso_error_input")
  }
})

test_that("columns stay dense where few, filled, or where dense ones are asked for", {
  d <- many_levels()
  columns <- function(...) sgdlasso(..., lambda = 1)$sparse
  expect_type(columns(y ~ f + t, d), "character")
  expect_null(columns(y ~ f + t, d[1:9000, ]))
  expect_null(columns(y ~ t + a, d))
  expect_null(columns(y ~ f + t, d, contrasts = list(f = "contr.helmert")))
  expect_null(columns(y ~ f + t, d, solver = solver_exact("moments")))
  expect_null(columns(y ~ f + t, d, keep.moments = TRUE))
  expect_null(cv.sgdlasso(y ~ f + t, d, nfolds = 3, lambda = c(1, 0.5))$sgdlasso.fit$sparse)
  d$z <- d$y > 1
  cv <- cv.sgdlasso(z ~ f + t, d, family = "binomial", nfolds = 3, lambda = c(0.1, 0.05))
  expect_type(cv$sgdlasso.fit$sparse, "character")
  expect_equal(dim(predict(cv, d[1:5, ])), c(5L, 1L))
})

# ---- identifiers -----------------------------------------------------------------

test_that("a variable of nothing but different values is refused by name before memory is taken", {
  n <- 150000
  d <- data.frame(y = rnorm(n), a = rnorm(n), who = as.character(seq_len(n)))
  d$code <- factor(d$who)
  expect_refused <- function(code, name) {
    before <- sum(gc(reset = TRUE)[, 6])
    expect_error(code, paste0(name, " has 150,000 levels in 150,000 rows"), class = "sgdlasso_error_input")
    expect_lt(sum(gc()[, 6]) - before, 200)
  }
  expect_refused(sgdlasso(y ~ a + who, d), "who")
  expect_refused(sgdlasso(y ~ a:code, d), "code")
  expect_refused(cv.sgdlasso(y ~ ., d[-4]), "who")
  expect_s3_class(sgdlasso(y ~ . - who - code, d, lambda = 0.1), "sgdlasso")
})

test_that("a formula of too many columns is refused by its largest term", {
  d <- data.frame(y = rnorm(4000), f = gl(4000, 1), g = gl(4000, 1))
  expect_error(sgdlasso(y ~ f * g, d), "makes 15,999,999 columns, most of them by f:g", class = "sgdlasso_error_input")
})
