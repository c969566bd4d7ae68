expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")

# A process that trains on a source that takes its time, writing its state after every block, and prints its
# coefficients in the end.
trainer <- function(checkpoint, call) {
  c(
    "suppressMessages(library(sgdlasso)); options(sgdlasso.checkpoint.seconds = 0, digits = 22)",
    "set.seed(1); x <- matrix(rnorm(9600), 2400); y <- x[, 1] + rnorm(2400); w <- runif(2400)",
    "source <- as_rows(x, y, w, block = 23); open <- source$open",
    paste(
      "source$open <- function() { pass <- open(); read <- pass$read;",
      "pass$read <- function() { Sys.sleep(.03); read() }; pass }"
    ),
    sprintf("checkpoint <- '%s'", checkpoint), call
  )
}
calls <- c(
  "fit <- sgdlasso(source, checkpoint = checkpoint); cat(sprintf('%a', c(fit$a0, fit$beta@x)))",
  "cv <- cv.sgdlasso(source, checkpoint = checkpoint, seed = 3); cat(sprintf('%a', cv$cvm))",
  paste(
    "source <- as_rows(x, y > 0, block = 90); open <- source$open",
    "source$open <- function() { pass <- open(); read <- pass$read",
    "pass$read <- function() { Sys.sleep(.03); read() }; pass }",
    "fit <- sgdlasso(source, family = 'binomial', checkpoint = checkpoint); cat(sprintf('%a', c(fit$a0, fit$beta@x)))",
    sep = "; "
  ),
  paste(
    "fit <- sgdlasso(source, lambda = .1, solver = solver_sgd(epochs = 2), checkpoint = checkpoint)",
    "cat(sprintf('%a', c(fit$a0, fit$beta@x)))", sep = "; "
  )
)

test_that(paste(
  "a process killed at random moments, five times for each kind of pass,",
  "ends in the bits of one that was not"
), {
  skip_on_cran() # takes half a minute
  skip_if_not_installed("processx")
  set.seed(6)
  for (call in calls) {
    checkpoint <- withr::local_tempfile()
    script <- withr::local_tempfile(fileext = ".R")
    output <- withr::local_tempfile()
    writeLines(trainer(checkpoint, call), script)
    start <- function() {
      processx::process$new(
        file.path(R.home("bin"), "Rscript"), script, stdout = output, stderr = NULL,
        env = c("current", R_LIBS = paste(.libPaths(), collapse = .Platform$path.sep))
      )
    }
    result <- function(process) {
      process$wait()
      readLines(output, warn = FALSE)
    }
    expected <- result(start())
    expect_match(expected, "0x1")
    expect_false(file.exists(checkpoint))
    kills <- 0
    for (attempt in 1:5) {
      process <- start()
      # until it has come further than the last one
      before <- file.mtime(checkpoint)
      while (process$is_alive() && identical(file.mtime(checkpoint), before)) Sys.sleep(0.01)
      Sys.sleep(runif(1, 0, 0.3))
      kills <- kills + process$is_alive()
      process$kill() # by SIGKILL
      process$wait()
    }
    expect_equal(kills, 5)
    expect_identical(result(start()), expected)
    expect_false(file.exists(checkpoint))
  }
})

# A source whose reads are counted: on_read(count) comes before each, in the pass that it belongs to or, with all, in
# all of them.
watched <- function(source, on_read, all = FALSE) {
  open <- source$open
  count <- 0
  source$open <- function() {
    pass <- open()
    if (!all) count <<- 0
    list(read = function() {
      count <<- count + 1
      on_read(count)
      pass$read()
    }, close = pass$close)
  }
  source
}
failing <- function(source, after, ...) watched(
  source, function(count) if (count > after) stop("the line went dead"), ...
)
local_source <- function(fail_after = Inf) {
  d <- make_rows(200)
  failing(as_rows(d$x, d$y, block = 20), fail_after)
}

