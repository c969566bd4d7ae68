x <- as.matrix(murder_rates[, 1:3])
y <- murder_rates$murder_rate

test_that("confint() is laid out as that of lm()", {
  fit <- sgdlasso(murder_rate ~ ., murder_rates, lambda = c(2, 1, 1e-8))
  theirs <- confint(lm(murder_rate ~ ., murder_rates), level = 0.9)[-1, ]
  ours <- confint(fit, s = 1e-8, level = 0.9)
  expect_identical(dimnames(ours), dimnames(theirs))
  expect_identical(confint(fit, "unemployed", s = 1), confint(fit, s = 1)[3, , drop = FALSE])
  expect_identical(confint(fit, c(3, 1), s = 1), confint(fit, s = 1)[c(3, 1), ])
  expect_identical(colnames(confint(fit, s = 1, level = 0.999)), colnames(confint(lm(y ~ x), level = 0.999)))
})

test_that("rows are found by call, given, or kept in the model frame", {
  fit <- sgdlasso(x, y, lambda = 1)
  expect_equal(confint(fit), confint(fit, x = x, y = y))
  by_formula <- local({
    hidden <- murder_rates
    sgdlasso(murder_rate ~ ., hidden, lambda = 1)
  })
  expect_equal(confint(by_formula), confint(fit))
  expect_equal(confint(by_formula, data = murder_rates), confint(fit))
  expect_error(confint(fit, x = x, y = rev(y)), "not those that the fit was trained on", class = "sgdlasso_error_input")
  expect_error(confint(fit, data = murder_rates), "the fit is of a matrix", class = "sgdlasso_error_input")
  source <- sgdlasso(as_rows(x, y), lambda = 1)
  expect_error(confint(source), "keeps none", class = "sgdlasso_error_input")
  expect_equal(confint(source, x = x, y = y), confint(fit), tolerance = 1e-6)
})

test_that("factors, missing values, weights, offsets and subsets of a formula are those of lm()", {
  seen <- 0
  for (seed in 1:40) {
    set.seed(seed)
    draw <- random_draw()
    draw$d$id <- seq_len(nrow(draw$d)) # lm() takes 64-bit integers for something else
    fit <- fit_or_refusal(call_with(draw)(draw$d, lambda = 1e-9, tol = 1e-12))
    if (is.character(fit) || !has_full_rank(draw)) next
    call <- as.call(c(
      quote(lm), formula = draw$form, subset = draw$subset, weights = draw$weights, data = quote(draw$d)
    ))
    expected <- tryCatch(eval(call), error = function(e) NULL)
    if (is.null(expected) || expected$df.residual < 3 || anyNA(coef(expected))) next
    expected <- summary(expected)$coefficients
    expected <- expected[rownames(expected) %in% rownames(fit$beta), , drop = FALSE]
    found <- summary(fit, conf.int = TRUE, node.lambda = 0)$inference
    found <- found[match(rownames(expected), found$term), ]
    about <- paste(seed, deparse1(draw$form))
    expect_equal(found$estimate, unname(expected[, 1]), tolerance = 1e-4, info = about)
    expect_equal(found$std.error, unname(expected[, 2]), tolerance = 1e-4, info = about)
    seen <- seen + 1
  }
  expect_gt(seen, 5)
})

test_that("a lambda that was not fitted is solved, not interpolated", {
  path <- sgdlasso(x, y, lambda = c(8, 0.5))
  at <- sgdlasso(x, y, lambda = 2)
  expect_equal(confint(path, s = 2), confint(at), tolerance = 1e-6)
  for (solver in list("saga", solver_exact("working_set"), solver_exact("moments"))) {
    expect_equal(confint(sgdlasso(x, y, lambda = 2, solver = solver, seed = 1)), confint(at), tolerance = 1e-6)
  }
})

test_that("a cross-validation answers at the lambda chosen", {
  cv <- cv.sgdlasso(x, y, foldid = rep(1:5, 4))
  for (s in c("lambda.min", "lambda.1se")) {
    expect_identical(confint(cv, s = s), confint(cv$sgdlasso.fit, s = cv[[s]]))
  }
  expect_identical(confint(cv), confint(cv, s = "lambda.1se"))
  expect_identical(confint(cv, "low_income", 0.5, s = "bic"), confint(cv$sgdlasso.fit, "low_income", 0.5, s = "bic"))
  expect_identical(
    summary(cv, conf.int = TRUE, s = "lambda.min")$inference,
    summary(cv$sgdlasso.fit, conf.int = TRUE, s = cv$lambda.min)$inference
  )
})

