# The pass that finds levels in a checkpoint: a call that was stopped goes on where it stood.

breaking_rows <- function(d, block) {
  state <- list2env(list(reads = 0, dies_at = Inf))
  rows <- as_rows(d, block = block)
  open <- rows$open
  rows$open <- function() {
    pass <- open()
    list(read = function() {
      state$reads <- state$reads + 1
      if (state$reads == state$dies_at) stop("the line went dead")
      pass$read()
    }, close = pass$close)
  }
  list(rows = rows, state = state)
}

levelled_frame <- function() {
  set.seed(6)
  d <- data.frame(a = rnorm(120), t = sample(c("b", "a", "10", "9"), 120, TRUE))
  d$y <- d$a + (d$t == "a") + rnorm(120)
  d
}


test_that("wherever a call dies, the same call goes on, to the same fit, and looks at no block for its levels twice", {
  seconds <- options(sgdlasso.checkpoint.seconds = 0)
  on.exit(options(seconds))
  d <- levelled_frame()
  path <- tempfile()
  whole <- sgdlasso(y ~ a + t, d, lambda = .01, tol = 1e-12)
  for (dies_at in c(2, 3, 5, 8, 9, 11, 14)) { # blocks: the first is looked at, 2 to 8 tell levels, 9 to 15 train
    source <- breaking_rows(d, 20)
    source$state$dies_at <- dies_at
    call <- function() sgdlasso(y ~ a + t, source$rows, lambda = .01, tol = 1e-12, checkpoint = path)
    expect_error(call(), "went dead")
    place <- if (file.exists(path)) read_state(path)$levels$place else 0
    expect_equal(place, min(20 * (dies_at - 2), 120), info = dies_at)
    source$state$reads <- 0
    source$state$dies_at <- Inf
    fit <- call()
    expect_equal(source$state$reads, if (dies_at < 9) 15 else 8, info = dies_at) # those behind it are passed over
    expect_equal(same_fit(fit), same_fit(whole), tolerance = 1e-8, info = dies_at)
    expect_false(file.exists(path))
  }
})

test_that("a file of another call, or of other rows, is an error", {
  seconds <- options(sgdlasso.checkpoint.seconds = 0)
  on.exit(options(seconds))
  d <- levelled_frame()
  path <- tempfile()
  on.exit(unlink(path), add = TRUE)
  source <- breaking_rows(d, 20)
  source$state$dies_at <- 5
  expect_error(sgdlasso(y ~ a + t, source$rows, checkpoint = path), "went dead")
  expect_error(sgdlasso(y ~ t, source$rows, checkpoint = path), "left by another call", class = "sgdlasso_error_input")
  expect_error(
    sgdlasso(as_rows(cbind(d$a), d$y), checkpoint = path), "left by another call", class = "sgdlasso_error_input"
  )
  rows <- source$rows
  source$rows <- breaking_rows(d[120:1, ], 20)$rows
  expect_error(
    sgdlasso(y ~ a + t, source$rows, checkpoint = path), "a pass over other rows", class = "sgdlasso_error_input"
  )
  source$rows <- rows
  expect_silent(sgdlasso(y ~ a + t, source$rows, checkpoint = path))
})
