# One frame of every kind of variable.
kinds_frame <- function(n = 80) {
  d <- random_frame(n)
  d$m2 <- matrix(rnorm(2 * n), n, dimnames = list(NULL, c("p", "q")))
  d[stats::complete.cases(d), ]
}

test_that("importance is |coefficient| times the column's deviation, from the largest to the smallest", {
  for (family in c("gaussian", "binomial", "poisson")) {
    d <- make_rows(family = family)
    fit <- sgdlasso(d$x, d$y, family, d$w)
    s <- mean(fit$lambda[25:26])
    sizes <- coef(fit, s = s)[-1, 1] * weighted_sd(d$x, d$w)
    table <- importance(fit, s)
    expect_s3_class(table, "data.frame")
    expect_identical(names(table), c("term", "importance", "sign"))
    order <- order(-abs(sizes))
    expect_equal(table$importance, unname(abs(sizes[order])))
    expect_equal(table$sign, unname(sign(sizes[order])))
    expect_identical(table$term, names(sizes)[order])
    expect_gt(sum(sizes != 0), 1)
    expect_equal(sum(table$sign == 0), sum(sizes == 0))
  }
})

test_that("units do not matter", {
  d <- make_rows()
  units <- 1000^c(1, 0, -1, 2, 0, 0, -2, 1)
  tables <- lapply(list(rep(1, 8), units), function(unit) {
    importance(sgdlasso(sweep(d$x, 2, unit, `*`), d$y, lambda = c(0.2, 0.1), tol = 1e-12), s = 0.15)
  })
  expect_equal(tables[[1]], tables[[2]], tolerance = 1e-6)
})

test_that("a term's importance is the sum over the columns that model.matrix() assigns to it", {
  set.seed(3)
  right <- c("a", "f", "g * o", "t:l", "poly(b, 2)", "m2", "l", "day", "factor(k)", "a:f", "t", "I(a^2)", "scale(z)")
  for (draw in 1:25) {
    d <- kinds_frame()
    terms <- paste(sample(right, sample(1:4, 1)), collapse = " + ")
    end <- sample(c("", "", " - 1", " + offset(off)", " - z"), 1)
    form <- stats::as.formula(paste("y ~", terms, end))
    contrasts <- if (runif(1) < 0.3) list(g = "contr.sum")
    fit <- suppressWarnings(sgdlasso(form, d, lambda = 0.05, contrasts = contrasts))
    frame <- model.frame(form, d, drop.unused.levels = TRUE)
    design <- suppressWarnings(model.matrix(form, frame, contrasts))
    assign <- attr(design, "assign")[attr(design, "assign") > 0]
    labels <- attr(attr(frame, "terms"), "term.labels")
    expected <- tapply(abs(fit$beta[, 1] * fit$x.sd), factor(assign, seq_along(labels)), sum)
    table <- importance(fit)
    about <- paste(deparse1(form), draw)
    expect_setequal(table$term, labels)
    expect_equal(table$importance[match(labels, table$term)], as.vector(expected), info = about)
    expect_false(is.unsorted(-table$importance))
    expect_equal(sum(importance(fit, by = "column")$importance), sum(table$importance))
    fit$model <- NULL # no data
    expect_equal(importance(fit), table)
  }
})

test_that("a term's contribution deviates no more than its importance, and for one column as much", {
  set.seed(4)
  d <- kinds_frame(120)
  fit <- sgdlasso(y ~ a + f * o + t, d, lambda = 0.05, weights = w)
  frame <- model.frame(y ~ a + f * o + t, d, drop.unused.levels = TRUE)
  design <- model.matrix(y ~ a + f * o + t, frame)
  assign <- attr(design, "assign")
  labels <- attr(attr(frame, "terms"), "term.labels")
  table <- importance(fit)
  for (term in seq_along(labels)) {
    part <- design[, assign == term, drop = FALSE] %*% fit$beta[assign[-1] == term, 1]
    found <- table$importance[table$term == labels[term]]
    expect_lte(weighted_sd(part, d$w), found * (1 + 1e-9))
    if (sum(assign == term) == 1) expect_equal(weighted_sd(part, d$w), found)
  }
})