test_that("summary() and tidy() have the table of the intervals", {
  fit <- sgdlasso(x, y, lambda = c(2, 1))
  limits <- confint(fit, level = 0.9, s = 1)
  for (method in c("debiased", "selective")) {
    limits <- confint(fit, level = 0.9, s = 1, method = method)
    table <- summary(fit, s = 1, conf.int = TRUE, conf.level = 0.9, method = method, adjust = "bonferroni")$inference
    expect_equal(unname(limits), unname(as.matrix(table[c("conf.low", "conf.high")])))
    expect_identical(table$adj.p.value, p.adjust(table$p.value, "bonferroni"))
    tidied <- generics::tidy(fit, conf.int = TRUE, conf.level = 0.9, s = 1, method = method, adjust = "bonferroni")
    expect_equal(as.data.frame(tidied)[names(table)], as.data.frame(table), ignore_attr = TRUE)
    expect_identical(tidied$lambda, rep(1, nrow(tidied)))
    expect_equal(tidied$lasso, unname(coef(fit, s = 1)[tidied$term, 1]), tolerance = 1e-5)
  }
  told <- summary(fit, s = 1, conf.int = TRUE)
  expect_output(print(told), "Intervals at level 0.95, debiased; p-values adjusted by \"holm\":.*conf.high")
  expect_null(summary(fit, s = 1)$inference)
})

test_that("where there is no theory, or no single lambda, there is no interval", {
  wrong <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")
  fit <- sgdlasso(x, y, lambda = c(2, 1))
  counts <- sgdlasso(x, round(y), "poisson", lambda = 1)
  classes <- sgdlasso(x, y > 20, "binomial", lambda = 0.1)
  wrong(confint(counts), "`method` is \"debiased\", and this is a poisson fit")
  wrong(confint(classes, method = "selective"), "`method` is \"selective\", and this is a binomial fit")
  wrong(confint(classes, sigma = 1), "Only gaussian fits")
  wrong(confint(sgdlasso(x, y, lambda = 1, alpha = 0.5)), "alpha = 1")
  wrong(confint(sgdlasso(x, y, lambda = 1, lower.limits = 0)), "has limits")
  wrong(confint(sgdlasso(x, y, lambda = 1, solver = "sgd", seed = 1)), "solver_sgd\\(\\)")
  wrong(confint(fit), "`s` is missing, and the fit has 2 lambdas")
  wrong(confint(fit, s = 1, level = 95), "`level` is 95")
  wrong(confint(fit, s = 1, method = "exact"), "`method` is \"exact\"")
  wrong(confint(fit, "income", s = 1), "`parm` names \"income\"")
  wrong(confint(fit, "(Intercept)", s = 1), "Only columns have intervals")
  wrong(confint(fit, 4, s = 1), "numbers from 1 to 3")
  wrong(confint(fit, s = 1, sigma = 0), "`sigma` is 0")
  wrong(confint(fit, s = 1, node.lambda = -1), "`node.lambda` is -1")
  wrong(confint(fit, s = 1, method = "selective", node.lambda = 1), "It is for method = \"debiased\"")
  wrong(confint(fit, s = 1, lavel = 0.9), "no argument `lavel`")
  wrong(summary(fit, s = 1, conf.int = TRUE, adjust = "none at all"), "`adjust` is")
  wrong(summary(fit, s = 1, conf.int = TRUE, level = 0.9), "no argument `level`")
  wrong(summary(fit, s = 1, method = "debiased"), "no argument `method`")
  wrong(summary(fit, s = 1, conf.int = TRUE, metod = "debiased"), "no argument `metod`")
  relaxed <- sgdlasso(x, y, lambda = 1, relax = TRUE)
  wrong(summary(relaxed, gamma = 0, conf.int = TRUE), "gamma = 1")
  wrong(generics::tidy(fit, s = 1), "`s` is given without intervals")
})

