# Rows in shards on the workers of a cluster: real processes, and the fit of all rows in one place.

expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

test_that("random formulas on random frames in random shards give the in-memory fit", {
  skip_on_cran() # takes a quarter of a minute
  nodes <- local_nodes(2)
  fits <- check_draws(1:25, function(draw, fit, whole, about) {
    rows <- rows_on(nodes, shards_of_frames(draw$blocks))
    expect_same_outcome(fit_or_refusal(fit(rows, tol = 1e-12, lambda = c(.5, .1, .01))), whole, draw, about)
  })
  expect_gt(fits, 15)
})

test_that("variables and functions that a formula names go to the workers, with what these name in turn", {
  nodes <- local_nodes(1)
  session <- new.env(parent = globalenv())
  evalq({
    centre <- 3
    shifted <- function(v) less(v) / 2
    less <- function(v) v - centre
  }, session)
  form <- murder_rate ~ shifted(low_income)
  environment(form) <- session
  frames <- split(murder_rates, rep(1:2, each = 10))
  fit <- sgdlasso(form, data = rows_on(nodes, shards_of_frames(frames)), lambda = .1)
  whole <- sgdlasso(form, data = murder_rates, lambda = .1)
  expect_equal(coef(fit), coef(whole), tolerance = 1e-6)
  expect_error(sgdlasso(murder_rate ~ poly(low_income, 2), data = rows_on(nodes, shards_of_frames(frames))),
               "depends on all rows", class = "sgdlasso_error_input")
})

test_that("every family, dense and sparse, with weights and offsets, is certified as in one place", {
  nodes <- local_nodes(2)
  settings <- list(
    list(), list(alpha = .5, intercept = FALSE), list(penalty.factor = c(0, 2, 1, 0, 1, 1, 1, 1)),
    list(solver = solver_sgd(epochs = 2)), list(lambda = c(.1, 0), upper.limits = .2)
  )
  for (family in c("gaussian", "binomial", "poisson")) for (sparse in c(FALSE, TRUE)) for (given in settings) {
    d <- if (sparse) make_sparse_rows(400, 8, family) else make_rows(400, 8, family)
    x <- if (sparse) as_sparse(d$x) else d$x
    rows <- rows_on(nodes, shards_of(x, d$y, cut_in(400, 3), weights = d$w, offset = d$o))
    given <- c(given, list(family = family, tol = 1e-9))
    if (is.null(given$solver)) given$solver <- solver_exact("passes")
    if (is.null(given$lambda)) given$nlambda <- 8
    called <- function(rows) suppressWarnings(do.call(sgdlasso, c(list(rows), given)), "sgdlasso_warning_gap")
    fit <- called(rows)
    one <- called(as_rows(x, d$y, d$w, d$o, block = 50))
    about <- paste(family, sparse, deparse1(given))
    expect_equal(fit$lambda, one$lambda, tolerance = 1e-9, info = about)
    expect_equal(fit[c("nobs", "nulldev", "offset")], one[c("nobs", "nulldev", "offset")], tolerance = 1e-9)
    expect_equal(fit$x.sd, one$x.sd, tolerance = 1e-10)
    if (given$solver$name == "sgd") {
      checked <- do.call(optimality, c(
        list(fit, x, d$y, weights = d$w, offset = d$o), given[intersect(names(given), c("penalty.factor", "alpha"))]
      ))
      expect_true(all(checked$gap <= fit$gap + 1e-9), info = about)
      next
    }
    expect_true(fit$converged, info = about)
    expect_equal(as.matrix(fit$beta), as.matrix(one$beta), tolerance = 1e-3, info = about)
    expect_equal(fit$dev.ratio, one$dev.ratio, tolerance = 1e-6, info = about)
  }
})

test_that("bits depend on the shards, not on the workers", {
  d <- make_rows(300, 6, "binomial")
  shards <- shards_of(d$x, d$y, cut_in(300, 5), weights = d$w)
  y <- d$x[, 1] + d$o
  fits <- lapply(1:3, function(count) {
    nodes <- local_nodes(count)
    cv <- cv.sgdlasso(rows_on(nodes, shards_of(d$x, y, cut_in(300, 5))), seed = 3)
    list(bits_of(sgdlasso(rows_on(nodes, shards), family = "binomial")), bits_of(cv$sgdlasso.fit), cv$cvm, cv$cvsd)
  })
  expect_identical(fits[[2]], fits[[1]])
  expect_identical(fits[[3]], fits[[1]])
})

