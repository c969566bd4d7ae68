# Workers that die, hang or come back, in any phase: the bits of a quiet run, or an error that names the shard.

cluster_of <- function(kind, count, env = parent.frame()) {
  if (kind == "nodes") return(local_nodes(count, env))
  skip_if_not_installed("mirai")
  count
}

faulty <- function(parts, k, what, count, family, env = parent.frame()) {
  d <- make_rows(240, 4, family)
  shards <- shards_of(d$x, d$y, parts, block = 30)
  file <- withr::local_tempfile(.local_envir = env)
  shards[[k]] <- with_fault(shards[[k]], file, what, count)
  stopped <- paste0(file, ".stopped")
  withr::defer(if (file.exists(stopped)) tools::pskill(as.integer(readLines(stopped)), 9), envir = env)
  list(shards = shards, due = function() file.exists(file))
}

few_lambdas <- function(rows, family) {
  fit <- function() sgdlasso(rows, family = family, nlambda = 5, solver = solver_exact("passes"))
  suppressWarnings(fit(), "sgdlasso_warning_gap")
}

test_that("random faults at random moments change no bit", {
  skip_on_cran() # takes two minutes
  skip_on_os("windows") # no signals
  quiet <- list()
  struck <- 0
  for (seed in 1:20) {
    set.seed(seed)
    family <- sample(c("gaussian", "binomial", "poisson"), 1)
    kind <- sample(c("nodes", if (requireNamespace("mirai", quietly = TRUE)) "daemons"), 1)
    what <- sample(c(rep("kill", 6), "stop", "sleep"), 1)
    about <- paste(seed, family, kind, what)
    quiet[[family]] <- quiet[[family]] %||% bits_of(few_lambdas(
      rows_on(local_nodes(1), faulty(cut_in(240, 4), 1, what, Inf, family)$shards), family
    ))
    drawn <- faulty(cut_in(240, 4), sample(4, 1), what, sample(20, 1), family)
    fit <- few_lambdas(rows_on(cluster_of(kind, 2), drawn$shards, timeout = 4), family)
    expect_identical(bits_of(fit), quiet[[family]], info = about)
    expect_identical(sum(fit$rounds$lost), if (drawn$due()) 0 else 1, info = about)
    struck <- struck + !drawn$due()
  }
  expect_gt(struck, 10)
})

test_that("where all workers are lost, the error names the shard and tells what the last one said", {
  skip_on_os("windows")
  drawn <- faulty(cut_in(240, 3), 2, "kill", 9, "binomial")
  rows <- rows_on(local_nodes(1), drawn$shards)
  error <- expect_error(few_lambdas(rows, "binomial"), "No worker can read shard", class = "sgdlasso_error_cluster")
  expect_true(error$shard %in% 1:3)
  expect_identical(error$worker, "node 1")
  expect_match(conditionMessage(error), "node 1: ")
  # the last whole pass is there
  left <- interrupted_fit()
  expect_identical(nobs(left), 240)
  expect_true(all(is.finite(as.matrix(left$beta))))
})

test_that("a shard that ends whoever reads it does not end them all", {
  skip_on_os("windows")
  nodes <- local_nodes(4)
  d <- make_rows(240, 4, "gaussian")
  shards <- shards_of(d$x, d$y, cut_in(240, 4))
  shards[[2]] <- function() tools::pskill(Sys.getpid(), 9)
  error <- expect_error(sgdlasso(rows_on(nodes, shards)), "cannot read|No worker", class = "sgdlasso_error_cluster")
  expect_identical(error$shard, 2L)
  # the one that is left does all, whichever it is and in whatever order the others are asked
  left <- Filter(function(k) is_alive(nodes[[k]]), 1:4)
  expect_length(left, 1)
  for (order in list(c(left, setdiff(1:4, left)), c(setdiff(1:4, left), left))) {
    expect_identical(bits_of(sgdlasso(rows_on(nodes[order], shards[-2])))$nobs, 180)
  }
  skip_if_not_installed("mirai")
  expect_error(sgdlasso(rows_on(2, shards)), "shard 2", class = "sgdlasso_error_cluster")
})

