expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

# By how many rows the folds differ, in each stratum and in all.
spread <- function(fold, strata) {
  of <- function(rows) diff(range(table(factor(fold, unique(fold))[rows])))
  labels <- paste(strata)
  c(all = of(TRUE), vapply(unique(labels), function(label) of(labels == label), 0L))
}

# Labels of a few strata, some of them tiny, of any type; some missing.
random_strata <- function(n) {
  count <- sample(2:8, 1)
  code <- sample(count, n, TRUE, prob = 3^-seq_len(count))
  code[sample(n, 1)] <- count
  if (runif(1) < .4) code[sample(n, sample(3, 1))] <- NA
  switch(sample(5, 1),
    factor(code, labels = letters[sort(unique(code))]), letters[code], code > 1, as.integer(code), code / 7
  )
}

test_that("every fold has the same number of rows of a stratum, to one, and of all rows", {
  for (seed in 1:60) {
    set.seed(seed)
    n <- sample(20:150, 1)
    strata <- random_strata(n)
    fold <- draw_folds(n, sample(2:12, 1), NULL, 2, strata)
    for (k in 1:2) expect_lte(max(spread(fold[, k], strata)), 1, label = paste("seed", seed))
    expect_false(identical(fold[, 1], fold[, 2]))
  }
})

test_that("within strata each row is as likely to be in one fold as in another, alone or with a row of its stratum", {
  set.seed(1)
  strata <- rep(c("a", "b", NA), c(20, 7, 1))
  fold <- draw_folds(28, 4, NULL, 4000, strata)
  shares <- apply(fold, 1, tabulate, 4) / 4000
  expect_lt(max(abs(shares - 1 / 4)), 5 * sqrt(3 / 16 / 4000))
  # two of the 20 rows of a stratum, 5 of which are in each fold
  together <- mean(fold[2, ] == fold[9, ])
  expect_lt(abs(together - 4 / 19), 5 * sqrt(4 / 19 * 15 / 19 / 4000))
})

test_that("numbers of many values are binned by quantiles, in four where a bin then has a row for every fold", {
  for (seed in 1:20) {
    set.seed(seed)
    n <- sample(40:200, 1)
    nfolds <- sample(2:10, 1)
    size <- switch(sample(4, 1),
      rexp(n), -rpois(n, 40), as.Date("2020-01-01") + sample(900, n, TRUE), c(-Inf, Inf, rnorm(n - 2))
    )
    quarter <- findInterval(size, sort(size)[ceiling(n * 1:3 / 4)], left.open = TRUE)
    fold <- draw_folds(n, nfolds, NULL, 1, size)
    expect_lte(max(spread(fold, quarter)), 1)
    missing <- replace(size, sample(n, 4), NA)
    expect_lte(max(spread(draw_folds(n, nfolds, NULL, 1, missing), is.na(missing))[c("all", "TRUE")]), 1)
  }
  for (seed in 1:20) {
    set.seed(seed)
    end <- sample(c(-50, 50), 1) # many rows of the smallest or the largest value
    size <- sample(c(20:45 * sign(end), rep(end, sample(20:90, 1))))
    expect_lte(spread(draw_folds(length(size), 5, NULL, 1, size), size == end)[["TRUE"]], 1)
  }
  set.seed(1)
  halves <- rep(0:1, each = 12) # of 24 rows, 10 of them for the folds
  fold <- draw_folds(24, 10, NULL, 20, c(1:12, 101:112))
  expect_lte(max(apply(fold, 2, spread, halves)), 1)
})

test_that("groups stay together, and folds differ by no more rows than the largest group has", {
  for (seed in 1:60) {
    set.seed(seed)
    nfolds <- sample(2:8, 1)
    size <- sample(1:15, nfolds + sample(0:20, 1), TRUE)
    groups <- sample(rep(seq_along(size), size))
    labels <- sample(list(groups, factor(groups), paste("g", groups), as.Date("2020-01-01") + groups), 1)[[1]]
    fold <- draw_folds(length(groups), nfolds, NULL, 1, groups = labels)[, 1]
    expect_true(all(tapply(fold, groups, function(of) length(unique(of))) == 1))
    expect_setequal(fold, seq_len(nfolds))
    expect_lte(spread(fold, groups)[["all"]], max(size))
  }
})