test_that("a term of both signs has none", {
  set.seed(5)
  d <- data.frame(f = gl(3, 40), g = gl(3, 1, 120), a = rnorm(120), u = rnorm(120))
  d$y <- c(0, 3, -3)[d$f] + c(0, -2, -3)[d$g] + d$a + rnorm(120) / 10
  table <- importance(sgdlasso(y ~ f + g + a + u, d, lambda = 0.1))
  expect_identical(table$sign[match(c("f", "g", "a", "u"), table$term)], c(NA, -1, 1, 0))
})

test_that("sparse columns and rows from a source have the same terms", {
  set.seed(6)
  d <- data.frame(f = factor(sample(260, 16500, TRUE)), a = rnorm(16500))
  d$y <- as.integer(d$f) / 100 + d$a + rnorm(16500)
  fit <- sgdlasso(y ~ f + a, d, lambda = 0.01)
  expect_false(is.null(fit$sparse))
  table <- importance(fit)
  expect_setequal(table$term, c("f", "a"))
  expect_equal(table$importance[table$term == "a"], unname(abs(fit$beta["a", 1])) * fit$x.sd[fit$dim[1]])
  few <- d[as.integer(d$f) < 9, ]
  few$f <- droplevels(few$f)
  streamed <- sgdlasso(y ~ f + a, as_rows(few), lambda = 0.01, tol = 1e-10)
  expect_equal(importance(streamed), importance(sgdlasso(y ~ f + a, few, lambda = 0.01, tol = 1e-10)), tolerance = 1e-6)
})

test_that("a cross-validation answers at its lambda, and relaxed fits at their gamma", {
  d <- make_rows()
  cv <- cv.sgdlasso(d$x, d$y, foldid = rep(1:6, 10), relax = TRUE)
  fit <- cv$sgdlasso.fit
  expect_equal(importance(cv), importance(fit, cv$relaxed$lambda.1se, gamma = cv$relaxed$gamma.1se))
  expect_equal(importance(cv, s = "lambda.min", gamma = 1), importance(fit, cv$relaxed$lambda.min))
  expect_equal(importance(fit, "bic")$importance[1], max(abs(coef(fit, "bic")[-1, 1] * fit$x.sd)))
})

test_that("columns of the same name stay apart", {
  x <- cbind(a = 1:20, a = rep(1:2, 10))
  table <- importance(sgdlasso(x, x[, 1] - 5 * x[, 2], lambda = 0.01))
  expect_identical(table$term, c("a", "a"))
  expect_identical(table$sign, c(1, -1))
})

test_that("what has no answer is an error that says why", {
  fit <- sgdlasso(murder_rate ~ ., murder_rates)
  expect_error(importance(fit), "`s` is missing", class = "sgdlasso_error_input")
  expect_error(importance(fit, s = 1:2), "`s` holds 2", class = "sgdlasso_error_input")
  expect_error(importance(fit, 1, by = "row"), "`by` is \"row\"", class = "sgdlasso_error_input")
  expect_error(importance(fit, 1, lambda = 1), "no argument `lambda`", class = "sgdlasso_error_input")
  plain <- sgdlasso(as.matrix(murder_rates[1:3]), murder_rates$murder_rate, lambda = 1)
  expect_error(importance(plain, by = "term"), "the fit has no formula", class = "sgdlasso_error_input")
})

test_that("pictures show what the table has", {
  d <- make_rows(p = 30)
  colnames(d$x) <- sprintf("a_rather_long_name_of_column_%02d_of_thirty_columns", 1:30)
  table <- importance(sgdlasso(d$x, d$y, lambda = 0.01))
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  expect_silent(plot(table))
  expect_silent(plot(utils::head(table, 3)))
  expect_error(plot(table, moost = 3), "`most`", class = "sgdlasso_error_input")
  chart <- importance_chart(table, 15)
  expect_equal(unname(chart$sizes), rev(table$importance[1:15]))
  expect_identical(names(chart$sizes), rev(table$term[1:15]))
  skip_if_not_installed("ggplot2")
  points <- ggplot2::layer_data(ggplot2::autoplot(table), 2)
  expect_equal(points$x, rev(table$importance[1:15]))
  skip_if_not_installed("vdiffr")
  for (draw in list(function() plot(table), ggplot2::autoplot(table), ggplot2::autoplot(utils::head(table, 3)))) {
    expect_identical(ill_placed(text_boxes(draw)), character())
  }
})