test_that("daemons of one's own are started anew, and are gone when the call ends", {
  skip_on_os("windows")
  skip_if_not_installed("mirai")
  drawn <- faulty(cut_in(240, 3), 2, "kill", 9, "binomial")
  rows <- rows_on(1, drawn$shards)
  fit <- few_lambdas(rows, "binomial")
  expect_identical(sum(fit$rounds$lost), 1)
  expect_null(rows$pool$engine)
  expect_identical(bits_of(few_lambdas(rows_on(local_nodes(2), drawn$shards), "binomial")), bits_of(fit))
})

test_that("profiles of mirai keep their shards, and a daemon that is launched anew is asked again", {
  skip_on_os("windows")
  skip_if_not_installed("mirai")
  profiles <- paste0("sgdlasso-test-", 1:2)
  for (profile in profiles) mirai::daemons(1, .compute = profile)
  withr::defer(for (profile in profiles) mirai::daemons(0, .compute = profile))
  d <- make_rows(240, 4, "binomial")
  rows <- rows_on(profiles, shards_of(d$x, d$y, cut_in(240, 4), block = 30))
  quiet <- few_lambdas(rows, "binomial")
  expect_identical(rows$pool$home, c(1L, 2L, 1L, 2L))
  drawn <- faulty(cut_in(240, 4), 2, "kill", 9, "binomial")
  rows <- rows_on(profiles, drawn$shards)
  expect_identical(bits_of(few_lambdas(rows, "binomial")), bits_of(quiet))
  expect_identical(rows$pool$home, rep(1L, 4))
  mirai::launch_local(1, .compute = profiles[2])
  again <- rows_on(profiles, drawn$shards)
  fit <- few_lambdas(again, "binomial")
  expect_identical(bits_of(fit), bits_of(quiet))
  expect_identical(c(again$pool$home, sum(fit$rounds$lost)), c(1, 2, 1, 2, 0))
  expect_error(rows_on("sgdlasso-test-none", drawn$shards), "no daemons", class = "sgdlasso_error_input")
  expect_error(rows_on(mirai::make_cluster(1), drawn$shards), "compute profiles", class = "sgdlasso_error_input")
})

test_that("a driver that is killed goes on from its checkpoint, to the bits of one that was not", {
  skip_on_cran() # takes some seconds
  skip_without_loopback()
  checkpoint <- withr::local_tempfile()
  script <- withr::local_tempfile(fileext = ".R")
  output <- withr::local_tempfile()
  writeLines(c(
    "suppressMessages(library(sgdlasso)); options(sgdlasso.checkpoint.seconds = 0)",
    "set.seed(1); x <- matrix(rnorm(2000), 500); y <- as.numeric(x[, 1] + rnorm(500) > 0)",
    "shards <- lapply(split(1:500, rep(1:3, c(200, 200, 100))), function(i) {",
    "  own <- list(x = x[i, ], y = y[i])",
    "  function() {",
    "    source <- sgdlasso::as_rows(own$x, own$y); open <- source$open",
    "    source$open <- function() { Sys.sleep(.2); open() }",
    "    source",
    "  }",
    "})",
    "workers <- parallel::makePSOCKcluster(2)",
    "cat('ready\\n', file = stderr())",
    sprintf("fit <- sgdlasso(rows_on(workers, shards), family = 'binomial', checkpoint = '%s')", checkpoint),
    "cat(sprintf('%a', c(fit$a0, fit$beta@x)))",
    "parallel::stopCluster(workers)"
  ), script)
  start <- function() {
    processx::process$new(
      file.path(R.home("bin"), "Rscript"), script, stdout = output, stderr = NULL,
      env = c("current", R_LIBS = paste(.libPaths(), collapse = .Platform$path.sep))
    )
  }
  skip_if_not_installed("processx")
  process <- start()
  process$wait()
  expected <- readLines(output, warn = FALSE)
  expect_match(expected, "0x1")
  expect_false(file.exists(checkpoint))
  for (attempt in 1:3) {
    process <- start()
    before <- file.mtime(checkpoint)
    while (process$is_alive() && identical(file.mtime(checkpoint), before)) Sys.sleep(0.01)
    expect_true(process$is_alive())
    process$kill()
    process$wait()
  }
  expect_true(file.exists(checkpoint))
  process <- start()
  process$wait()
  expect_identical(readLines(output, warn = FALSE), expected)
  expect_false(file.exists(checkpoint))
})