test_that("moments, cross-validation and update() are those of one place to 1e-10", {
  nodes <- local_nodes(2)
  d <- make_rows(500, 6, "gaussian")
  parts <- split(1:500, rep(1:4, c(17, 300, 3, 180)))
  here <- function(rows) as_rows(d$x[rows, ], d$y[rows], d$w[rows], d$o[rows])
  on_nodes <- function(parts) rows_on(nodes, shards_of(d$x, d$y, parts, weights = d$w, offset = d$o))
  fit <- sgdlasso(on_nodes(parts), keep.moments = TRUE)
  expect_equal(numbers_of(fit), numbers_of(sgdlasso(here(1:500))), tolerance = 1e-10)
  cv <- cv.sgdlasso(on_nodes(parts), seed = 5)
  one <- cv.sgdlasso(here(1:500), seed = 5)
  expect_equal(cv[c("cvm", "cvsd", "lambda")], one[c("cvm", "cvsd", "lambda")], tolerance = 1e-10)
  first <- sgdlasso(here(1:200), keep.moments = TRUE)
  expect_equal(numbers_of(update(first, moredata = on_nodes(cut_in(300, 3)))),
               numbers_of(update(first, moredata = here(1:300))), tolerance = 1e-10)
  fit <- sgdlasso(y ~ f + t, data = mixed_frame(), keep.moments = TRUE)
  more <- mixed_frame(120)
  expect_equal(
    numbers_of(update(fit, moredata = rows_on(nodes, shards_of_frames(split(more, rep(1:3, each = 40)))))),
    numbers_of(update(fit, moredata = more)), tolerance = 1e-10
  )
  state <- sgdlasso(as_rows(d$x, d$y > 0), family = "binomial", lambda = .1, solver = solver_sgd(epochs = 1))
  expect_input_error(update(state, moredata = on_nodes(parts)), "lies in shards")
})

test_that("files are shards; rows can be read block by block too", {
  nodes <- local_nodes(2)
  d <- data.frame(y = rnorm(90), a = rnorm(90), b = rnorm(90))
  files <- vapply(1:3, function(k) withr::local_tempfile(fileext = ".csv", .local_envir = parent.frame(2)), "")
  for (k in 1:3) write.csv(d[30 * k - 29:0, ], files[k], row.names = FALSE)
  rows <- rows_on(nodes, files, y = "y")
  expect_output(print(rows), "3 files")
  expect_equal(numbers_of(sgdlasso(rows)), numbers_of(sgdlasso(rows_csv(files, y = "y"))), tolerance = 1e-10)
  expect_equal(coef(sgdlasso(y ~ a, data = rows_on(nodes, files))), coef(sgdlasso(y ~ a, data = d)), tolerance = 1e-6)
  cache <- withr::local_tempfile()
  cached <- cache_rows(rows_on(nodes, shards_of(as.matrix(d[-1]), d$y, cut_in(90, 4), block = 7)), cache)
  expect_equal(coef(sgdlasso(cached)), coef(sgdlasso(rows)), tolerance = 1e-6)

  damaged <- readLines(files[2])
  damaged[12] <- "1,2"
  writeLines(damaged, files[2])
  error <- expect_input_error(sgdlasso(rows_on(nodes, files, y = "y")), "shard 2, on node 2")
  expect_match(conditionMessage(error), files[2], fixed = TRUE)
  expect_match(conditionMessage(error), "line 12", fixed = TRUE)
  expect_identical(error[c("shard", "worker")], list(shard = 2L, worker = "node 2"))
})

test_that("shards that do not agree, and arguments that are none, are refused", {
  nodes <- local_nodes(2)
  x <- matrix(rnorm(60), 20, dimnames = list(NULL, c("a", "b", "c")))
  y <- rnorm(20)
  with_other <- function(x2, y2 = y, ...) {
    sgdlasso(rows_on(nodes, c(shards_of(x, y, list(1:20)), shards_of(x2, y2, list(1:20)))), ...)
  }
  expect_input_error(with_other(x[, 1:2]), "Shard 2 has the columns")
  expect_input_error(with_other(x[, c(2, 1, 3)]), "Shard 2 has the columns")
  once <- function() sgdlasso::as_rows(function(reset) NULL, rewindable = FALSE)
  expect_input_error(sgdlasso(rows_on(nodes, list(once))), "can be read once")
  expect_input_error(sgdlasso(rows_on(nodes, shards_of(x, y, list(1:20)))), NA)
  expect_input_error(sgdlasso(rows_on(nodes, shards_of(x, y, list(1:20))), family = "binomial"), "shard 1, on node 1")
  none <- shards_of(x, y, list(1:20), weights = rep(0, 20))
  expect_input_error(sgdlasso(rows_on(nodes, none)), "no row of positive weight")
  expect_input_error(rows_on("nobody", list(once)), "needs package mirai|compute profile nobody")
  for (cluster in list(NULL, 0, 1.5, NA, list(), TRUE)) expect_input_error(rows_on(cluster, list(once)), "`cluster`")
  for (shards in list(NULL, list(), list(1), 7, NA_character_)) expect_input_error(rows_on(nodes, shards), "`shards`")
  expect_input_error(rows_on(nodes, list(once), timeout = -1), "`timeout`")
  expect_input_error(rows_on(nodes, list(once), y = "y"), "y")
})

