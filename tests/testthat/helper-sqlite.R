# A DBI connection to a new SQLite database in memory, closed when `env` ends: by default the calling test.
local_sqlite <- function(env = parent.frame()) {
  skip_if_not_installed("RSQLite")
  skip_if_not_installed("DBI")
  con <- DBI::dbConnect(RSQLite::SQLite(), ":memory:")
  withr::defer(DBI::dbDisconnect(con), envir = env)
  con
}