test_that("answers come in the order of the shards, and each worker is given its own first", {
  nodes <- local_nodes(3)
  shards <- lapply(1:7, function(k) {
    force(k)
    function() {
      Sys.sleep(runif(1, 0, 0.1))
      sgdlasso::as_rows(matrix(k, k, 1), rep(1, k))
    }
  })
  rows <- rows_on(nodes, shards)
  expect_identical(on_shards(rows, "count"), as.list(as.numeric(1:7)))
  expect_identical(rows$pool$home, rep(1:3, length.out = 7))
  expect_identical(on_shards(rows, "count", shards = c(5, 2)), list(5, 2))
  expect_identical(rows$pool$log$rounds, 2L)
  # a second source on the same nodes: they forget the first, and are told again
  other <- rows_on(nodes, rev(shards))
  expect_identical(on_shards(other, "count"), as.list(as.numeric(7:1)))
  expect_identical(on_shards(rows, "count"), as.list(as.numeric(1:7)))
})

test_that("a late answer is not taken for that of another call", {
  nodes <- local_nodes(2)
  slow <- parallel::clusterCall(nodes[2], Sys.getpid)[[1]]
  flag <- withr::local_tempfile()
  file.create(flag)
  d <- data.frame(y = rnorm(40), a = rnorm(40))
  d$z <- d$y + 5 * d$a
  shards <- lapply(shards_of_frames(list(d[1:20, ], d[21:40, ])), function(make) {
    force(make)
    function() {
      if (Sys.getpid() == slow && unlink(flag) == 0 && !file.exists(paste0(flag, ".slept"))) {
        file.create(paste0(flag, ".slept"))
        Sys.sleep(6)
      }
      make()
    }
  })
  withr::defer(unlink(paste0(flag, ".slept")))
  fit <- sgdlasso(y ~ a, data = rows_on(nodes, shards, timeout = 3), lambda = .01, tol = 1e-12)
  expect_identical(sum(fit$rounds$lost), 1)
  other <- sgdlasso(z ~ a, data = rows_on(nodes, shards, timeout = 60), lambda = .01, tol = 1e-12)
  expect_equal(coef(other), coef(sgdlasso(z ~ a, data = d, lambda = .01, tol = 1e-12)), tolerance = 1e-7)
})

test_that("ranks of MPI are workers", {
  for (package in c("Rmpi", "snow", "processx")) skip_if(!nzchar(system.file(package = package)), paste("no", package))
  skip_if(!nzchar(Sys.which("mpirun")), "no mpirun")
  script <- withr::local_tempfile(fileext = ".R")
  writeLines(c(
    "suppressMessages(library(sgdlasso))",
    "set.seed(1); x <- matrix(rnorm(3000), 1000); y <- as.numeric(x[, 1] + rnorm(1000) > 0)",
    "shards <- lapply(split(1:1000, rep(1:5, each = 200)), function(i) {",
    "  own <- list(x = x[i, ], y = y[i]); function() sgdlasso::as_rows(own$x, own$y)",
    "})",
    "bits <- function(workers) {",
    "  fit <- sgdlasso(rows_on(workers, shards), family = 'binomial', nlambda = 8)",
    "  stopifnot(fit$converged)",
    "  sprintf('%a', c(fit$a0, fit$beta@x, fit$gap))",
    "}",
    "ranks <- parallel::makeCluster(4, type = 'MPI')",
    "nodes <- parallel::makePSOCKcluster(2)",
    "cat('\\nsame:', identical(bits(ranks), bits(nodes)), '\n')",
    "parallel::stopCluster(nodes); parallel::stopCluster(ranks); Rmpi::mpi.quit()"
  ), script)
  found <- processx::run(
    "mpirun", c("--allow-run-as-root", "--oversubscribe", "-n", "1", file.path(R.home("bin"), "Rscript"), script),
    env = c(
      "current", R_LIBS = paste(.libPaths(), collapse = .Platform$path.sep), OMPI_ALLOW_RUN_AS_ROOT = "1",
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM = "1"
    ), error_on_status = FALSE, timeout = 120
  )
  expect_match(found$stdout, "same: TRUE", info = found$stderr)
})
