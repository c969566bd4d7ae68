expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

families <- c("gaussian", "binomial", "poisson")

# How far the objective of each model is above that of the in-memory fit, as a share of half the null deviance; and what
# the fit tells of it.
above_optimum <- function(fit, exact, x, y, ...) {
  at <- function(model, k) oracle(x, y, model$a0[k], model$beta[, k], model$lambda[k], model$family, ...)$primal
  vapply(seq_along(fit$lambda), function(k) at(fit, k) - at(exact, k), 0)
}

test_that("models from passes are certified, and the certificate is never too small", {
  settings <- list(
    list(), list(alpha = 0.5), list(alpha = 0), list(intercept = FALSE), list(standardize = FALSE),
    list(penalty.factor = c(0, 2, 1, 0, 1, Inf, 1, 1)), list(lower.limits = -0.05, upper.limits = 0.3),
    list(weights = TRUE),
    list(weights = TRUE, offset = TRUE), list(lambda = c(0.1, 0)), list(lambda = 0, upper.limits = 0.1),
    list(penalty.factor = c(0, rep(1, 7)), upper.limits = 0.2), list(offset = TRUE, penalty.factor = c(0, rep(1, 7)))
  )
  for (family in families) for (sparse in c(FALSE, TRUE)) for (given in settings) {
    d <- if (sparse) make_sparse_rows(400, 8, family) else make_rows(400, 8, family)
    x <- if (sparse) as_sparse(d$x) else d$x
    w <- if (isTRUE(given$weights)) d$w
    o <- if (isTRUE(given$offset)) d$o
    given <- given[setdiff(names(given), c("weights", "offset"))]
    common <- c(list(family = family), given)
    if (is.null(given$lambda)) common$nlambda <- 12
    exact <- do.call(sgdlasso, c(list(x, d$y, weights = w, offset = o, tol = 1e-10), common))
    rows <- as_rows(x, d$y, w, o, block = 70)
    fit <- do.call(sgdlasso, c(list(rows, solver = solver_exact("passes")), common))
    expect_true(fit$converged)
    same <- seq_len(min(length(fit$lambda), length(exact$lambda)))
    expect_equal(fit$lambda[same], exact$lambda[same], tolerance = 1e-6)
    expect_equal(fit$nulldev, exact$nulldev, tolerance = 1e-8)
    of_oracle <- list(
      w = w %||% rep(1, 400), o = o %||% rep(0, 400), alpha = given$alpha %||% 1,
      v = given$penalty.factor %||% rep(1, 8)
    )
    of_oracle$standardize <- given$standardize %||% TRUE
    of_oracle$intercept <- given$intercept %||% TRUE
    common$nlambda <- NULL
    common$lambda <- fit$lambda
    again <- do.call(sgdlasso, c(list(x, d$y, weights = w, offset = o, tol = 1e-10), common))
    above <- do.call(above_optimum, c(list(fit, again, x, d$y), of_oracle)) / (fit$nulldev / sum(of_oracle$w) / 2)
    expect_true(all(above <= fit$gap + 1e-10))
    expect_true(all(abs(above) <= 1.001e-6))
    expect_equal(fit$dev.ratio, again$dev.ratio, tolerance = 2e-3) # the square root of the gap
    if (is.null(given$alpha)) expect_equal(as.numeric(logLik(fit)), as.numeric(logLik(again)), tolerance = 1e-3)
  }
})

test_that("the gap that passes tell is at least what is left to gain, long before the optimum too", {
  for (family in families) {
    d <- make_rows(300, 8, family)
    scale <- sgdlasso(d$x, d$y, family = family, lambda = 1)$nulldev / 300 / 2
    sgd <- solver_sgd(epochs = 1)
    few <- solver_exact("passes")
    cases <- list(
      list(solver = sgd), list(solver = few, maxpasses = 1), list(solver = few, maxpasses = 2),
      list(solver = sgd, penalty.factor = c(0, 0, rep(1, 6))),
      list(solver = few, maxpasses = 1, penalty.factor = c(0, 0, rep(1, 6))),
      list(solver = few, maxpasses = 1, penalty.factor = c(0, rep(1, 7)), upper.limits = 0.3)
    )
    for (case in cases) for (lambda in list(c(0.1, 0.01), c(0.01, 0))) {
      common <- c(
        list(family = family, lambda = lambda), case[intersect(names(case), c("penalty.factor", "upper.limits"))]
      )
      exact <- do.call(sgdlasso, c(list(d$x, d$y, tol = 1e-10), common))
      fit <- suppressWarnings(
        do.call(sgdlasso, c(list(as_rows(d$x, d$y)), common, case[intersect(names(case), c("solver", "maxpasses"))]))
      )
      above <- above_optimum(fit, exact, d$x, d$y, v = case$penalty.factor %||% rep(1, 8)) / scale
      if (fit$solver$name == "sgd") expect_true(all(above > 1e-9), info = family)
      expect_true(all(above <= fit$gap + 1e-12), info = family)
    }
  }
})