test_that("equal groups are dealt evenly, and by chance", {
  set.seed(2)
  groups <- rep(1:12, each = 5)
  fold <- draw_folds(60, 4, NULL, 2000, groups = groups)
  expect_true(all(apply(fold, 2, tabulate, 4) == 15))
  shares <- apply(fold, 1, tabulate, 4) / 2000
  expect_lt(max(abs(shares - 1 / 4)), 5 * sqrt(3 / 16 / 2000))
  expect_lt(abs(mean(fold[1, ] == fold[60, ]) - 2 / 11), 5 * sqrt(2 / 11 * 9 / 11 / 2000))
})

test_that("the largest groups come first, so that small ones fill what these leave", {
  set.seed(1)
  groups <- c(1:30, rep(31, 30))
  fold <- draw_folds(60, 2, NULL, 200, groups = groups)
  expect_true(all(apply(fold, 2, tabulate) == 30))
  expect_lt(abs(mean(fold[60, ] == 1) - .5), 5 * .5 / sqrt(200)) # whatever its size, a group is in any fold
  groups <- c(1:20, rep(21:22, each = 20))
  expect_identical(tabulate(draw_folds(60, 3, NULL, 1, groups = groups)), rep(20L, 3))
})

test_that("groups within strata differ by no more than the largest group of the stratum", {
  for (seed in 1:40) {
    set.seed(seed)
    nfolds <- sample(2:5, 1)
    size <- sample(1:9, 4 * nfolds, TRUE)
    of_group <- sample(c("a", "b", NA), length(size), TRUE, prob = c(5, 3, 1))
    groups <- sample(rep(seq_along(size), size))
    strata <- of_group[groups]
    fold <- draw_folds(length(groups), nfolds, NULL, 1, strata, groups)[, 1]
    expect_true(all(tapply(fold, groups, function(of) length(unique(of))) == 1))
    expect_setequal(fold, seq_len(nfolds))
    found <- spread(fold, strata)[-1]
    expect_true(all(found <= tapply(size, paste(of_group), max)[names(found)]))
  }
})

test_that("rows of weight 0 count in no stratum, group or fold", {
  for (seed in 1:20) {
    set.seed(seed)
    n <- 80
    strata <- random_strata(n)
    weights <- sample(c(0, .5, 2), n, TRUE)
    fold <- draw_folds(n, 5, NULL, 1, strata, weights = weights)
    expect_lte(max(spread(fold[weights > 0], strata[weights > 0])), 1)
    groups <- sample(20, n, TRUE)
    fold <- draw_folds(n, 5, NULL, 1, groups = groups, weights = weights)
    expect_lte(spread(fold[weights > 0], 1)[["all"]], max(table(groups[weights > 0])))
  }
})

random_rows <- function(n = 90) {
  d <- data.frame(a = rnorm(n), b = rnorm(n), site = sample(c("x", "y", "z", NA), n, TRUE, prob = c(6, 3, 1, 1)))
  d$who <- sample(25, n, TRUE)
  d$w <- sample(c(0, 1, 2), n, TRUE, prob = c(1, 5, 5))
  d$y <- d$a + rnorm(n)
  d$a[sample(n, 4)] <- NA
  d
}

