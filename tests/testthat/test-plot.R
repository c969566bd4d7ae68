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

test_that("no text meets another or leaves the figure, whatever the numbers and the names", {
  skip_if_not_installed("vdiffr")
  set.seed(5)
  for (trial in 1:4) {
    p <- c(1, 4, 30, 60)[trial]
    long <- replicate(p, paste(sample(letters, sample(1:40, 1), replace = TRUE), collapse = ""))
    x <- matrix(rnorm(80 * p), 80, dimnames = list(NULL, long))
    y <- (drop(x %*% rnorm(p)) + rnorm(80)) * 10^sample(-9:9, 1)
    fit <- sgdlasso(x, y, nlambda = 20)
    cv <- cv.sgdlasso(x, y, lambda = fit$lambda, nfolds = 3, relax = trial %% 2 == 0)
    pictures <- list(
      path = function() plot(fit, most = 60), raw = function() plot(fit, scale = "raw"),
      cv = function() plot(cv, main = "A title"),
      norm = function() plot(fit, xvar = "norm", main = "A title"), trace = function() plot(fit, what = "trace"),
      coefficients = function() plot(fit, what = "coefficients", most = 60)
    )
    if (requireNamespace("ggplot2", quietly = TRUE)) {
      pictures <- c(pictures, list(
        ggplot = ggplot2::autoplot(fit, most = 60), ggplot_cv = ggplot2::autoplot(cv),
        ggplot_coefficients = ggplot2::autoplot(fit, what = "coefficients", most = 60)
      ))
    }
    for (name in names(pictures)) {
      expect_equal(ill_placed(text_boxes(pictures[[name]])), character(), info = paste(name, "of", p, "columns"))
    }
  }
})

test_that("a cross-validation of relaxed fits draws and marks what is printed", {
  set.seed(6)
  d <- make_rows(60)
  cv <- cv.sgdlasso(d$x, d$y, nfolds = 5, relax = TRUE, gamma = c(0, 0.3, 1))
  curves <- cv_curves(cv)
  printed <- relaxed_table(cv$relaxed)
  expect_equal(unname(10^-curves$chosen), printed$Lambda)
  expect_equal(unname(curves$marked), printed$Measure)
  expect_equal(names(curves$chosen), paste0("lambda.", rownames(printed), ", gamma ", printed$Gamma))
  expect_equal(curves$means[, 2], cv$relaxed$statlist[["g:0.3"]]$cvm)
  expect_equal(curves$high, cv$relaxed$statlist[[cv$relaxed$index[1, "Gamma"]]]$cvup)
  expect_match(drawn(plot(cv)), "svg")
  skip_if_not_installed("ggplot2")
  picture <- ggplot2::autoplot(cv)
  expect_equal(ggplot2::layer_data(picture, 1)$xintercept, -log10(printed$Lambda))
  expect_equal(ggplot2::layer_data(picture, 5)$y, printed$Measure)
})

test_that("a variable has the same colour in plot() and autoplot()", {
  skip_if_not_installed("vdiffr")
  skip_if_not_installed("ggplot2")
  set.seed(7)
  x <- matrix(rnorm(80 * 25), 80, dimnames = list(NULL, sample(c(letters, 1:40), 25)))
  fit <- sgdlasso(x, drop(x %*% rnorm(25)) + rnorm(80), nlambda = 20)
  curves <- path_curves(fit, "lambda")
  file <- tempfile(fileext = ".svg")
  on.exit(unlink(file))
  vdiffr::write_svg(function() plot(fit, most = 10), file)
  texts <- grep("<text.*fill: #", readLines(file), value = TRUE)
  in_plot <- stats::setNames(sub(".*fill: (#[0-9A-F]{6}).*", "\\1", texts), trimws(gsub("<[^>]*>", "", texts)))
  black <- setdiff(rownames(curves$sizes)[named_curves(curves$sizes[, ncol(curves$sizes)], 10)], names(in_plot))
  in_plot <- c(in_plot, stats::setNames(rep("#000000", length(black)), black)) # black is not written
  picture <- ggplot2::autoplot(fit, most = 10)
  labels <- ggplot2::layer_data(picture, 3)
  expect_equal(stats::setNames(labels$colour, trimws(labels$label))[names(in_plot)], in_plot)
  lines <- ggplot2::layer_data(picture, 2)
  last <- lines[lines$x == max(lines$x), ]
  at_end <- curves$sizes[, ncol(curves$sizes)]
  expect_equal(last$colour[match(at_end, last$y)], colours_of(nrow(curves$sizes)))
})

# Pictures that a skipped test does not draw are named all the same: testthat deletes those that no test names.
skip_pictures_without <- function(what, here, pattern = NULL) {
  if (here) return()
  for (picture in list.files(test_path("_snaps", "plot"), pattern)) announce_snapshot_file(name = picture)
  skip(paste(what, "is not installed"))
}
version_of <- function(package)
  if (requireNamespace(package, quietly = TRUE)) format(utils::packageVersion(package)) else "none"

test_that("pictures look as they did when they were last looked at", {
  skip_pictures_without("vdiffr", requireNamespace("vdiffr", quietly = TRUE))
  set.seed(1)
  x <- matrix(rnorm(600), 60, dimnames = list(NULL, paste0("variable", 1:10)))
  y <- as.numeric(x %*% seq(-1, 1, length.out = 10)) + rnorm(60)
  cv <- cv.sgdlasso(x, y, foldid = rep(1:6, 10))
  fit <- cv$sgdlasso.fit
  for (xvar in c("lambda", "norm", "dev"))
    vdiffr::expect_doppelganger(paste("path by", xvar), function() plot(fit, xvar = xvar))
  vdiffr::expect_doppelganger("cross-validation", function() plot(cv, main = "cross-validation"))
  vdiffr::expect_doppelganger("coefficients", function() plot(cv, what = "coefficients"))
  relaxed <- cv.sgdlasso(x, y, foldid = rep(1:6, 10), relax = TRUE)
  vdiffr::expect_doppelganger("relaxed cross-validation", function() plot(relaxed))
  trained <- sgdlasso(x, y, lambda = 0.1, solver = "saga", seed = 1)
  vdiffr::expect_doppelganger("trace", function() plot(trained, what = "trace"))
  # 3.5 draws axes otherwise than 3.4, with which the pictures were made
  skip_pictures_without("ggplot2 3.4", startsWith(version_of("ggplot2"), "3.4."), "^autoplot-")
  for (xvar in c("lambda", "norm", "dev"))
    vdiffr::expect_doppelganger(paste("autoplot path by", xvar), ggplot2::autoplot(fit, xvar = xvar))
  vdiffr::expect_doppelganger("autoplot cross-validation", ggplot2::autoplot(cv))
  vdiffr::expect_doppelganger("autoplot relaxed cross-validation", ggplot2::autoplot(relaxed))
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
