# A PostgreSQL server of one's own, in a temporary directory, reached by a socket in that directory and by nothing else.

# A DBI connection to a new server, which is stopped and removed when `env` ends: by default the calling test.
local_postgres <- function(env = parent.frame()) {
  skip_if_not_installed("withr")
  skip_if_not_installed("DBI")
  skip_if_not_installed("RPostgres")
  programs <- postgres_programs()
  withr::local_envvar(TZ = "UTC", .local_envir = env) # RPostgres asks for it, and R's answer may be a warning
  folder <- postgres_folder()
  withr::defer(unlink(folder, recursive = TRUE), envir = env)
  data <- file.path(folder, "data")
  log <- file.path(folder, "log")
  run_postgres(
    programs[["initdb"]], c("-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"),
    folder
  )
  # Before the start, so that a server that is slow to start is stopped too. It has nothing that is worth an orderly
  # end.
  withr::defer(
    try(run_postgres(programs[["pg_ctl"]], c("-D", data, "-m", "immediate", "-w", "stop"), folder), silent = TRUE),
    envir = env
  )
  settings <- sprintf(
    "-p 5432 -k '%s' -c listen_addresses='' -c fsync=off -c max_connections=10 -c shared_buffers=16MB", folder
  )
  run_postgres(programs[["pg_ctl"]], c("-D", data, "-w", "-t", "60", "-l", log, "-o", settings, "start"), folder)
  con <- DBI::dbConnect(RPostgres::Postgres(), host = folder, port = 5432, user = "postgres", dbname = "postgres")
  withr::defer(DBI::dbDisconnect(con), envir = env)
  con
}

# Paths of initdb and pg_ctl: on the PATH, or where Debian puts them, the newest first.
postgres_programs <- function() {
  skip_on_os("windows")
  folders <- Sys.glob("/usr/lib/postgresql/*/bin")
  folders <- folders[order(as.numeric(basename(dirname(folders))), decreasing = TRUE)]
  for (folder in c(dirname(Sys.which("initdb")), folders)) {
    programs <- file.path(folder, c("initdb", "pg_ctl"))
    if (all(file.exists(programs))) return(stats::setNames(programs, c("initdb", "pg_ctl")))
  }
  skip("PostgreSQL's initdb and pg_ctl are neither on the PATH nor in /usr/lib/postgresql")
}

# initdb and the server refuse to run as root; root runs them as the user postgres.
is_root <- function() identical(Sys.info()[["effective_user"]], "root")

# An empty directory that the server's user owns. R's own temporary directory is closed to others, and a socket's path
# must be short.
postgres_folder <- function() {
  if (!is_root()) {
    folder <- tempfile("pg", if (nchar(tempdir()) < 70) tempdir() else "/tmp")
    dir.create(folder, mode = "0700")
    return(folder)
  }
  if (system2("id", c("-u", "postgres"), stdout = FALSE, stderr = FALSE) != 0)
    skip("R runs as root and there is no user postgres")
  if (!nzchar(Sys.which("runuser")) && !nzchar(Sys.which("su")))
    skip("R runs as root and there is neither runuser nor su")
  folder <- tempfile("pg", "/tmp")
  dir.create(folder, mode = "0700")
  system2("chown", c("postgres", shQuote(folder)))
  folder
}

# Output goes to a file: a server that inherits a pipe would keep R waiting for its end.
run_postgres <- function(program, arguments, folder) {
  withr::local_dir(folder)
  withr::local_envvar(LD_PRELOAD = NA) # a sanitizer that watches R is not for the server, which would hang
  output <- tempfile("pg")
  withr::defer(unlink(output))
  shell <- if (!is_root()) {
    c("sh", "-c")
  } else if (nzchar(Sys.which("runuser"))) {
    c("runuser", "-u", "postgres", "--", "sh", "-c")
  } else {
    c("su", "postgres", "-s", "/bin/sh", "-c")
  }
  command <- paste(shQuote(c(program, arguments)), collapse = " ")
  status <- system2(shell[1], c(shell[-1], shQuote(command)), stdout = output, stderr = output, stdin = "/dev/null")
  if (status == 0) return(invisible())
  log <- file.path(folder, "log")
  said <- c(readLines(output), if (file.exists(log)) readLines(log))
  stop(basename(program), " failed: ", paste(utils::tail(said, 10), collapse = "\n"), call. = FALSE)
}