test_that("under a formula strata and groups are columns of the data, less the rows that subset and NA take", {
  for (seed in 1:15) {
    set.seed(seed)
    d <- random_rows()
    stay <- !is.na(d$a) & d$b > -1
    counts <- stay & d$w > 0
    by_strata <- cv.sgdlasso(y ~ a + b, d, weights = w, subset = b > -1, strata = site, nfolds = 6, lambda = .5)
    expect_length(by_strata$foldid, sum(stay))
    expect_lte(max(spread(by_strata$foldid[counts[stay]], d$site[counts])), 1)
    by_group <- cv.sgdlasso(y ~ a + b, d, subset = b > -1, groups = who, nfolds = 6, lambda = .5, repeats = 2)
    homes <- apply(by_group$foldid, 2, tapply, d$who[stay], function(of) length(unique(of)))
    expect_true(all(homes == 1))
    # as values for all rows, and for those that stay
    set.seed(3)
    one <- cv.sgdlasso(y ~ a + b, d, subset = b > -1, strata = paste(site), lambda = .5)$foldid
    site <- paste(d$site)
    set.seed(3)
    expect_identical(cv.sgdlasso(y ~ a + b, d, subset = b > -1, strata = site[stay], lambda = .5)$foldid, one)
    set.seed(3)
    expect_identical(cv.sgdlasso(d[stay, c("a", "b")], d$y[stay], strata = site[stay], lambda = .5)$foldid, one)
  }
})

# Rows of a data frame as `subset` may pick them: in another order, again, by name, some of none.
random_subset <- function(d) {
  n <- nrow(d)
  switch(sample(6, 1),
    sample(n), sample(n, n, TRUE), -sample(n, 9), sample(rownames(d), sample(c(n, 50), 1), TRUE),
    sample(c(TRUE, TRUE, NA, FALSE), n, TRUE), c(TRUE, TRUE, FALSE)
  )
}

test_that("whatever rows subset picks, and in whatever order, their labels go with them", {
  for (seed in 1:40) {
    set.seed(seed)
    d <- random_rows()
    rownames(d) <- paste0("r", sample(90))
    if (seed %% 2) d$a <- rnorm(90) # so that all 90 rows may stay
    pick <- random_subset(d)
    at <- model.frame(y ~ a + b, d, subset = pick, weights = seq_len(90))[["(weights)"]]
    fold <- sample(letters[1:5], 90, TRUE)
    expected <- match(fold[at], sort(unique(fold[at])))
    by <- function(...) cv.sgdlasso(y ~ a + b, subset = pick, lambda = .5, ...)$foldid
    for (labels in list(fold, matrix(fold), array(fold))) expect_identical(by(d, foldid = labels), expected)
    if (length(at) < 90) expect_identical(by(d, foldid = fold[at]), expected)
    by_group <- by(d, groups = who, nfolds = 4)
    expect_true(all(tapply(by_group, d$who[at], function(of) length(unique(of))) == 1))
    expect_lte(max(spread(by(d, strata = scale(as.numeric(a > 0)), nfolds = 4), d$a[at] > 0)), 1)
    if (!is.character(pick)) {
      expect_identical(by(as.list(d), foldid = fold), expected)
      expect_identical(with(d, cv.sgdlasso(y ~ a + b, subset = pick, foldid = fold, lambda = .5))$foldid, expected)
    }
  }
})

test_that("a subset of random rows is drawn once", {
  for (seed in 1:5) {
    set.seed(seed)
    d <- data.frame(y = rnorm(40), a = rnorm(40), fold = sample(4, 40, TRUE))
    set.seed(seed)
    cv <- cv.sgdlasso(y ~ a, d, subset = sample(40), foldid = fold, lambda = .5)
    set.seed(seed)
    at <- sample(40)
    expect_identical(cv$foldid, d$fold[at])
    expect_identical(cv$sgdlasso.fit$model$y, d$y[at])
    expect_identical(cv$call$subset, quote(sample(40)))
  }
})