test_that("many columns are solved in three passes and one more for a grid, by any size of blocks", {
  set.seed(3)
  x <- matrix(rnorm(2000 * 60), 2000)
  y <- x[, 1] - x[, 2] + rnorm(2000)
  three <- sgdlasso(as_rows(x, y, block = 300), lambda = 0.1, solver = solver_exact("passes"))
  expect_equal(three$passes, 3)
  expect_lte(three$gap, 1e-9)
  expect_lte(largest_gap(three, x, y), 1e-9)
  whole <- sgdlasso(x, y, lambda = 0.1, tol = 1e-12)
  for (block in c(1, 63, 64, 2000)) {
    fit <- sgdlasso(as_rows(x, y, block = block), lambda = 0.1, solver = solver_exact("passes"))
    expect_equal(fit$beta, whole$beta, tolerance = 1e-8)
  }
  expect_match(three$solver$method, "passes")
})

test_that("auto takes moments where it can, passes where it cannot, and few columns never need a matrix in memory", {
  d <- make_rows(300, 8, "binomial")
  auto <- sgdlasso(as_rows(d$x, d$y), family = "binomial", lambda = 0.05)
  expect_match(auto$solver$why, "binomial family, 8 columns")
  wide <- make_sparse_rows(120, 25)
  x <- cbind(as_sparse(wide$x), Matrix::sparseMatrix(i = integer(), j = integer(), x = numeric(), dims = c(120, 4980)))
  fit <- sgdlasso(as_rows(x, wide$y, block = 50))
  whole <- sgdlasso(as_sparse(wide$x), wide$y, lambda = fit$lambda, penalty.factor = rep(1, 25))
  expect_match(fit$solver$why, "5005 columns, fewer rows: held in memory")
  passes <- sgdlasso(as_rows(x, wide$y, block = 50), solver = solver_exact("passes"), lambda = fit$lambda)
  expect_equal(as.matrix(passes$beta), as.matrix(fit$beta), tolerance = 1e-4, ignore_attr = TRUE)
  expect_equal(as.matrix(fit$beta[1:25, ]), as.matrix(whole$beta), tolerance = 1e-4, ignore_attr = TRUE)
  expect_equal(sgdlasso(as_rows(d$x, d$y))$solver$method, "moments")
})

test_that("formulas on sources train binomial and poisson models as in memory", {
  d <- mixed_frame()
  d$two <- factor(ifelse(d$l, "yes", "no"), c("no", "yes"))
  streamed <- sgdlasso(
    two ~ a * f + t, data = as_rows(block_function(d)), family = "binomial", tol = 1e-9, lambda = c(0.1, 0.01)
  )
  whole <- sgdlasso(two ~ a * f + t, data = d, family = "binomial", tol = 1e-9, lambda = c(0.1, 0.01))
  expect_equal(streamed$beta, whole$beta, tolerance = 1e-3)
  expect_equal(streamed$classnames, c("no", "yes"))
  expect_equal(predict(streamed, d[1:9, ], type = "class"), predict(whole, d[1:9, ], type = "class"))
  trials <- function(data) sgdlasso(
    cbind(k, 5 - k) ~ a + l, data = data, family = "binomial", lambda = 0.01, tol = 1e-9
  )
  expect_equal(trials(as_rows(d))$beta, trials(d)$beta, tolerance = 1e-3)
  counts <- function(data) {
    sgdlasso(k ~ b + f + offset(a / 9), data = data, family = "poisson", weights = w, lambda = 0.01, tol = 1e-9)
  }
  expect_equal(counts(as_rows(d, block = 50))$beta, counts(d)$beta, tolerance = 1e-3)
  d$two <- as.character(d$two)
  expect_equal(
    sgdlasso(factor(two) ~ a, data = as_rows(d, block = 2), family = "binomial", lambda = 0.1)$beta,
    sgdlasso(factor(two) ~ a, data = d, family = "binomial", lambda = 0.1)$beta, tolerance = 1e-3
  )
})

