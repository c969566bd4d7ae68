# A DBI connection to a new SQLite database in memory, closed when `env` ends: by default the calling test.
local_sqlite <- function(env = parent.frame()) {
  skip_if_not_installed("RSQLite")
  skip_if_not_installed("DBI")
  driver <- RSQLite::SQLite() # loaded before DBI looks for its methods
  con <- DBI::dbConnect(driver, ":memory:")
  withr::defer(DBI::dbDisconnect(con), envir = env)
  con
}
