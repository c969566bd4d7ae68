# penalty.factor and exclude as functions of the rows that are trained on: each fold of a cross-validation has its own.

# Names of the arguments that are functions.
row_functions <- function(settings) names(Filter(is.function, settings[c("penalty.factor", "exclude")]))

# The arguments, functions replaced by what they return for these rows.
called_on_rows <- function(asked, rows, settings) {
  for (name in row_functions(asked)) asked[name] <- list(call_on_rows(asked[[name]], name, rows, settings))
  asked
}

# What else is known of the fit goes to functions that have arguments for it.
call_on_rows <- function(fun, name, rows, settings) {
  given <- list(x = rows$x, y = rows$y, weights = rows$weights %||% rep(1, length(rows$y)))
  more <- list(family = settings$family, offset = rows$offset, intercept = settings$intercept)
  values <- c(given, more[intersect(names(more), names(formals(args(fun))))])
  by_name <- lapply(stats::setNames(nm = names(values)), as.name) # by value, match.call() would spell out all rows
  or_input_error(do.call(fun, by_name, envir = list2env(values)), sprintf("`%s`, called with the rows, fails", name))
}

# settings$asked: the arguments as they were given.
with_penalties_of <- function(settings, rows) {
  if (is.null(settings$asked)) return(settings)
  called <- called_on_rows(settings$asked, rows, settings)
  settings$penalty.factor <- check_penalty_factor(
    called$penalty.factor, called$exclude, ncol(rows$x), colnames(rows$x)
  )
  settings
}
