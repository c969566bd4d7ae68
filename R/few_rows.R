# Rows of a source that are fewer than their columns are read once and trained on in memory, where it holds them: what
# passes keep of so many columns would take more than the rows do.

# The fit, or NULL where it takes passes. asked: the solver that the user did; first: the first block.
fit_few_rows <- function(source, design, settings, asked, first, call) {
  by_passes <- identical(asked$method, "passes") || !identical(settings$solver$method, "passes")
  if (by_passes || is_sharded(source) || !is.null(settings$checkpoint)) return(NULL)
  if (is.null(first) || block_rows(first) > design$width) return(NULL) # so nothing is read in vain
  rows <- few_rows(source, design, settings)
  if (is.null(rows)) return(NULL)
  why <- paste0(settings$solver$why, ", fewer rows: held in memory")
  settings$solver <- asked
  fit <- fit_rows(rows$x, rows, rows$offset, settings, call)
  fit$solver <- on_source(fit$solver, why)
  fit
}

# list(x, y, weights, offset, classnames) of the rows that count; NULL where they are more than columns, or take more
# than half of the memory: training may copy them.
few_rows <- function(source, design, settings) {
  parts <- list()
  callCC(function(leave) {
    count <- bytes <- 0
    sparse <- NULL # as the first block is
    training <- new_training(source, design, settings, NULL, NULL, function(training) {
      take <- function(numbers, places) {
        part <- native_in_r(stored_as(numbers, sparse))
        count <<- count + nrow(part$x)
        bytes <<- bytes + bytes_of(part$x)
        if (count > design$width || 2 * bytes > settings$memory) leave(NULL)
        parts[[length(parts) + 1]] <<- part
      }
      list(start = function(first) sparse <<- first, take = take)
    })
    run_pass(training)
    check_classes_seen(training)
    c(bound_rows(parts), training$rows["classnames"])
  })
}

bytes_of <- function(x) if (is.matrix(x)) 8 * length(x) else 12 * length(x@x)

bound_rows <- function(parts) {
  # Some blocks may lack what others have.
  whole <- function(name, else_is) {
    values <- lapply(parts, function(part) part[[name]] %||% if (!is.null(else_is)) rep(else_is, nrow(part$x)))
    given <- any(vapply(parts, function(part) !is.null(part[[name]]), NA))
    if (given) unlist(values, use.names = FALSE)
  }
  list(
    x = do.call(rbind, lapply(parts, function(part) part$x)),
    y = whole("y", NULL), weights = whole("weights", 1), offset = whole("offset", 0)
  )
}
