test_that("constructors hold the defaults, a bare string stands for them", {
  expect_equal(unclass(solver_nudge()), list(
    name = "nudge", nudge = 0.001, rate = 0.01, epochs = 100L, every = "sample", init = "uniform",
    penalize_intercept = TRUE
  ))
  expect_equal(unclass(solver_sgd()), list(
    name = "sgd", rule = "adaptive", rate = NULL, schedule = NULL, average = TRUE, epochs = 5L, shuffle = "blocks",
    copy = TRUE
  ))
  x <- as.matrix(murder_rates[, 1:3])
  y <- murder_rates$murder_rate
  by_name <- sgdlasso(x, y, lambda = 1, seed = 1, solver = "sgd")
  expect_identical(by_name$solver, solver_sgd())
  expect_identical(coef(by_name), coef(sgdlasso(x, y, lambda = 1, seed = 1, solver = solver_sgd())))
  expect_identical(
    coef(sgdlasso(x, y, seed = 1, solver = "nudge")), coef(sgdlasso(x, y, seed = 1, solver = solver_nudge()))
  )
})

test_that("settings out of range are errors that name them", {
  expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")
  expect_input_error(solver_nudge(nudge = -1), "`nudge` is -1")
  expect_input_error(solver_nudge(rate = 0), "`rate` is 0.*above 0")
  expect_input_error(solver_nudge(epochs = -1), "`epochs` is -1")
  expect_input_error(solver_nudge(every = "row"), "`every` is \"row\".*\"sample\", \"epoch\"")
  expect_input_error(solver_nudge(init = 0), "`init` is numeric")
  expect_input_error(solver_nudge(penalize_intercept = NULL), "`penalize_intercept` must be TRUE or FALSE")
  expect_input_error(solver_sgd("lazy"), "`rule` is \"lazy\".*\"adaptive\"")
  expect_input_error(solver_sgd(rate = 0.1), "`rate` is given, and rule \"adaptive\" finds its own")
  expect_input_error(solver_sgd(schedule = "sqrt"), "`schedule` is given")
  expect_input_error(solver_sgd("proximal", rate = Inf), "`rate` is Inf")
  expect_input_error(solver_sgd("proximal", schedule = "linear"), "`schedule` is \"linear\"")
  expect_input_error(solver_sgd(epochs = 0), "`epochs` is 0")
  expect_input_error(solver_sgd(epochs = 1.5), "`epochs` is 1.5")
  expect_input_error(solver_sgd(shuffle = TRUE), "`shuffle` is logical")
  expect_input_error(solver_sgd(copy = "no"), "`copy` must be TRUE or FALSE")
  expect_input_error(sgdlasso(matrix(1:4, 2), 1:2, solver = "newton"), "`solver` is \"newton\".*\"nudge\", \"sgd\"")
})

test_that("a solver prints as the call that makes it", {
  expect_output(
    print(solver_sgd("proximal", rate = 0.1)), 'solver_sgd(rule = "proximal", rate = 0.1, schedule = "sqrt"',
    fixed = TRUE
  )
  expect_identical(eval(parse(text = format(solver_nudge(epochs = 3)))), solver_nudge(epochs = 3))
})
