# A formula call for other processes: what it names in the session goes along, and nothing else that lives there.

# matched: a call with formula, subset, weights and offset; columns: names that its rows explain. list(matched, envir):
# the same call, and where it is to be evaluated.
portable_call <- function(matched, envir, columns = character()) {
  matched$data <- NULL
  parts <- as.list(matched)[intersect(names(matched), c("formula", "subset", "weights", "offset", "na.action"))]
  from <- environment(matched$formula) %||% envir
  copies <- new_copies()
  own <- copies$of(from)
  copy_named(setdiff(unlist(lapply(parts, all.names)), c(columns, ".")), from, copies)
  environment(matched$formula) <- own
  list(matched = matched, envir = own)
}

# Environments and what stands for them elsewhere: one for each, so that two closures of one function keep their own
# variables.
new_copies <- function() {
  originals <- list()
  made <- list()
  list(of = function(envir) {
    at <- which(vapply(originals, identical, NA, envir))
    if (length(at)) return(made[[at]])
    originals <<- c(originals, list(envir))
    made <<- c(made, list(new.env(parent = globalenv())))
    made[[length(made)]]
  })
}

# Into what stands for `from`: the variables of these names that are seen from there, but for those of packages, and
# what functions among them name in turn.
copy_named <- function(names, from, copies) {
  to <- copies$of(from)
  for (name in unique(names)) {
    if (exists(name, to, inherits = FALSE)) next
    place <- frame_with(name, from)
    if (is.null(place)) next
    value <- get(name, place)
    if (!is.function(value) || is.primitive(value) || isNamespace(topenv(environment(value)))) {
      assign(name, value, to)
      next
    }
    inner <- environment(value)
    environment(value) <- copies$of(inner)
    assign(name, value, to)
    defaults <- unlist(lapply(formals(value), function(default) if (is.language(default)) all.names(default)))
    copy_named(c(setdiff(all.names(body(value)), names(formals(value))), defaults), inner, copies)
  }
}

# Where the session keeps the variable; NULL where it does not, or where packages do.
frame_with <- function(name, from) {
  if (!nzchar(name)) return(NULL)
  repeat {
    if (identical(from, emptyenv()) || identical(from, baseenv()) || isNamespace(from)) return(NULL)
    if (exists(name, from, inherits = FALSE)) return(from)
    if (identical(from, globalenv())) return(NULL)
    from <- parent.env(from)
  }
}

# Contrasts named by text are functions: of the session's own ones workers are sent the matrix.
portable_contrasts <- function(contrasts, xlevels) {
  known <- getNamespaceExports("stats")
  for (name in names(contrasts)) {
    is_own <- is.character(contrasts[[name]]) && !all(contrasts[[name]] %in% known)
    if (is_own) contrasts[[name]] <- contrast_matrix(xlevels[[name]], contrasts[[name]])
  }
  contrasts
}