test_that("a shard is opened by another worker where one cannot, and named where none can", {
  nodes <- local_nodes(2)
  x <- matrix(rnorm(60), 20)
  y <- rnorm(20)
  first <- parallel::clusterCall(nodes[1], Sys.getpid)[[1]]
  elsewhere <- lapply(shards_of(x, y, cut_in(20, 2)), function(make) {
    force(make)
    function() if (Sys.getpid() == first) stop("the disk is not mounted here") else make()
  })
  fit <- sgdlasso(rows_on(nodes, elsewhere))
  expect_equal(numbers_of(fit), numbers_of(sgdlasso(as_rows(x, y))), tolerance = 1e-10)
  nowhere <- c(elsewhere, list(function() stop("the disk is lost")))
  rows <- rows_on(nodes, nowhere)
  error <- expect_error(sgdlasso(rows), "shard 3.*the disk is lost", class = "sgdlasso_error_cluster")
  expect_identical(error$shard, 3L)
})

test_that("workers must have the versions of the session", {
  task <- function(here) {
    told <- serialize(list(kind = "count", job = list(), here = here), NULL)
    unserialize(do_task(serialize(list(told = told, id = "i", k = 1L, make = function() as_rows(women)), NULL)))
  }
  expect_identical(task(this_version())$value, 15)
  for (part in names(this_version())) {
    error <- task(utils::modifyList(this_version(), stats::setNames(list("0.0.1"), part)))$error
    expect_s3_class(error, "sgdlasso_error_cluster")
    expect_match(conditionMessage(error), "the session has 0.0.1", fixed = TRUE)
  }
})

test_that("rounds are told phase by phase, and so is progress", {
  nodes <- local_nodes(2)
  d <- make_rows(240, 4, "binomial")
  rows <- rows_on(nodes, shards_of(d$x, d$y, cut_in(240, 4)))
  phases <- function(...) {
    fit <- sgdlasso(rows, family = "binomial", solver = solver_exact("passes"), ...)
    passes <- fit$rounds[fit$rounds$task == "pass", ]
    expect_equal(sum(passes$rounds), fit$passes)
    expect_true(all(passes$sent > 0 & passes$received > 0 & passes$seconds > 0))
    expect_output(print(summary(fit)), paste0("Rounds of the cluster:.*", paste(passes$phase, collapse = ".*")))
    passes$phase
  }
  expect_identical(phases(nlambda = 5), c("moments", "sgd", "looks"))
  expect_identical(phases(lambda = c(.1, .01)), c("sgd", "looks"))
  free <- phases(nlambda = 5, penalty.factor = c(0, 1, 1, 1))
  expect_identical(free, c("moments", "unpenalized", "slopes", "sgd", "looks"))
  training <- list(core = list(at_hand = function() list(phase = "looks", first = 3, last = 9, all = 20)), pass = 4)
  expect_identical(words_of_pass(training), "Pass 4 (looks, lambdas 3-9 of 20)")
  expect_identical(rows_a_second(1234567, 2), "620,000")
})

test_that("a process with another version of the package is refused, and what it has is told", {
  library <- withr::local_tempdir()
  file.copy(system.file(package = "sgdlasso"), library, recursive = TRUE)
  told <- file.path(library, "sgdlasso", "Meta", "package.rds")
  facts <- readRDS(told)
  facts$DESCRIPTION[["Version"]] <- "99.1"
  saveRDS(facts, told)
  paths <- paste(c(library, .libPaths()), collapse = .Platform$path.sep)
  nodes <- withr::with_envvar(c(R_LIBS = paths), local_nodes(1))
  shards <- shards_of_frames(list(women))
  error <- expect_error(sgdlasso(height ~ ., data = rows_on(nodes, shards)), class = "sgdlasso_error_cluster")
  expect_match(conditionMessage(error), "sgdlasso 99.1 is installed there", fixed = TRUE)
  expect_identical(error$worker, "node 1")
})

test_that("a shard that hands out other rows in a later pass is an error", {
  nodes <- local_nodes(1)
  x <- matrix(rnorm(200), 100)
  changing <- function() {
    passes <- 0
    given <- FALSE
    sgdlasso::as_rows(function(reset) {
      if (reset) passes <<- passes + 1
      if (reset || given) {
        given <<- !reset
        return(NULL)
      }
      given <<- TRUE
      list(x = x + (passes > 3), y = as.numeric(x[, 1] > 0))
    })
  }
  expect_input_error(sgdlasso(rows_on(nodes, list(changing)), family = "binomial"), "other rows than before")
})