# ---- stochastic gradient descent ------------------------------------------------------

test_that("rows that come once train by the published rule", {
  for (family in families) for (sparse in c(FALSE, TRUE)) for (case in 1:3) {
    d <- if (sparse) make_sparse_rows(300, 12, family) else make_rows(300, 6, family)
    d$x[200, 1] <- 60 # a row far longer than the others
    if (sparse) {
      d$x[1:150, 2] <- 0
      d$x[151, c(2, 11, 12)] <- c(1, 2, -1) # its first row has others too
    }
    w <- if (case == 1) rep(1, 300) else d$w
    o <- if (case == 1) rep(0, 300) else d$o
    alpha <- if (case == 3) 0.6 else 1
    v <- if (case == 3) rep(c(0.5, 1.5), length.out = ncol(d$x)) else rep(1, ncol(d$x))
    standardize <- case < 3
    plain <- plain_online(d$x, d$y, w, o, family, 0.05, v, alpha, standardize, sparse)
    rows <- once(as_rows(if (sparse) as_sparse(d$x) else d$x, d$y, w, o, block = 77))
    fit <- sgdlasso(
      rows, family = family, lambda = 0.05, alpha = alpha, penalty.factor = v, standardize = standardize, solver = "sgd"
    )
    expect_equal(as.numeric(fit$beta), plain$beta, tolerance = 1e-9)
    expect_equal(unname(fit$a0), plain$a0, tolerance = 1e-9)
    expect_equal(fit$passes, 1)
  }
})

test_that("what a single pass cannot tell is NA, and the solver says why", {
  d <- make_rows(300, 6, "binomial")
  fit <- sgdlasso(once(as_rows(d$x, d$y)), family = "binomial", lambda = c(0.1, 0.01))
  expect_identical(fit$gap, c(NA_real_, NA_real_))
  expect_match(fit$solver$why, "read once")
  expect_output(print(fit), "read once")
  expect_output(print(summary(fit)), "gap is not known")
  one <- sgdlasso(once(as_rows(d$x, d$y)), family = "binomial", lambda = 0.1)
  expect_output(print(summary(one)), "gap is not known")
  expect_input_error(logLik(sgdlasso(as_rows(d$x, d$y), alpha = 0.5, lambda = 0.1)), "the rows came from a source")
  whole <- sgdlasso(d$x, d$y, family = "binomial", lambda = c(0.1, 0.01))
  expect_equal(fit$nulldev, whole$nulldev)
  expect_equal(fit$x.sd, whole$x.sd)
  expect_true(is.na(fit$dev.ratio[1]))
  expect_length(predict(fit, d$x, s = 0.1, type = "response"), 300)
  # gaussian models of few columns are certified from one pass all the same
  d <- make_rows(300, 6)
  expect_lte(sgdlasso(once(as_rows(d$x, d$y)), lambda = 0.1)$gap, 1e-6)
})

test_that("blocks of any size, and several lambdas at once, give the same bits", {
  d <- make_rows(500, 6, "poisson")
  train <- function(block, lambda = c(0.3, 0.05)) {
    sgdlasso(once(as_rows(d$x, d$y, d$w, d$o, block = block)), family = "poisson", lambda = lambda)
  }
  whole <- train(500)
  for (block in c(1, 7, 64, 100))
    expect_identical(train(block)[c("a0", "beta", "x.sd")], whole[c("a0", "beta", "x.sd")])
  expect_identical(train(33, 0.05)$beta@x, whole$beta[, 2][whole$beta[, 2] != 0] |> unname())
})

