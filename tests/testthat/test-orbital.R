for (package in c("orbital", "parsnip", "dplyr")) skip_if_not_installed(package)

engine_fit <- function(d, family, ...) {
  spec <- switch(family,
    gaussian = parsnip::linear_reg(penalty = 0.05), binomial = parsnip::logistic_reg(penalty = 0.05),
    poisson = parsnip::poisson_reg(penalty = 0.05)
  )
  parsnip::fit(parsnip::set_engine(spec, "sgdlasso", ...), y ~ ., d)
}

numbers_frame <- function(family) {
  d <- make_rows(family = family)
  frame <- as.data.frame(d$x)
  frame$y <- if (family == "binomial") factor(d$y, 0:1, c("no", "yes")) else d$y
  frame
}

test_that("equations give the predictions", {
  for (family in c("gaussian", "poisson", "binomial")) {
    d <- numbers_frame(family)
    fit <- engine_fit(d, family)
    types <- if (family == "binomial") c("class", "prob") else "numeric"
    found <- predict(orbital::orbital(fit, type = types), d)
    if (family == "binomial") {
      expect_identical(found$.pred_class, as.character(predict(fit, d)$.pred_class))
      expected <- predict(fit, d, type = "prob")
      expect_equal(found$.pred_no, expected$.pred_no, tolerance = 1e-12)
      expect_equal(found$.pred_yes, expected$.pred_yes, tolerance = 1e-12)
    } else {
      expect_equal(found$.pred, predict(fit, d)$.pred, tolerance = 1e-12)
    }
  }
})

test_that("a column that is the offset is in the equation, one without a coefficient is not", {
  d <- numbers_frame("gaussian")
  fit <- engine_fit(d, "gaussian", offset_column = "V3")
  equation <- orbital::orbital(fit)
  expect_equal(predict(equation, d)$.pred, predict(fit, d)$.pred, tolerance = 1e-12)
  zero <- names(which(coef(fit$fit, s = 0.05)[, 1] == 0))
  expect_gt(length(zero), 0)
  expect_false(any(vapply(zero, grepl, NA, x = unclass(equation), fixed = TRUE)))
})

test_that("orbital() and as_sql() say the same to a database", {
  for (package in c("RSQLite", "dbplyr")) skip_if_not_installed(package)
  d <- numbers_frame("binomial")
  fit <- engine_fit(d, "binomial")
  con <- local_sqlite()
  DBI::dbWriteTable(con, "rows", d)
  sql <- orbital::orbital_sql(orbital::orbital(fit, type = "prob"), con)
  theirs <- dplyr::pull(dplyr::collect(
    dplyr::mutate(dplyr::tbl(con, "rows"), !!!orbital::orbital_inline(orbital::orbital(fit, type = "prob")))
  ), ".pred_yes")
  ours <- DBI::dbGetQuery(con, paste("SELECT", as_sql(fit$fit, s = 0.05, con = con), "AS p FROM rows"))$p
  expect_equal(theirs, ours, tolerance = 1e-10)
  expect_length(sql, 2)
})

test_that("bare fits are sent to as_sql()", {
  fit <- sgdlasso(as.matrix(murder_rates[1:3]), murder_rates$murder_rate, lambda = 1)
  expect_error(orbital::orbital(fit), "as_sql", class = "sgdlasso_error_input")
})

test_that("classes and columns keep whatever their names hold", {
  set.seed(1)
  d <- data.frame(x = rnorm(60), check.names = FALSE)
  d[["a `b` \\c"]] <- rnorm(60)
  d[["two words"]] <- rnorm(60)
  for (levels in list(c("C:\\new", "other"), c("y\\es", "n\"o"), c("it's", "a `b`"))) {
    d$y <- factor(levels[1 + (d$x + d[["two words"]] + rnorm(60) > 0)], levels)
    form <- y ~ x + `two words`
    spec <- parsnip::logistic_reg(penalty = 0.01, engine = "sgdlasso")
    fit <- parsnip::fit(spec, form, d)
    found <- predict(orbital::orbital(fit, type = "class"), d)
    expect_identical(found$.pred_class, as.character(predict(fit, d)$.pred_class))
  }
})
