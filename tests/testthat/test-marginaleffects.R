skip_if_not_installed("marginaleffects")

# ---- by hand: averages of predictions and their differences ------------------------

# Of each contrast of a variable, as marginaleffects names them.
effects_by_hand <- function(fit, d, variable) {
  at <- function(value) {
    d[[variable]] <- value
    mean(predict(fit, newdata = d, type = "response"))
  }
  value <- d[[variable]]
  if (is.numeric(value)) {
    h <- 1e-6
    return(c(dY = (at(value + h) - at(value - h)) / (2 * h)))
  }
  if (is.logical(value)) return(c(`TRUE - FALSE` = at(TRUE) - at(FALSE)))
  levels <- if (is.factor(value)) levels(value) else sort(unique(value))
  same_kind <- function(level) if (is.factor(value)) factor(level, levels) else level
  vapply(stats::setNames(levels[-1], paste(levels[-1], "-", levels[1])), function(level) {
    at(same_kind(level)) - at(same_kind(levels[1]))
  }, 0)
}

expect_effects <- function(table, fit, d, about = NULL) {
  for (variable in unique(table$term)) {
    rows <- table[table$term == variable, ]
    expected <- effects_by_hand(fit, d, variable)
    found <- if (length(expected) == 1) unname(rows$estimate) else rows$estimate[match(names(expected), rows$contrast)]
    expect_equal(found, unname(expected), tolerance = 1e-4, info = paste(about, variable))
  }
}

test_that("avg_slopes() gives average derivatives and differences of predictions, for random formulas", {
  for_random_fits(1:5, function(fit, d, about) {
    table <- marginaleffects::avg_slopes(fit, vcov = FALSE)
    expect_setequal(table$term, setdiff(all.vars(formula(fit)), "y"))
    expect_effects(table, fit, d, about)
    expect_false("std.error" %in% names(table))
  })
})

test_that("predictions and their averages are those of predict()", {
  for_random_fits(6:9, function(fit, d, about) {
    mean <- predict(fit, newdata = d, type = "response")[, 1]
    expect_equal(marginaleffects::predictions(fit, vcov = FALSE)$estimate, unname(mean), info = about)
    expect_equal(marginaleffects::avg_predictions(fit, vcov = FALSE)$estimate, mean(mean), info = about)
    by_group <- marginaleffects::avg_predictions(fit, by = "f", vcov = FALSE)
    expect_equal(by_group$estimate, unname(c(tapply(mean, d$f, mean)))[match(by_group$f, levels(d$f))], info = about)
    linked <- marginaleffects::predictions(fit, newdata = d[5:7, ], type = "link", vcov = FALSE)
    expect_equal(linked$estimate, unname(predict(fit, newdata = d[5:7, ])[, 1]), info = about)
  })
})

test_that("of a path at_lambda() names the model, and a cross-validation stands for its own", {
  set.seed(1)
  d <- variables_frame(family = "binomial")
  path <- sgdlasso(y ~ a * f + log(b), data = d, family = "binomial")
  expect_error(marginaleffects::avg_slopes(path, vcov = FALSE), "at_lambda", class = "sgdlasso_error_input")
  one <- at_lambda(path, s = 0.02)
  expect_effects(marginaleffects::avg_slopes(one, vcov = FALSE), one, d)
  cv <- cv.sgdlasso(y ~ a * f + log(b), data = d, family = "binomial", foldid = rep(1:8, 10))
  expect_effects(marginaleffects::avg_slopes(cv, vcov = FALSE), at_lambda(cv), d)
  expect_equal(
    marginaleffects::avg_predictions(cv, vcov = FALSE)$estimate, mean(predict(cv, newdata = d, type = "response"))
  )
})

test_that("fits by parsnip and workflows have slopes at their penalty", {
  skip_if_not_installed("parsnip")
  set.seed(3)
  d <- variables_frame(family = "binomial")[c("a", "b", "y")]
  d$y <- factor(d$y, 0:1, c("no", "yes"))
  spec <- parsnip::logistic_reg(penalty = 0.02, engine = "sgdlasso")
  fits <- list(parsnip::fit(spec, y ~ a + b, d))
  if (requireNamespace("workflows", quietly = TRUE)) {
    fits <- c(fits, list(parsnip::fit(workflows::workflow(y ~ a + b, spec), d)))
  }
  for (fit in fits) {
    at <- function(h) mean(predict(fit, transform(d, a = a + h), type = "prob")$.pred_yes)
    table <- marginaleffects::avg_slopes(fit, newdata = d, variables = "a", type = "prob", vcov = FALSE)
    expect_equal(table$estimate[table$group == "yes"], (at(1e-5) - at(-1e-5)) / 2e-5, tolerance = 1e-5)
    expect_message(
      marginaleffects::avg_slopes(fit, newdata = d, variables = "a", type = "prob"), class = "sgdlasso_message_vcov"
    )
  }
})

test_that("weights, offsets and dropped rows are seen to", {
  set.seed(2)
  d <- variables_frame(family = "poisson")
  d$o <- rnorm(80) / 3
  d$w <- runif(80)
  is.na(d$a) <- c(4, 8)
  fit <- sgdlasso(y ~ a + f + offset(o), data = d, family = "poisson", weights = w, subset = b < 2, lambda = 0.01)
  used <- d[d$b < 2 & !is.na(d$a), ]
  mean <- predict(fit, newdata = used, type = "response")[, 1]
  expect_equal(marginaleffects::predictions(fit, vcov = FALSE)$estimate, unname(mean))
  weighted <- marginaleffects::avg_predictions(fit, wts = "w", vcov = FALSE)
  expect_equal(weighted$estimate, weighted.mean(mean, used$w))
  expect_effects(marginaleffects::avg_slopes(fit, variables = "a", vcov = FALSE), fit, used)
})

test_that("standard errors are never given, and a message says so", {
  fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1)
  expect_message(table <- marginaleffects::avg_slopes(fit), "No standard errors", class = "sgdlasso_message_vcov")
  expect_false(any(c("std.error", "p.value", "conf.low") %in% names(table)))
  expect_no_message(marginaleffects::avg_slopes(fit, vcov = FALSE))
  for (vcov in list("HC3", diag(4), ~low_income)) {
    expect_error(marginaleffects::avg_slopes(fit, vcov = vcov), class = "sgdlasso_error_input")
  }
})

test_that("fits of a matrix say what they lack", {
  fit <- sgdlasso(as.matrix(murder_rates[1:3]), murder_rates$murder_rate, lambda = 1)
  expect_error(
    marginaleffects::avg_slopes(fit, newdata = murder_rates, vcov = FALSE), "by a formula",
    class = "sgdlasso_error_input"
  )
})

test_that("the classes are known whichever package is loaded first", {
  skip_if_not_installed("processx")
  ask <- c(
    "fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1)",
    "cat(nrow(marginaleffects::avg_slopes(fit, vcov = FALSE)))"
  )
  expect_identical(run_script("library(sgdlasso)", ask)$stdout, "3")
  expect_identical(run_script("library(marginaleffects)", "library(sgdlasso)", ask)$stdout, "3")
})