test_that("rows in two parts equal rows at once, bit for bit", {
  for (family in families) for (sparse in c(FALSE, TRUE)) {
    d <- if (sparse) make_sparse_rows(400, 12, family) else make_rows(400, 6, family)
    x <- if (sparse) as_sparse(d$x) else d$x
    part <- function(rows) as_rows(x[rows, ], d$y[rows], d$w[rows], d$o[rows], block = 50)
    train <- function(rows) sgdlasso(
      rows, family = family, lambda = c(0.2, 0.02), solver = solver_sgd(epochs = 1, shuffle = "none")
    )
    for (first in c(64, 79, 80, 250)) {
      whole <- train(part(1:400))
      two <- update(train(part(seq_len(first))), moredata = part((first + 1):400))
      expect_identical(two[c("a0", "beta", "x.sd", "nobs")], whole[c("a0", "beta", "x.sd", "nobs")])
      if (family == "gaussian") expect_equal(two$nulldev, whole$nulldev) # others have an offset
      expect_true(all(is.na(two$gap)))
      file <- withr::local_tempfile()
      saveRDS(train(once(part(seq_len(first)))), file)
      three <- update(readRDS(file), moredata = list(
        x = x[(first + 1):300, ], y = d$y[(first + 1):300], weights = d$w[(first + 1):300],
        offset = d$o[(first + 1):300]
      ))
      three <- update(three, moredata = part(301:400))
      expect_identical(three[c("a0", "beta", "x.sd")], whole[c("a0", "beta", "x.sd")])
    }
  }
  none <- list(x = x[0, ], y = d$y[0], offset = d$o[0])
  expect_input_error(update(train(part(1:100)), moredata = none), "no row of positive weight|at least one")
  constant <- sgdlasso(as_rows(x, rep(1, 400)), solver = solver_sgd(epochs = 1))
  expect_input_error(update(constant, moredata = list(x = x, y = d$y)), "has no moments")
  expect_input_error(update(train(part(1:63)), moredata = part(64:400)), "at least 64 rows")
  expect_input_error(update(train(part(1:100)), moredata = as_rows(x[, 1:3], d$y, d$w, d$o)), "columns")
})

test_that("a formula's fit goes on with new rows too", {
  d <- mixed_frame(400)
  solver <- solver_sgd(epochs = 1)
  first <- sgdlasso(l ~ a * f, data = as_rows(d[1:150, ]), family = "binomial", lambda = 0.05, solver = solver)
  both <- update(first, moredata = d[151:400, ])
  whole <- sgdlasso(l ~ a * f, data = as_rows(d), family = "binomial", lambda = 0.05, solver = solver)
  expect_identical(coef(both), coef(whole))
  expect_equal(predict(both, d[1:5, ]), predict(whole, d[1:5, ]))
})

test_that("where rows come again stochastic gradient descent is certified, and never worse than the null model", {
  d <- make_rows(400, 6, "poisson")
  fit <- sgdlasso(as_rows(d$x, d$y, block = 90), family = "poisson", solver = "sgd")
  expect_gte(fit$passes, 7) # moments, five epochs, the certificate
  expect_equal(fit$lambda[1:5], sgdlasso(d$x, d$y, family = "poisson")$lambda[1:5])
  expect_true(all(is.finite(fit$gap)))
  expect_true(all(fit$dev.ratio >= -1e-12))
  set.seed(9)
  wild <- matrix(rcauchy(2000), 500)
  y <- rpois(500, 3)
  hostile <- sgdlasso(
    as_rows(wild, y, block = 100), family = "poisson", lambda = c(0.1, 0.001), solver = solver_sgd(epochs = 2)
  )
  expect_true(all(hostile$dev.ratio >= -1e-9))
  expect_lte(
    max(vapply(1:2, function(k) objective(wild, y, hostile$a0[k], hostile$beta[, k], hostile$lambda[k], "poisson"), 0)),
    objective(wild, y, log(mean(y)), numeric(4), 0, "poisson") + 1e-9
  )
})

test_that("scales may be given, and then need not be learned", {
  d <- make_rows(300, 6)
  s <- weighted_sd(d$x, rep(1, 300))
  given <- sgdlasso(once(as_rows(d$x, d$y)), lambda = 0.1, solver = solver_sgd(scale = s))
  learned <- sgdlasso(once(as_rows(d$x, d$y)), lambda = 0.1, solver = "sgd")
  exact <- sgdlasso(d$x, d$y, lambda = 0.1, tol = 1e-10)
  expect_false(identical(given$beta, learned$beta))
  expect_lt(max(abs((given$beta - exact$beta) * s)), 0.1)
  # another unit of the same column is the same model
  unit <- c(1e6, 1, 1, 1, 1, 1e-6)
  other <- sgdlasso(once(as_rows(sweep(d$x, 2, unit, `*`), d$y)), lambda = 0.1, solver = solver_sgd(scale = s * unit))
  expect_equal(as.numeric(other$beta) * unit, as.numeric(given$beta), tolerance = 1e-8)
  expect_input_error(
    sgdlasso(as_rows(d$x, d$y), lambda = 0.1, solver = solver_sgd(scale = 1:3)), "`scale` has 3 values"
  )
  expect_input_error(solver_sgd(scale = 0), "`scale` is 0")
  expect_input_error(
    sgdlasso(d$x, d$y, lambda = 0.1, solver = solver_sgd(scale = s)), "`scale` is given, and the rows are in memory"
  )
  expect_output(print(solver_sgd(scale = s)), "scale = \"6 numbers\"|scale = 6 numbers")
})