test_that("weights of a formula may be integers or logical, as in lm()", {
  d <- make_rows()
  data <- data.frame(d$x, y = d$y, whole = rep(1:3, 20), flag = rep(c(TRUE, TRUE, FALSE), 20))
  for (weights in c("whole", "flag")) {
    data$w <- as.double(data[[weights]])
    form <- y ~ X1 + X2 + X3
    found <- eval(bquote(sgdlasso(form, data, weights = .(as.name(weights)), lambda = 0.1)))
    expected <- sgdlasso(form, data, weights = w, lambda = 0.1)
    expect_identical(confint(found), confint(expected))
    expect_identical(confint(found, data = data), confint(expected))
    expect_identical(confint(found, method = "selective"), confint(expected, method = "selective"))
  }
})

test_that("weights, offset and response that `data` does not hold are given beside it", {
  d <- make_rows()
  data <- data.frame(d$x)
  y <- d$y
  w <- d$w
  o <- d$o
  fit <- sgdlasso(y ~ X1 + X2 + X3, data, weights = w, offset = o, lambda = 0.1)
  expected <- confint(fit)
  refused <- function(message, ...) {
    expect_error(confint(fit, data = data, ...), message, class = "sgdlasso_error_input")
  }
  refused("`y` is missing, and `data` does not hold the response", weights = w, offset = o)
  refused("has `weights`: give them too", y = y, offset = o)
  expect_equal(confint(fit, data = data, y = y, weights = w, offset = o), expected)
  expect_equal(optimality(fit, data = data, y = y, weights = w, offset = o)$gap, fit$gap, tolerance = 1e-6)
  refused("has an `offset`: give it too", y = y, weights = w, offset = o + 1:60)
  some <- cbind(data, y = y)
  part <- sgdlasso(y ~ X1 + X2 + X3, some, subset = X1 > 1, lambda = 0.1)
  expect_error(confint(part, data = some), "has a `subset`: give the rows that it left", class = "sgdlasso_error_input")
  expect_equal(confint(part, data = some[some$X1 > 1, ]), confint(part))
})

test_that("parts of rows without the rows are refused", {
  d <- make_rows()
  for (keep in c(FALSE, TRUE)) {
    fit <- sgdlasso(d$x, d$y, lambda = 0.1, keep.moments = keep)
    parts <- list(y = d$y, weights = d$w, offset = d$o)
    for (name in names(parts)) for (ask in c(confint, if (!keep) c(stability, optimality))) {
      expect_error(
        do.call(ask, c(list(fit), parts[name])), paste0("`", name, "` is given, and `x` is missing"),
        class = "sgdlasso_error_input"
      )
    }
  }
})

test_that("a name in `parm` stands for all columns of that name", {
  d <- make_rows()
  colnames(d$x) <- c("a", "b", "a", "c", "d", "a", "e", "f")
  fit <- sgdlasso(d$x, d$y, lambda = 0.1)
  for (method in c("debiased", "selective")) {
    expect_identical(confint(fit, c("b", "a"), method = method), confint(fit, c(2, 1, 3, 6), method = method))
  }
})

test_that("arguments that are wrong are named as they were given", {
  wrong <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")
  fit <- sgdlasso(x, y, lambda = c(2, 1))
  cv <- cv.sgdlasso(x, y, foldid = rep(1:5, 4))
  for (ask in c(summary, generics::tidy)) wrong(ask(fit, s = 1, conf.int = TRUE, conf.level = 95), "`conf.level` is 95")
  for (gamma in list(c(0, 1), "a", NA, 0.5, NULL)) {
    expect_no_warning(wrong(summary(fit, s = 1, gamma = gamma, conf.int = TRUE), "`gamma` is"))
  }
  for (s in list(NA_real_, numeric(), -1)) for (object in list(fit, cv)) {
    wrong(confint(object, s = s, method = "selective"), "`s` is .*numbers of 0 or more")
    wrong(summary(object, s = s, conf.int = TRUE, method = "selective"), "`s` is .*numbers of 0 or more")
  }
  wrong(confint(fit, s = Inf), "`s` is Inf")
  wrong(confint(fit, s = 1, x = x, y = letters[1:20]), "`y` is a character")
  wrong(confint(fit, s = 1, x = x, y = y[-1]), "`y` has 19 values for 20 rows")
  wrong(confint(fit, s = 1, x = unname(cbind(x, 1)), y = y), "`x` has 4 columns, the fit has 3")
  wrong(generics::tidy(cv, conf.int = TRUE), "confint\\(\\) has intervals")
})