test_that("what was read before a call stopped makes a certified fit to those rows", {
  d <- make_rows(200)
  expect_error(sgdlasso(local_source(3), lambda = 0.1, tol = 1e-12), "went dead")
  part <- interrupted_fit()
  whole <- sgdlasso(d$x[1:60, ], d$y[1:60], lambda = 0.1, tol = 1e-12)
  expect_equal(same_fit(part), same_fit(whole), tolerance = 1e-8)
  expect_identical(nobs(part), 60)
  # in the pass after the look at the first block and the one for levels
  rows <- failing(as_rows(block_function(mixed_frame())), 12, all = TRUE)
  expect_error(sgdlasso(y ~ a + f, data = rows, lambda = 0.1), "went dead")
  d <- mixed_frame()
  first <- sgdlasso(y ~ a + f, data = d[1:37, ], lambda = 0.1)
  expect_equal(predict(interrupted_fit(), d[1:3, ]), predict(first, d[1:3, ]), tolerance = 1e-8)
})

test_that("an interrupt stops a loop around the call, as any interrupt in R does", {
  skip_on_os("windows")
  source <- watched(local_source(), function(count) {
    if (count != 3) return()
    tools::pskill(Sys.getpid(), tools::SIGINT)
    Sys.sleep(1)
  })
  turns <- 0
  stopped <- tryCatch(for (k in 1:3) {
    turns <- turns + 1
    sgdlasso(source, lambda = 0.1)
  }, interrupt = function(e) "stopped")
  expect_identical(stopped, "stopped")
  expect_identical(turns, 1)
  expect_identical(nobs(interrupted_fit()), 40)
})

test_that("a checkpoint of another call, or a damaged one, is an error", {
  withr::local_options(sgdlasso.checkpoint.seconds = 0)
  checkpoint <- withr::local_tempfile()
  source <- local_source(3)
  expect_error(sgdlasso(source, lambda = 0.1, checkpoint = checkpoint), "went dead")
  source <- local_source()
  expect_input_error(sgdlasso(source, lambda = 0.2, checkpoint = checkpoint), "left by another call")
  bytes <- readBin(checkpoint, "raw", file.size(checkpoint))
  writeBin(replace(bytes, 100, xor(bytes[100], as.raw(1))), checkpoint)
  expect_input_error(sgdlasso(source, lambda = 0.1, checkpoint = checkpoint), "is damaged")
  writeBin(bytes, checkpoint)
  lambda <- 0.1
  unlink(checkpoint)
  expect_error(sgdlasso(local_source(3), lambda = lambda, checkpoint = checkpoint), "went dead")
  lambda <- 0.2 # the same words, and another call
  expect_input_error(sgdlasso(local_source(), lambda = lambda, checkpoint = checkpoint), "left by another call")
  writeBin(bytes, checkpoint)
  expect_identical(
    same_fit(sgdlasso(source, lambda = 0.1, checkpoint = checkpoint)), same_fit(sgdlasso(source, lambda = 0.1))
  )
  d <- make_rows(30)
  expect_input_error(sgdlasso(d$x, d$y, checkpoint = checkpoint), "rows are in memory")
  expect_input_error(sgdlasso(source, checkpoint = "no such folder/state"), "does not exist")
  expect_input_error(sgdlasso(source, checkpoint = 3), "`checkpoint` is 3")
})

test_that("a full disk is told, and training goes on", {
  skip_if_not_installed("processx")
  skip_on_os(c("windows", "mac", "solaris"))
  # a process that may write files of at most 1 kB: what is beyond fails, as on a full disk
  script <- c(
    "suppressMessages(library(sgdlasso)); options(sgdlasso.checkpoint.seconds = 0)",
    "set.seed(1); x <- matrix(rnorm(4000), 100); y <- x[, 1] + rnorm(100)",
    "tell <- function(w) { cat('told '); invokeRestart('muffleWarning') }",
    "state <- file.path(tempdir(), 'state')",
    paste(
      "fit <- withCallingHandlers(sgdlasso(as_rows(x, y), lambda = .1, checkpoint = state),",
      "sgdlasso_warning_checkpoint = tell)"
    ),
    "cat(isTRUE(all.equal(fit$beta, sgdlasso(x, y, lambda = .1)$beta)), length(list.files(tempdir(), 'state')))"
  )
  file <- withr::local_tempfile(fileext = ".R")
  writeLines(script, file)
  command <- sprintf("trap '' XFSZ; ulimit -f 2; exec '%s' '%s'", file.path(R.home("bin"), "Rscript"), file)
  out <- processx::run(
    "bash", c("-c", command), env = c("current", R_LIBS = paste(.libPaths(), collapse = ":")), error_on_status = FALSE
  )
  expect_match(out$stdout, "^(told )+TRUE 0$")
})