# ---- bounds and errors -----------------------------------------------------------------

test_that("little memory takes the lambdas in turns, to the same models", {
  d <- make_rows(400, 40, "binomial")
  whole <- sgdlasso(as_rows(d$x, d$y), family = "binomial", nlambda = 30)
  turns <- sgdlasso(as_rows(d$x, d$y), family = "binomial", nlambda = 30, memory = 12 * 8 * 40 * 14)
  expect_gt(turns$passes, whole$passes)
  expect_equal(turns$lambda, whole$lambda)
  expect_lte(max(turns$gap), 1e-6)
  expect_equal(turns$beta, whole$beta, tolerance = 1e-3)
  expect_input_error(
    sgdlasso(as_rows(d$x, d$y), family = "binomial", memory = 3000), "one lambda on 40 columns takes 3.84kB"
  )
  # a path ends where memory does, and a lambda of yours is an error
  expect_warning(
    short <- sgdlasso(as_rows(d$x, d$y), family = "binomial", nlambda = 30, memory = 8 * 3 * 15^2),
    class = "sgdlasso_warning_memory"
  )
  expect_lt(length(short$lambda), length(whole$lambda))
  expect_lte(max(short$gap), 1e-6)
  expect_input_error(
    sgdlasso(as_rows(d$x, d$y), family = "binomial", lambda = 1e-4, memory = 8 * 3 * 15^2),
    "nonzero coefficients together"
  )
})

test_that("memory beyond any machine's is no bound", {
  d <- make_rows(100, 10, "binomial")
  whole <- sgdlasso(as_rows(d$x, d$y), family = "binomial", nlambda = 20)
  for (memory in c(1e12, 2^63, 1e19, 1e300)) {
    expect_identical(sgdlasso(as_rows(d$x, d$y), family = "binomial", nlambda = 20, memory = memory)$beta, whole$beta)
  }
})

test_that("the certificate of stochastic gradient descent needs no memory for products of columns", {
  set.seed(1)
  x <- Matrix::rsparsematrix(1000, 800, 0.02)
  y <- as.numeric(x[, 1] - x[, 2] + rnorm(1000) / 9)
  for (family in c("gaussian", "binomial")) {
    z <- if (family == "gaussian") y else y > 0
    fit <- sgdlasso(as_rows(x, z), family = family, lambda = 1e-4, solver = solver_sgd(epochs = 1), memory = "100kB")
    expect_gt(fit$df, sqrt(1e5 / 8 / 3))
    expect_equal(fit$gap, optimality(fit, x, z)$gap, tolerance = 1)
    free <- sgdlasso(
      as_rows(x, z), family = family, lambda = 1e-2, solver = solver_sgd(epochs = 3),
      penalty.factor = c(0, 0, rep(1, 798)), memory = "1MB"
    )
    expect_gte(free$gap, optimality(free, x, z)$gap * 0.4)
  }
})

test_that("sizes of memory are numbers or words", {
  expect_equal(check_memory("256MB"), 256e6)
  expect_equal(check_memory("1.5 GB"), 1.5e9)
  expect_equal(check_memory(1000), 1000)
  for (bad in list("much", "256", Inf, -1, NA, c(1, 2), NULL, "1.2.3MB"))
    expect_input_error(check_memory(bad), "`memory` is")
  expect_equal(format_memory(256e6), "256MB")
  expect_equal(format_memory(12), "12B")
})