test_that("expressions of 64-bit integers count by their value", {
  set.seed(1)
  d <- random_rows(60)
  wide <- d
  wide$who <- integer64(d$who)
  outside <- wide$who
  by <- function(...) {
    set.seed(2)
    cv.sgdlasso(y ~ b, ..., nfolds = 3, lambda = .5)$foldid
  }
  expect_identical(by(wide, strata = who == 3), by(d, strata = who == 3))
  expect_identical(by(wide, groups = who %/% 2), by(d, groups = who %/% 2))
  expect_identical(by(wide, foldid = who > 9), by(d, foldid = who > 9))
  expect_identical(by(d, groups = outside %/% 2), by(d, groups = who %/% 2))
  expect_identical(by(wide, subset = who > 5, groups = who), by(d, subset = who > 5, groups = who))
  expect_identical(by(wide, subset = integer64(60:1), groups = who), by(d, subset = 60:1, groups = who))
  expect_identical(by(list2env(wide), groups = who %/% 2), by(d, groups = who %/% 2))
})

test_that("variables are those of the formula's environment, as for weights", {
  set.seed(1)
  d <- data.frame(y = rnorm(30), a = rnorm(30))
  made <- function() {
    fold <- rep(1:3, 10)
    list(formula = y ~ a, fold = fold)
  }
  there <- made()
  fold <- rep(1:2, 15)
  expect_identical(cv.sgdlasso(there$formula, d, foldid = fold, lambda = .5)$foldid, there$fold)
  expect_identical(cv.sgdlasso(y ~ a, d, foldid = fold, lambda = .5)$foldid, fold)
  only_here <- fold
  expect_input_error(
    (function(formula) cv.sgdlasso(formula, d, groups = only_there, nfolds = 2))(y ~ a), "`groups` cannot be evaluated"
  )
})

test_that("update() draws folds anew within strata and groups, and the fit's own call has neither", {
  set.seed(1)
  d <- random_rows()
  cv <- cv.sgdlasso(y ~ a + b, d, strata = site, lambda = c(.5, .1))
  again <- update(cv, nfolds = 4)
  expect_equal(max(again$foldid), 4)
  expect_lte(max(spread(again$foldid, d$site[!is.na(d$a)])), 1)
  expect_identical(again$call$strata, quote(site))
  expect_null(cv$sgdlasso.fit$call$strata)
  expect_equal(eval(cv$sgdlasso.fit$call)$beta, cv$sgdlasso.fit$beta)
  grouped <- update(cv, strata = NULL, groups = who)
  expect_null(grouped$sgdlasso.fit$call$groups)
  expect_true(all(tapply(grouped$foldid, d$who[!is.na(d$a)], function(of) length(unique(of))) == 1))
})

test_that("strata of the response let a rare class be cross-validated", {
  set.seed(5)
  x <- matrix(rnorm(400), 100)
  y <- rep(0:1, c(90, 10))
  cv <- cv.sgdlasso(x, y, family = "binomial", strata = y, lambda = .01, type.measure = "auc")
  expect_true(all(tapply(y, cv$foldid, sum) == 1))
})

test_that("resamples of rsample are folds", {
  skip_if_not_installed("rsample")
  set.seed(1)
  d <- random_rows()
  d$id <- seq_len(nrow(d))
  x <- as.matrix(d[c("b", "who")])
  for (folds in list(
    rsample::vfold_cv(d, v = 5), rsample::vfold_cv(d, v = 4, strata = "who"), rsample::group_vfold_cv(d, "who", v = 6),
    rsample::loo_cv(d)
  )) {
    fold <- integer(nrow(d))
    for (k in seq_len(nrow(folds))) fold[rsample::assessment(folds$splits[[k]])$id] <- k
    cv <- cv.sgdlasso(x, d$y, foldid = folds, lambda = c(.5, .1))
    expect_identical(cv[c("cvm", "foldid")], cv.sgdlasso(x, d$y, foldid = fold, lambda = c(.5, .1))[c("cvm", "foldid")])
    # rows with missing values drop out of their folds
    by <- function(foldid) cv.sgdlasso(y ~ a + b, d, foldid = foldid, lambda = .5)$cvm
    expect_identical(by(folds), by(fold))
  }
})

