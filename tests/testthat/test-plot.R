path <- sgdlasso(murder_rate ~ ., murder_rates, seed = 1)
one <- sgdlasso(murder_rate ~ ., murder_rates, lambda = 1, seed = 1)

# Draws into a file and returns how many bytes of picture came out.
drawn <- function(code) {
  file <- tempfile(fileext = ".svg")
  on.exit(unlink(file))
  grDevices::svg(file)
  force(code)
  grDevices::dev.off()
  paste(readLines(file, warn = FALSE), collapse = "\n")
}

test_that("every picture is drawn without a warning", {
  for (what in c("path", "trace", "coefficients")) expect_silent(drawn(plot(path, what = what)))
  for (what in c("trace", "coefficients")) expect_silent(drawn(plot(one, what = what)))
  wide <- sgdlasso(matrix(rnorm(2000), 40), rnorm(40), seed = 1, nlambda = 10)
  expect_silent(drawn(plot(wide)))
  expect_silent(drawn(plot(wide, what = "coefficients", s = wide$lambda[8])))
})

test_that("the path draws one line for each column that ever is nonzero", {
  # colours are written as shares of red, green and blue
  colours <- c("rgb\\(0%, *44\\.7", "rgb\\(83\\.5[0-9]*%, *36\\.8", "rgb\\(0%, *61\\.9")
  picture <- drawn(plot(path, label = FALSE))
  ever <- sum(Matrix::rowSums(path$beta != 0) > 0)
  found <- vapply(colours, grepl, NA, picture)
  expect_equal(sum(found), ever)
})

test_that("labels are moved apart, and no further than needed", {
  moved <- spread_apart(c(0, 0, 5), 1)
  expect_true(all(diff(moved) >= 1 - 1e-12))
  expect_equal(moved, c(-0.5, 0.5, 5))
  expect_equal(spread_apart(c(1, 3, 9), 1), c(1, 3, 9))
})

test_that("what cannot be drawn is an error that says so", {
  expect_error(drawn(plot(one, what = "path")), "one lambda", class = "sgdlasso_error_input")
  expect_error(drawn(plot(path, what = "cv")), "`what` is \"cv\"", class = "sgdlasso_error_input")
  silent <- sgdlasso(murder_rate ~ ., murder_rates, lambda = 1, seed = 1, trace = FALSE)
  expect_error(drawn(plot(silent, what = "trace")), "the fit has none", class = "sgdlasso_error_input")
  while (grDevices::dev.cur() > 1) grDevices::dev.off()
})

test_that("one line and one point keep their names, and titles their place", {
  single <- sgdlasso(murder_rate ~ unemployed, murder_rates, seed = 1)
  expect_silent(picture <- drawn(plot(single, main = "One column")))
  expect_silent(drawn(plot(single, what = "coefficients")))
  expect_silent(drawn(plot(single, what = "trace", xlab = "passes", main = "Training")))
})

test_that("an unknown argument of plot is an error with the nearest name", {
  expect_error(drawn(plot(path, lables = FALSE)), "no argument `lables`.*`label`", class = "sgdlasso_error_input")
  expect_silent(drawn(plot(path, cex.axis = 0.8, ylim = c(-1, 6))))
})

test_that("a picture leaves the graphical parameters as they were", {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  before <- graphics::par("mar", "las", "mgp")
  plot(path)
  plot(path, what = "trace")
  expect_equal(graphics::par("mar", "las", "mgp"), before)
})