test_that("rows that are not those of the checkpoint are refused, as are blocks of another size", {
  withr::local_options(sgdlasso.checkpoint.seconds = 0)
  checkpoint <- withr::local_tempfile()
  d <- make_rows(200)
  block <- 20
  stops <- TRUE
  source <- function() failing(as_rows(d$x, d$y, block = block), if (stops) 3 else Inf)
  train <- function() sgdlasso(source(), lambda = 0.1, checkpoint = checkpoint)
  expect_error(train(), "went dead")
  stops <- FALSE
  block <- 33
  expect_input_error(train(), "other rows, or over blocks of another size")
  block <- 20
  d$y[1] <- d$y[1] + 1
  expect_input_error(train(), "other rows, or over blocks of another size")
  d <- lapply(make_rows(200)[1:2], function(part) if (is.matrix(part)) part[1:40, ] else part[1:40])
  expect_input_error(train(), "other rows, or over blocks of another size")
  d <- make_rows(200)
  expect_identical(same_fit(train()), same_fit(sgdlasso(source(), lambda = 0.1)))
})

test_that("a cross-validation without a seed goes on with the folds that it began", {
  withr::local_options(sgdlasso.checkpoint.seconds = 0)
  checkpoint <- withr::local_tempfile()
  d <- make_rows(200)
  stops <- TRUE
  train <- function() {
    cv.sgdlasso(failing(as_rows(d$x, d$y, block = 20), if (stops) 3 else Inf), nfolds = 4, checkpoint = checkpoint)
  }
  set.seed(5)
  expected <- floor(runif(1, 0, 2^32))
  set.seed(5)
  expect_error(train(), "went dead")
  stops <- FALSE
  cv <- train()
  expect_identical(cv$seed, expected)
  expect_equal(cv$cvm, cv.sgdlasso(as_rows(d$x, d$y), nfolds = 4, seed = expected)$cvm)
  expect_false(file.exists(checkpoint))
})

# Trainings that together come through every phase, stopped after so many blocks of all passes.
stopped_training <- function(kind, checkpoint, after = Inf) {
  d <- make_rows(200, 6, if (kind == "grid") "binomial" else "gaussian")
  source <- function(x, offset = NULL) failing(as_rows(x, d$y, offset = offset, block = 40), after, all = TRUE)
  switch(kind,
    grid = sgdlasso(
      source(d$x, d$o), family = "binomial", nlambda = 8, penalty.factor = c(0, 1, 1, 1, 1, 1), maxpasses = 40,
      checkpoint = checkpoint
    ),
    sgd = sgdlasso(source(d$x), lambda = c(1, 0.1), solver = solver_sgd(epochs = 2), checkpoint = checkpoint),
    sparse = sgdlasso(
      source(as_sparse(d$x)), lambda = c(1, 0.1), solver = solver_exact("passes"), checkpoint = checkpoint
    ),
    moments = sgdlasso(source(d$x), nlambda = 5, checkpoint = checkpoint),
    folds = cv.sgdlasso(source(d$x), nlambda = 5, seed = 3, checkpoint = checkpoint),
    levels = sgdlasso(
      y ~ a + f + t, data = failing(as_rows(block_function(mixed_frame(150))), after, all = TRUE), nlambda = 5,
      checkpoint = checkpoint
    )
  )
}
training_kinds <- c("grid", "sgd", "sparse", "moments", "folds", "levels")
whole_bits <- function(fit) unlist(
  if (inherits(fit, "sgdlasso")) fit[c("a0", "lambda", "gap")] else fit[c("cvm", "cvsd")]
)