test_that("what a source cannot give is an error that says so", {
  d <- make_rows(200, 6, "binomial")
  rows <- function() once(as_rows(d$x, d$y))
  refused <- function(source, message, ...) expect_input_error(sgdlasso(source, family = "binomial", ...), message)
  refused(rows(), "`lambda` is missing, and the source can be read once")
  refused(rows(), "can be read once", solver = "exact", lambda = 1)
  refused(rows(), "knows no limits", lambda = 1, upper.limits = 1)
  refused(as_rows(d$x, d$y), "`rule` is \"cumulative\"", solver = solver_sgd(rule = "cumulative"))
  refused(as_rows(d$x, d$y), "`shuffle` is \"rows\"", solver = solver_sgd(shuffle = "rows"))
  refused(as_rows(d$x, d$y), "`solver` is solver_saga", solver = "saga")
  refused(as_rows(d$x, d$y), "`solver` is solver_nudge", solver = "nudge")
  refused(as_rows(d$x, d$y), "`method` is \"moments\"", solver = solver_exact("moments"))
  refused(as_rows(d$x, d$y), "`relax` is TRUE", relax = TRUE)
  refused(as_rows(d$x, d$y), "`keep.moments` is TRUE", keep.moments = TRUE)
  refused(as_rows(d$x, rep(1, 200), block = 50), "one class only, \"1\"")
  refused(as_rows(d$x, 2 * d$y, block = 50), "In rows 1 to 50 of the source: `y` is 2")
  expect_input_error(
    sgdlasso(d$x, d$y, solver = solver_exact("passes")), "`method` is \"passes\", and the rows are in memory"
  )
  f <- factor(c("a", "b"))[d$y + 1]
  changing <- as_rows(d$x, f, block = 100)
  open <- changing$open
  changing$open <- function() {
    pass <- open()
    count <- 0
    list(read = function() {
      block <- pass$read()
      count <<- count + 1
      if (count == 2) levels(block$y) <- c("a", "c")
      block
    }, close = pass$close)
  }
  refused(changing, "A block has the classes \"a\", \"c\", the first had \"a\", \"b\"")
})

test_that("the null model is that of rows in memory, whatever the response", {
  d <- make_rows(100, 3, "poisson")
  same_null <- function(family, y, w = NULL, o = NULL, ...) {
    fit <- sgdlasso(as_rows(d$x, y, w, o, block = 30), family = family, ...)
    whole <- sgdlasso(d$x, y, weights = w, offset = o, family = family, ...)
    expect_equal(fit$nulldev, whole$nulldev, tolerance = 1e-8)
    expect_equal(fit$lambda[1], whole$lambda[1], tolerance = 1e-6)
    expect_equal(length(fit$lambda), length(whole$lambda))
    expect_lte(max(optimality(fit, d$x, y, weights = w, offset = o)$gap), 1.1e-6)
  }
  same_null("poisson", d$y / 2000, w = rep(2000, 100))
  same_null("binomial", rep(c(0, 1), c(95, 5)), w = rep(c(1, 0.01), c(95, 5)))
  same_null("poisson", rep(2, 100), o = d$o + d$x[, 1])
  same_null("binomial", rep(0.3, 100), o = d$o)
  same_null("poisson", d$y, o = d$o, intercept = FALSE)
  eventless <- sgdlasso(as_rows(d$x, rep(0, 100), offset = d$o), family = "poisson")
  expect_equal(c(eventless$nulldev, eventless$gap), c(0, 0))
})

test_that("a step that goes too far does not end training, and lambdas far apart are trained apart", {
  set.seed(1)
  for (draw in 1:26) {
    x <- matrix(rnorm(80 * 60), 80)
    y <- rbinom(80, 1, plogis(x[, 1] * 0.7 - 0.5 * x[, 3]))
  }
  expect_lte(max(sgdlasso(as_rows(x, y), family = "binomial", nlambda = 3)$gap), 1e-6)
  set.seed(49)
  x <- matrix(rnorm(80 * 30), 80)
  y <- rbinom(80, 1, plogis(x[, 1] - x[, 2]))
  expect_lte(max(sgdlasso(as_rows(x, y), family = "binomial", lambda = c(0.2, 0.002, 2e-5))$gap), 1e-6)
})

test_that("columns without penalty take little memory", {
  set.seed(1)
  x <- matrix(rnorm(400 * 60), 400)
  y <- rbinom(400, 1, plogis(x %*% rnorm(60) * 0.4))
  for (memory in c(2.9e5, 1e6)) {
    fit <- sgdlasso(as_rows(x, y, block = 100), family = "binomial", memory = memory, penalty.factor = c(0, rep(1, 59)))
    expect_lte(max(fit$gap), 1e-6)
  }
})

