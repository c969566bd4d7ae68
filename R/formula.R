# The formula call: its data, its model frame, and what these come to.

# The data of a formula call, evaluated here and only here.
formula_data <- function(data) check_data(or_input_error(data, "The formula call cannot be evaluated"))

# A name that no data frame has may still be that of a function: df, data.
check_data <- function(data, advice = "Is there no data frame of that name?") {
  if (is.function(data)) abort_input("`data` is a function, not a data frame.", advice)
  if (is.atomic(data) && !is.null(data)) {
    abort_input("`data` is {describe(data)}, not a data frame.", "as.data.frame() makes one of a matrix.")
  }
  data
}

formula_advice <- "`na.action` drops missing values; infinite ones are for you to deal with."

abort_xlev <- function() {
  abort_input("`xlev` is given, and `data` is in memory.", "It is for row sources; make the factor with its levels.")
}

# What the formula call's data, weights, offset, subset and na.action come to: x, response, offset, and what the fit
# keeps. model: whether it keeps the model frame.
# in_folds: whether for cross-validation.
formula_input <- function(call, data, settings, contrasts, model, envir, in_folds = FALSE) {
  model <- check_flag(model, "model")
  evaluated <- call
  evaluated$data <- data
  frame <- eval_model_frame(evaluated, envir)
  sparse <- why_sparse(frame, contrasts, settings, in_folds)
  design <- model_design(frame, contrasts, sparse = !is.null(sparse))
  settings$intercept <- settings$intercept && design$intercept
  x <- check_x(design$x, advice = formula_advice, threads = settings$threads)
  weights <- check_weights(frame_weights(frame), nrow(x))
  response <- check_response(design$y, nrow(x), settings$family, weights, success = 1L)
  offset <- check_offset(frame_offset(frame), nrow(x))
  # The call keeps the formula itself, not the name of a variable that may change, and no environment.
  attributes(call$formula) <- NULL
  kept <- c(design$kept, if (model) list(model = without_environment(frame)), list(sparse = sparse)[!is.null(sparse)])
  list(x = x, response = response, offset = offset, settings = settings, kept = kept, call = call)
}

# Its columns stay those of the caller's data, in the same memory.
without_environment <- function(frame) {
  attr(attr(frame, "terms"), ".Environment") <- NULL
  frame
}

# Evaluates data, weights, offset, subset and na.action as lm() does. advice: for an error; drop: levels that do not
# occur.
eval_model_frame <- function(call, envir, what = "The formula call cannot be evaluated", advice = NULL, drop = TRUE) {
  wanted <- match(c("formula", "data", "subset", "weights", "na.action", "offset", "xlev"), names(call), 0L)
  call <- call[c(1L, wanted)]
  call$drop.unused.levels <- drop
  call[[1L]] <- quote(stats::model.frame)
  or_input_error(plain_frame(eval(sharing_columns(plain_call(call, envir), envir), envir)), what, advice)
}

# na.omit() and na.exclude() copy every column where nothing is missing too; then they have nothing to do.
sharing_columns <- function(call, envir) {
  action <- if ("na.action" %in% names(call)) eval(call$na.action, envir) else getOption("na.action")
  copying <- list("na.omit", "na.exclude", stats::na.omit, stats::na.exclude)
  if (!any(vapply(copying, identical, NA, action))) return(call)
  call$na.action <- function(frame) {
    missing <- vapply(frame, function(column) is.atomic(column) && anyNA(column), NA)
    if (any(missing)) match.fun(action)(frame) else frame
  }
  call
}
