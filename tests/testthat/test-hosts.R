# Workers on hosts of their own: the fit of one machine, also where a host is cut off, and nothing without encryption
# that was not asked for.

hosts_rows <- function(hosts) {
  d <- make_rows(240, 4, "binomial")
  shards <- shards_of(d$x, d$y, cut_in(240, 4), block = 30)
  list(shards = shards, fit = function(rows) {
    fit <- sgdlasso(rows, family = "binomial", nlambda = 5, solver = solver_exact("passes"))
    expect_true(fit$converged)
    fit
  })
}

check_hosts <- function(hosts, cluster, insecure) {
  d <- hosts_rows(hosts)
  quiet <- bits_of(d$fit(rows_on(local_nodes(1), d$shards)))
  if (insecure) {
    expect_error(rows_on(cluster, d$shards), "without encryption", class = "sgdlasso_error_input")
  }
  rows <- function(shards, ...) rows_on(cluster, shards, insecure = insecure, ...)
  fit <- d$fit(rows(d$shards))
  expect_identical(bits_of(fit), quiet)
  expect_identical(sum(fit$rounds$lost), 0)
  # the first host reads shards 1 and 3
  shards <- d$shards
  shards[[3]] <- with_fault(shards[[3]], withr::local_tempfile(), cut_cable(hosts[[1]]), 12)
  fit <- d$fit(rows(shards, timeout = 4))
  expect_identical(bits_of(fit), quiet)
  expect_identical(sum(fit$rounds$lost), 1)
}

test_that("hosts that are reached by sockets, one of which is cut off", {
  hosts <- local_hosts(2)
  check_hosts(hosts, nodes_on(hosts), insecure = TRUE)
})

test_that("hosts of mirai's daemons without encryption, one of which is cut off", {
  skip_if_not_installed("mirai")
  hosts <- local_hosts(2)
  check_hosts(hosts, profiles_on(hosts, "tcp"), insecure = TRUE)
})

test_that("hosts of mirai's daemons with TLS, one of which is cut off", {
  skip_if_not_installed("mirai")
  hosts <- local_hosts(2)
  check_hosts(hosts, profiles_on(hosts, "tls+tcp"), insecure = FALSE)
})

test_that("which addresses are those of this machine", {
  open <- c(
    "tcp://10.1.2.3:5555", "ws://host:80/mirai", "tcp://[fe80::1]:1", "tcp://0.0.0.0:5", "tcp://localhost.org:5"
  )
  closed <- c(
    "tls+tcp://10.1.2.3:5555", "wss://host:80/mirai", "tcp://127.0.0.1:5555", "ws://localhost:80/mirai",
    "abstract://0a", "ipc:///tmp/0a", "tcp://[::1]:5", "tcp://LOCALHOST:5", "tcp://localhost.localdomain:5"
  )
  expect_identical(vapply(open, is_open_url, NA, USE.NAMES = FALSE), rep(TRUE, length(open)))
  expect_identical(vapply(closed, is_open_url, NA, USE.NAMES = FALSE), rep(FALSE, length(closed)))
  expect_error(rows_on(2, list(function() 1), insecure = NA), "`insecure`", class = "sgdlasso_error_input")
})