test_that("a checkpoint that fits in every checksum and in nothing else is refused or taken up, and never ends R", {
  withr::local_options(sgdlasso.checkpoint.seconds = 0)
  checkpoint <- withr::local_tempfile()
  set.seed(12)
  for (kind in training_kinds) {
    unlink(checkpoint)
    whole <- whole_bits(stopped_training(kind, checkpoint))
    for (after in if (kind %in% c("moments", "folds")) 3:4 else seq(3, 45, by = 7)) {
      unlink(checkpoint)
      stopped <- tryCatch(stopped_training(kind, checkpoint, after), error = conditionMessage)
      if (!identical(stopped, "the line went dead")) break # it had come to its end
      file <- take_apart(checkpoint)
      put_together(file, checkpoint)
      expect_no_error(read_state(checkpoint)) # checksums are those of the package
      expect_identical(whole_bits(stopped_training(kind, checkpoint)), whole)
      state <- header_in(file)
      outcomes <- lapply(1:12, function(k) {
        bytes <- state$state$bytes
        if (k %% 3 > 0 && !is.null(bytes)) {
          at <- sample(length(bytes), 1)
          bytes[at + 0:(k %% 5)] <- as.raw(sample(c(0, 255, sample(0:255, 3)), 1))
          state$state$bytes <- if (k %% 7 == 0) bytes[seq_len(at)] else bytes
        } else {
          state <- damaged(state, "key")
        }
        put_together(with_header(file, state), checkpoint)
        outcome(stopped_training(kind, checkpoint))
      })
      expect_sound(outcomes)
    }
  }
})

test_that("a checkpoint of an earlier version is refused by its version", {
  withr::local_options(sgdlasso.checkpoint.seconds = 0)
  checkpoint <- withr::local_tempfile()
  expect_error(stopped_training("sgd", checkpoint, 3), "went dead")
  file <- take_apart(checkpoint)
  state <- header_in(file)
  state$state$bytes <- state$state$bytes[-(1:12)]
  put_together(with_header(file, state), checkpoint)
  expect_input_error(stopped_training("sgd", checkpoint), "version 0.1.0")
  file$start[9] <- as.raw(1)
  put_together(file, checkpoint)
  expect_input_error(stopped_training("sgd", checkpoint), "has version 1, and this package reads version 2")
})

test_that("equal calls leave equal bytes in checkpoints and fits, whatever memory held before", {
  skip_on_os(c("windows", "mac", "solaris"))
  skip_if_not_installed("processx")
  digest_of <- function(perturb) {
    script <- c(
      "suppressMessages(library(sgdlasso)); options(sgdlasso.checkpoint.seconds = 0)",
      sprintf("source('%s')", c(test_path("helper-data.R"), test_path("helper-rows.R"))),
      paste(
        "expressions <- parse(commandArgs(TRUE));",
        "for (e in expressions) if (!identical(e[[1]], quote(test_that))) eval(e)"
      ),
      "for (kind in training_kinds) for (after in c(3, 8, 14, 20, 26, 32)) {",
      "  checkpoint <- file.path(tempdir(), kind)",
      "  try(stopped_training(kind, checkpoint, after), silent = TRUE)",
      "  if (file.exists(checkpoint)) cat(tools::md5sum(checkpoint), '')",
      "  unlink(checkpoint)",
      "}",
      "d <- make_rows(200)",
      "fit <- sgdlasso(as_rows(d$x, d$y), lambda = c(1, .1), solver = solver_sgd(epochs = 1))",
      "cat(as.character(fit$state$bytes))"
    )
    file <- withr::local_tempfile(fileext = ".R")
    writeLines(script, file)
    libraries <- paste(.libPaths(), collapse = .Platform$path.sep)
    environment <- c("current", R_LIBS = libraries, MALLOC_PERTURB_ = perturb)
    processx::run(
      file.path(R.home("bin"), "Rscript"), c(file, test_path("test-checkpoint.R")), env = environment
    )$stdout
  }
  digests <- lapply(c("1", "85", "203"), digest_of)
  expect_gt(nchar(digests[[1]]), 1000)
  expect_identical(digests[[2]], digests[[1]])
  expect_identical(digests[[3]], digests[[1]])
})