test_that("resamples that are no folds are refused", {
  skip_if_not_installed("rsample")
  d <- make_rows(20)
  rows <- data.frame(y = d$y)
  cv <- function(folds) cv.sgdlasso(d$x, d$y, foldid = folds)
  set.seed(1)
  expect_input_error(cv(rsample::vfold_cv(rows, v = 5, repeats = 2)), "vfold_cv that assesses row 1 2 times")
  expect_input_error(cv(rsample::bootstraps(rows, 5)), "bootstraps that assesses row")
  expect_input_error(cv(rsample::vfold_cv(rows[1:10, , drop = FALSE], v = 5)), "10 values, x has 20 rows")
  expect_input_error(cv(structure(list(splits = list()), class = c("vfold_cv", "rset"))), "vfold_cv without resamples")
  half <- function(train, assess) rsample::make_splits(list(analysis = train, assessment = assess), rows)
  expect_input_error(cv(rsample::manual_rset(list(half(2:10, 11:20), half(11:20, 1:10)), c("a", "b"))), "whose split 1")
})

test_that("what folds cannot be drawn by is an error that says so", {
  d <- make_rows(20)
  cv <- function(...) cv.sgdlasso(d$x, d$y, ...)
  fold <- rep(1:4, 5)
  expect_input_error(cv(foldid = fold, strata = fold), "`strata` is given, and so is `foldid`")
  expect_input_error(cv(foldid = fold, groups = fold), "`groups` is given, and so is `foldid`")
  expect_input_error(cv(strata = 1:19), "`strata` has 19 values, x has 20 rows")
  expect_input_error(cv(strata = list(1)), "`strata` is")
  for (labels in list(matrix(fold, 10), matrix(1:40, 20), t(fold), array(fold, c(20, 1, 1)), as.data.frame(fold))) {
    expect_input_error(cv(foldid = labels), "`foldid` is a .*It must name the fold of each row")
    expect_input_error(cv(strata = labels), "`strata` is a .*It must name the stratum of each row")
  }
  expect_input_error(cv(strata = as.raw(fold)), "raw vector.*a number or a name for each stratum")
  expect_input_error(cv(group = fold), "`grouped` must be TRUE or FALSE")
  expect_input_error(cv(strat = fold), "no argument `strat`.*strata")
  expect_input_error(cv(groups = fold), "`groups` has 4 groups, and `nfolds` is 10.*nfolds = 4")
  expect_input_error(cv(groups = rep(1, 20)), "`groups` has 1 group, and")
  expect_input_error(cv(groups = c(NA, 2:20)), "`groups` has 1 missing value, the first in row 1 of x")
  expect_input_error(
    cv(groups = rep(letters[1:5], 4), strata = rep(1:2, c(3, 17)), nfolds = 2), "several strata in the group a of"
  )
  expect_input_error(cv(groups = fold, weights = as.numeric(fold < 3), nfolds = 3), "`groups` has 2 groups")
  frame <- data.frame(d$x, y = d$y)
  expect_input_error(cv.sgdlasso(y ~ ., frame, strata = nowhere), "`strata` cannot be evaluated")
  for (data in list(as.matrix(frame), frame$y)) {
    expect_input_error(cv.sgdlasso(y ~ X1, data, foldid = fold), "`data` is .*, not a data frame")
  }
})

test_that("rows of a source are in folds that are drawn by place, so strata and groups are refused", {
  d <- make_rows(60)
  frame <- data.frame(d$x, y = d$y, site = rep(1:3, 20))
  rows <- as_rows(d$x, d$y)
  expect_input_error(cv.sgdlasso(rows, strata = frame$site), "`strata` is given, and rows come from a source")
  expect_input_error(cv.sgdlasso(rows, groups = frame$site), "`groups` is given, and rows come from a source")
  expect_input_error(cv.sgdlasso(y ~ ., as_rows(frame), groups = site), "`groups` is given.*its place alone")
})