test_that("warnings of workers are the call's, and what a shard holds stays out of fits", {
  nodes <- local_nodes(2)
  password <- "xyzzy-1234"
  d <- data.frame(y = rnorm(30), a = rnorm(30))
  shards <- lapply(1:2, function(k) {
    force(password)
    function() {
      if (k == 2 && nzchar(password)) warning("the second shard is old")
      sgdlasso::as_rows(d)
    }
  })
  expect_warning(fit <- sgdlasso(y ~ a, data = rows_on(nodes, shards), lambda = .1), "the second shard is old")
  expect_false(grepl(password, rawToChar(serialize(fit, NULL, ascii = TRUE)), fixed = TRUE))
  expect_identical(fit$rounds$task, c("first", "pass"))
  expect_identical(fit$rounds$phase, c(NA, "moments"))
  expect_output(print(summary(fit)), "Rounds of the cluster")
})

test_that("closures of one function keep their own variables, and functions their defaults and contrasts", {
  nodes <- local_nodes(1)
  d <- data.frame(y = rnorm(60), a = rnorm(60), b = rnorm(60), g = rep(c("u", "v", "w"), 20))
  # a session's functions: those of a test are the package's
  session <- new.env(parent = globalenv())
  evalq({
    power <- function(k) function(x) x^k
    square <- power(2)
    cube <- power(3)
    k <- 1
    pi <- 3
    a <- 7
    shifted <- function(x, by = pi) (x + by)^2 * a # a is a column too
  }, session)
  assign("own_contrasts", function(n, ...) stats::contr.sum(n) * 2, globalenv()) # where R looks for them
  withr::defer(rm("own_contrasts", envir = globalenv()))
  rows <- rows_on(nodes, shards_of_frames(list(d[1:25, ], d[26:60, ])))
  for (formula in list(y ~ square(a) + cube(b), y ~ square(a) + I(b + k * a), y ~ shifted(b) + a, y ~ g + b)) {
    environment(formula) <- session
    contrasts <- if ("g" %in% all.vars(formula)) list(g = "own_contrasts")
    one <- function(data) sgdlasso(formula, data = data, lambda = .003, tol = 1e-12, contrasts = contrasts)
    expect_equal(coef(one(rows)), coef(one(d)), tolerance = 1e-6, info = deparse1(formula))
  }
})

test_that("what a session sets for formulas holds on the workers, and one row is enough to refuse what needs all", {
  nodes <- local_nodes(2)
  d <- data.frame(y = rnorm(60), a = rnorm(60), t = as.POSIXct("2020-01-01", tz = "UTC") + 3600 * 3 * (1:60))
  attr(d$t, "tzone") <- NULL
  rows <- rows_on(nodes, shards_of_frames(list(d[1, ], d[2:20, ], d[21:60, ])))
  expect_input_error(sgdlasso(y ~ I(a - mean(a)), data = rows), "depends on all rows")
  expect_input_error(sgdlasso(y ~ I(a / max(a)), data = rows), "depends on all rows")
  expect_input_error(sgdlasso(y ~ I(a - mean(a)), data = as_rows(block_function_of(list(d[1, ], d)))), "all rows")
  withr::local_envvar(TZ = "America/New_York")
  hour <- y ~ I(as.numeric(format(t, "%H")))
  expect_equal(coef(sgdlasso(hour, data = rows, lambda = .003)), coef(sgdlasso(hour, data = d, lambda = .003)))
  d$a[50] <- NA
  withr::local_options(na.action = "na.fail")
  rows <- rows_on(nodes, shards_of_frames(list(d[1:7, ], d[8:60, ])))
  expect_input_error(sgdlasso(y ~ a, data = rows), "missing values")
})

test_that("classes are known although no row of the first shards counts", {
  nodes <- local_nodes(2)
  d <- data.frame(id = 1:60, a = rnorm(60), f = factor(rep(c("u", "v"), 30)))
  d$bin <- factor(ifelse(d$a + rnorm(60) > 0, "yes", "no"))
  d$w <- as.numeric(d$id > 35)
  rows <- rows_on(nodes, shards_of_frames(split(d, rep(1:4, each = 15))))
  expect_equal(
    coef(sgdlasso(bin ~ a + f, data = rows, subset = id > 35, family = "binomial", lambda = .1)),
    coef(sgdlasso(bin ~ a + f, data = d, subset = id > 35, family = "binomial", lambda = .1)), tolerance = 1e-3
  )
  expect_equal(
    coef(sgdlasso(bin ~ a + f, data = rows, weights = w, family = "binomial", lambda = .1)),
    coef(sgdlasso(bin ~ a + f, data = d, weights = w, family = "binomial", lambda = .1)), tolerance = 1e-3
  )
})
