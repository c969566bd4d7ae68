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

test_that("curves of the path are at -log10(lambda), the norm or the deviance", {
  expect_equal(path_curves(path, "lambda")$at, -log10(path$lambda))
  expect_equal(path_curves(path, "dev")$at, path$dev.ratio)
  expect_equal(path_curves(path, "norm")$at, colSums(abs(as.matrix(path$beta)) * path$x.sd), ignore_attr = TRUE)
})

test_that("the legend of a cross-validation stands clear of its lines", {
  place <- function(lines) {
    grDevices::pdf(NULL)
    on.exit(grDevices::dev.off())
    plot(c(0, 10), 0:1)
    box <- legend_between(stats::setNames(lines, c("lambda.min", "lambda.1se")))$rect
    c(box$left, box$left + box$w)
  }
  for (lines in list(c(9.9, 5), c(9.9, 9.5), c(6, 2), c(8, 1))) {
    box <- place(lines)
    expect_false(any(lines > box[1] + 1e-9 & lines < box[2] - 1e-9))
  }
})

# Pictures that a skipped test does not draw are named all the same: testthat deletes those that no test names.
skip_pictures_without <- function(what, here, pattern = NULL) {
  if (here) return()
  for (picture in list.files(test_path("_snaps", "plot"), pattern)) announce_snapshot_file(name = picture)
  skip(paste(what, "is not installed"))
}
version_of <- function(package) if (requireNamespace(package, quietly = TRUE)) format(utils::packageVersion(package)) else "none"

test_that("pictures look as they did when they were last looked at", {
  skip_pictures_without("vdiffr", requireNamespace("vdiffr", quietly = TRUE))
  set.seed(1)
  x <- matrix(rnorm(600), 60, dimnames = list(NULL, paste0("variable", 1:10)))
  y <- as.numeric(x %*% seq(-1, 1, length.out = 10)) + rnorm(60)
  cv <- cv.sgdlasso(x, y, foldid = rep(1:6, 10))
  fit <- cv$sgdlasso.fit
  for (xvar in c("lambda", "norm", "dev")) vdiffr::expect_doppelganger(paste("path by", xvar), function() plot(fit, xvar = xvar))
  vdiffr::expect_doppelganger("cross-validation", function() plot(cv, main = "cross-validation"))
  vdiffr::expect_doppelganger("coefficients", function() plot(cv, what = "coefficients"))
  trained <- sgdlasso(x, y, lambda = 0.1, solver = "saga", seed = 1)
  vdiffr::expect_doppelganger("trace", function() plot(trained, what = "trace"))
  # 3.5 draws axes otherwise than 3.4, with which the pictures were made
  skip_pictures_without("ggplot2 3.4", startsWith(version_of("ggplot2"), "3.4."), "^autoplot-")
  for (xvar in c("lambda", "norm", "dev")) vdiffr::expect_doppelganger(paste("autoplot path by", xvar), ggplot2::autoplot(fit, xvar = xvar))
  vdiffr::expect_doppelganger("autoplot cross-validation", ggplot2::autoplot(cv))
  vdiffr::expect_doppelganger("autoplot coefficients", ggplot2::autoplot(cv, what = "coefficients"))
  vdiffr::expect_doppelganger("autoplot trace", ggplot2::autoplot(trained, what = "trace"))
})

test_that("autoplot() draws the numbers of the fit", {
  skip_if_not_installed("ggplot2")
  lines <- ggplot2::layer_data(ggplot2::autoplot(path), 2)
  sizes <- path_curves(path, "lambda")$sizes
  expect_equal(lines$y[lines$group == 2], sizes[2, ], ignore_attr = TRUE)
  cv <- cv.sgdlasso(murder_rate ~ ., murder_rates, foldid = rep(1:5, 4))
  points <- ggplot2::layer_data(ggplot2::autoplot(cv), 3)
  expect_equal(points$y, cv$cvm)
  bars <- ggplot2::layer_data(ggplot2::autoplot(cv), 2)
  expect_equal(bars$ymax, cv$cvup)
  expect_error(ggplot2::autoplot(path, wat = "path"), "no argument `wat`", class = "sgdlasso_error_input")
})
