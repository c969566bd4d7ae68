# A formula call for other processes: what it names in the session goes along, and nothing else that lives there.

# matched: a call with formula, subset, weights and offset; columns: names that its rows explain. list(matched, envir):
# the same call, and where it is to be evaluated.
portable_call <- function(matched, envir, columns = character()) {
  matched$data <- NULL
  parts <- as.list(matched)[intersect(names(matched), c("formula", "subset", "weights", "offset", "na.action"))]
  own <- new.env(parent = globalenv())
  from <- environment(matched$formula) %||% envir
  copy_named(unlist(lapply(parts, all.names)), c(columns, "."), from, own)
  environment(matched$formula) <- own
  list(matched = matched, envir = own)
}

# Into `to`: the variables of these names that are seen from `from`, but for those of packages, and what functions among
# them name in turn.
copy_named <- function(names, known, from, to) {
  for (name in setdiff(unique(names), known)) {
    if (exists(name, to, inherits = FALSE)) next
    place <- frame_with(name, from)
    if (is.null(place)) next
    value <- get(name, place)
    if (is.function(value) && !is.primitive(value) && !isNamespace(topenv(environment(value)))) {
      inner <- environment(value)
      environment(value) <- to
      assign(name, value, to)
      copy_named(all.names(body(value)), c(known, names(formals(value))), inner, to)
    } else {
      assign(name, value, to)
    }
  }
}

# Where the session keeps the variable; NULL where it does not, or where packages do.
frame_with <- function(name, from) {
  repeat {
    if (identical(from, emptyenv()) || identical(from, baseenv()) || isNamespace(from)) return(NULL)
    if (exists(name, from, inherits = FALSE)) return(from)
    if (identical(from, globalenv())) return(NULL)
    from <- parent.env(from)
  }
}