test_that("rows that change between passes are an error, never a model", {
  d <- make_rows(200, 4, "binomial")
  changed <- function(how) {
    pass <- 0
    source <- as_rows(d$x, d$y, block = 60)
    open <- source$open
    source$open <- function() {
      pass <<- pass + 1
      if (pass == 4) return(how$open()) # the look at the width is the first
      open()
    }
    source
  }
  train <- function(how) sgdlasso(changed(how), family = "binomial", lambda = 0.05)
  expect_input_error(
    train(as_rows(d$x[1:199, ], d$y[1:199])), "other rows in a later pass than in the first \\(199 and 200"
  )
  expect_input_error(train(as_rows(d$x, 1 - d$y)), "other rows in a later pass")
  expect_input_error(train(as_rows(d$x, d$y, d$w)), "other rows in a later pass")
  reordered <- train(as_rows(d$x[200:1, ], rev(d$y), block = 33))
  expect_lte(reordered$gap, 1e-6)
})

test_that("a constant response, one row and few rows are fitted from passes too", {
  x <- matrix(rnorm(20), 10)
  for (solver in list(solver_exact("passes"), solver_sgd())) {
    constant <- sgdlasso(as_rows(x, rep(2, 10)), solver = solver)
    expect_equal(c(constant$lambda, constant$gap, sum(constant$beta != 0)), c(0, 0, 0))
    expect_equal(unname(constant$a0), 2)
    few <- sgdlasso(as_rows(x, 1:10 + 0), lambda = 0.1, solver = solver)
    expect_true(all(is.finite(few$gap)))
    one <- sgdlasso(as_rows(x[1, , drop = FALSE], 3), lambda = 0.1, solver = solver)
    expect_equal(unname(one$a0), 3)
  }
})

test_that("what passes had found when a call was stopped makes a fit", {
  d <- make_rows(300, 6, "binomial")
  counted <- function(most) {
    source <- as_rows(d$x, d$y, block = 50)
    open <- source$open
    count <- 0
    source$open <- function() {
      pass <- open()
      list(read = function() {
        count <<- count + 1
        if (count > most) stop("the line went dead")
        pass$read()
      }, close = pass$close)
    }
    source
  }
  whole <- sgdlasso(as_rows(d$x, d$y, block = 50), family = "binomial", lambda = c(0.1, 0.01))
  # each pass reads 7 times, the first look at the width once
  expect_error(sgdlasso(counted(1 + 3 * 7 + 2), family = "binomial", lambda = c(0.1, 0.01)), "went dead")
  part <- interrupted_fit()
  expect_equal(part$lambda, c(0.1, 0.01))
  expect_true(all(part$gap > 0 & part$gap < 1))
  expect_equal(nobs(part), 300)
  expect_equal(part$passes, 3)
  expect_error(sgdlasso(counted(5), family = "binomial", lambda = 0.1), "went dead")
  expect_true(is.na(interrupted_fit()$gap))
  expect_equal(nobs(interrupted_fit()), 200)
  expect_error(sgdlasso(counted(5), family = "binomial"), "went dead")
  expect_input_error(interrupted_fit(), "before it had learned anything")
})

# Runs code in which the third call of a function of the package fails.
stopped_at_third <- function(name, code) {
  counter <- new.env()
  counter$calls <- 0
  # evaluated inside of the function, where only what is written in is there
  stop_at_third <- bquote({
    assign("calls", .(counter)$calls + 1, .(counter))
    if (.(counter)$calls == 3) stop("stopped here")
  })
  core <- asNamespace("sgdlasso")
  suppressMessages(trace(name, stop_at_third, print = FALSE, where = core))
  on.exit(suppressMessages(untrace(name, where = core)))
  expect_error(code, "stopped here")
}

test_that("rows of a block that training was stopped in are not counted", {
  rows <- with(make_rows(200), as_rows(x, y, block = 40))
  stopped_at_third("r_add_moments", sgdlasso(rows, lambda = 0.1))
  expect_identical(nobs(interrupted_fit()), 80)
  stopped_at_third("r_add_rows", sgdlasso(rows, lambda = 0.1, solver = "sgd", seed = 1))
  expect_identical(nobs(interrupted_fit()), 80)
})
