#' Add rows to a fit, or fits to each other
#'
#' A fit with `keep.moments = TRUE` holds the sufficient statistics of its rows. These add, so new rows, or the rows of
#' another fit, make the fit to all rows together without a look at the old ones. Use `update()` when rows arrive,
#' `combine_fits()` for parts that were fitted apart, on other machines too. The result is that of the same call on all
#' rows, to rounding: an automatic grid of lambdas is made anew, a `lambda` of yours stays.
#'
#' A fit by `solver_sgd(epochs = 1)` on a [row source][as_rows] of at least 64 rows holds where training stands.
#' `update()` goes on from there with the new rows, in their order: to the bit as if all had come at once. The lambdas
#' stay; `gap`, `kkt` and `dev.ratio` are `NA`, because the old rows cannot be looked at.
#'
#' Factor levels and columns are those of the first fit.
#'
#' @param object,fit1,fit2 Fits by [sgdlasso()] with `keep.moments = TRUE`, made by equal settings; `object` may also be
#'   a fit by `solver_sgd(epochs = 1)` on a row source. Without `moredata` any fit, or a result of [cv.sgdlasso()].
#' @param formula.,...,evaluate Without `moredata`, as in [stats::update()]: the call is changed and evaluated anew,
#'   where `update()` is called.
#' @param moredata New rows: for fits of a formula a data frame, for other fits a list with `x`, `y` and, if there are
#'   any, `weights` and `offset`; or a [row source][as_rows] of these.
#' @return A fit as by [sgdlasso()], with moments (or state). Its call is that of `object` or `fit1`.
#' @section Errors: Fits without moments or state, with other columns or other settings, and rows that do not suit the
#' fit: class `sgdlasso_error_input`.
#' @references
#' Chan, T. F., Golub, G. H. and LeVeque, R. J. (1983). Algorithms for computing the sample variance. *The American
#' Statistician* 37, 242-247. \doi{10.1080/00031305.1983.10483115}
#' @examples
#' first <- sgdlasso(murder_rate ~ ., data = murder_rates[1:12, ], keep.moments = TRUE)
#' all <- update(first, moredata = murder_rates[13:20, ])
#' whole <- sgdlasso(murder_rate ~ ., data = murder_rates)
#' max(abs(all$beta - whole$beta))
#'
#' # two classes, by stochastic gradient descent
#' x <- matrix(rnorm(3000), 1000)
#' y <- x[, 1] + rnorm(1000) > 0
#' some <- sgdlasso(as_rows(x[1:600, ], y[1:600]), family = "binomial", lambda = 0.05,
#'                  solver = solver_sgd(epochs = 1))
#' coef(update(some, moredata = list(x = x[601:1000, ], y = y[601:1000])))
#' @importFrom stats update
#' @export
update.sgdlasso <- function(object, formula., ..., moredata, evaluate = TRUE) {
  if (missing(moredata)) return(update_call(object, match.call(), evaluate, parent.frame()))
  if (...length() || !missing(formula.)) {
    abort_input("`moredata` is given with other changes.", "Make them one after the other.")
  }
  check_fit(object)
  if (is.null(object$state)) check_moments(object, "object") else check_kept_state(object, "object")
  source <- if (is_rows(moredata)) moredata else rows_of(moredata)
  recipe <- recipe_like(object, source, parent.frame())
  design <- list(blocks = blocks_by(recipe), recipe = recipe, labels = rownames(object$beta))
  if (!is.null(source$sql) && is.null(object$terms) && object$offset && is.null(source$sql$roles$offset)) {
    abort_input("`moredata` has no offset, and this fit has an offset.", "Name its column.")
  }
  if (!is.null(object$state)) return(continue_training(object, source, design))
  settings <- remembered_settings(object)
  merge_fits(object, gather_rows(source, design, settings), settings)
}

#' @rdname update.sgdlasso
#' @export
update.cv.sgdlasso <- function(object, formula., ..., evaluate = TRUE) {
  update_call(object, match.call(), evaluate, parent.frame())
}

# stats::update.default() reads the changes off its own call, so it must be called as update() was, and from there:
# arguments handed on in `...` have lost their names. caller: the frame of that call.
update_call <- function(object, asked, evaluate, caller) {
  fit <- if (inherits(object, "cv.sgdlasso")) object$sgdlasso.fit else object
  if (!has_call(fit)) abort_input("`object` was butchered: it has no call.")
  envir <- frame_of_variables()
  changes <- setdiff(names(asked)[-1], c("object", "formula.", "evaluate", "moredata"))
  passing <- !identical(envir, caller)
  for (name in changes) {
    if (passing || is_dots_element(asked[[name]])) asked[name] <- list(value_in_call(asked[[name]], caller))
  }
  asked[[1L]] <- quote(stats::update.default)
  asked$object <- object
  asked$evaluate <- FALSE
  call <- eval(asked, caller)
  # a formula that was changed comes with the frame it was changed in; it is the caller's
  if (inherits(call$formula, "formula")) attributes(call$formula) <- NULL
  if (check_flag(evaluate, "evaluate")) eval(call, envir) else call
}

# Where the caller of a method keeps variables: lapply() and the like, which may have called it, see none but their own.
frame_of_variables <- function() {
  n <- 3 # the caller of the method that called update_call()
  while (identical(parent.env(parent.frame(n)), .BaseNamespaceEnv)) n <- n + 1
  parent.frame(n)
}

# What a call can name only while it runs goes into a later call as a value.
is_dots_element <- function(expression) is.name(expression) && grepl("^[.][.][0-9]+$", expression)

value_in_call <- function(expression, envir) {
  value <- eval(expression, envir)
  if (is.language(value)) call("quote", value) else value
}

#' @rdname update.sgdlasso
#' @export
combine_fits <- function(fit1, fit2) {
  for (arg in c("fit1", "fit2")) check_moments(check_fit(get(arg), arg), arg)
  settings <- remembered_settings(fit1)
  other <- remembered_settings(fit2)
  differing <- names(settings)[!mapply(identical, settings, other[names(settings)])]
  if (length(differing)) {
    abort_input(
      "`fit2` was made with another {first_words(differing)} than `fit1`.",
      "Both must have the same settings."
    )
  }
  design <- function(fit) list(rownames(fit$beta), fit$xlevels, fit$contrasts)
  if (!identical(design(fit1), design(fit2))) {
    abort_input("`fit2` has other columns, factor levels or contrasts than `fit1`.", "Both must have the same.")
  }
  merge_fits(fit1, gathered_by(fit2), settings)
}

check_moments <- function(object, arg) {
  if (!inherits(object, "sgdlasso") || is.null(object$moments)) {
    advice <- if (arg == "object") ", or by solver_sgd(epochs = 1) on a row source of at least 64 rows" else ""
    abort_input("`{arg}` has no moments.", "Fit it with keep.moments = TRUE{advice}.")
  }
  check_kept_moments(object, arg)
}

# ---- what is kept, and back --------------------------------------------------------

# A fit in memory that keeps its moments is made of them.
fit_kept <- function(rows, settings, call) {
  if (methods::is(rows$x, "sparseMatrix") && ncol(rows$x) > 1500) {
    abort_input(
      "`keep.moments` is TRUE, and x has {ncol(rows$x)} sparse columns.",
      "Up to 1,500 are made dense for it."
    )
  }
  why <- "`keep.moments` is TRUE"
  check_moments_settings(settings, why)
  handle <- r_new_moments(ncol(rows$x), 1)
  r_add_moments(handle, utils::modifyList(rows, list(x = as.matrix(rows$x)), keep.null = TRUE), NULL, settings$threads)
  gathered <- c(row_facts(rows, settings$family), list(moments = r_take_moments(handle)))
  with_residuals(fit_gathered(gathered, settings, call, why = why), rows)
}

kept_moments <- function(gathered, asked) {
  remembered <- c(
    "lambda", "nlambda", "lambda.min.ratio", "dfmax", "standardize", "intercept", "alpha", "tol", "maxpasses", "trace"
  )
  c(
    r_sum_moments(gathered$moments), gathered[c("names", "labels", "width", "used", "loglik", "offset")],
    list(settings = asked[remembered])
  )
}

remembered_settings <- function(object) {
  settings <- c(object$moments$settings, list(
    family = "gaussian", penalty.factor = object$penalty.factor, lower.limits = object$lower.limits %||% -Inf,
    upper.limits = object$upper.limits %||% Inf
  ))
  settings <- c(settings, list(
    solver = solver_exact(), threads = 1L, progress = FALSE, relax = FALSE, keep.moments = TRUE, seed = NULL
  ))
  checked_again(settings, "moments")
}

# part: of a fit, that holds these settings.
checked_again <- function(settings, part) {
  of_damaged(part, "object", {
    given <- settings[intersect(names(settings), names(formals(check_settings)))]
    if (!"exclude" %in% names(given)) given["exclude"] <- list(NULL) # factors tell of it
    if (identical(given$dfmax, Inf)) given["dfmax"] <- list(NULL)
    if (part == "state") {
      given$solver <- do.call(solver_sgd, given$solver[intersect(names(given$solver), names(formals(solver_sgd)))])
    }
    again <- do.call(check_settings, given)
    settings[names(given)] <- again[names(given)]
    settings
  })
}

# As gather_rows() returns it.
gathered_by <- function(object) {
  kept <- object$moments
  facts <- kept[c("names", "labels", "width", "used", "loglik", "offset")]
  c(facts, list(weight = kept$weight, moments = list(kept[c("weight", "mean", "cross")])))
}

check_same_columns <- function(object, labels, width, more) {
  if (more$width != width || !identical(more$labels, labels)) {
    abort_input(
      "The new rows have the columns {first_words(more$labels)}, {more$width} in all.",
      "The fit has {width}."
    )
  }
}

merge_fits <- function(object, more, settings) {
  check_same_columns(object, object$moments$labels, object$dim[1], more)
  mine <- gathered_by(object)
  both <- mine
  for (count in c("used", "weight", "loglik")) both[[count]] <- mine[[count]] + more[[count]]
  both$offset <- mine$offset || more$offset
  both$moments <- list(r_sum_moments(c(mine$moments, more$moments)))
  fit <- of_damaged("moments", "object", fit_gathered(both, settings, object$call))
  of_formula <- c("terms", "xlevels", "contrasts")
  fit[of_formula] <- object[of_formula]
  fit$lambda.origin <- object$lambda.origin
  fit
}

# ---- stochastic gradient descent goes on ----------------------------------------------

restored <- function(result, settings) {
  if (!is.null(result$state)) abort_input("`object` holds a state of training that {result$state}.", "Fit it again.")
  training_result(result, settings)
}

# What is kept of a training by one pass: its state, and what it told of its rows.
kept_state <- function(bytes, sparse, settings, rows) {
  facts <- c("names", "labels", "width", "used", "weight", "loglik", "offset", "classnames")
  list(bytes = bytes, sparse = sparse, settings = settings, facts = all_row_facts(rows)[facts])
}

continue_training <- function(object, source, design) {
  if (is_sharded(source)) {
    abort_input(
      "`moredata` lies in shards, and stochastic gradient descent goes on with one row after another.",
      "Fit all rows anew, or give a source of one place."
    )
  }
  kept <- object$state
  settings <- checked_again(kept$settings, "state")
  settings["checkpoint"] <- list(NULL) # which was for the rows before
  settings$solver <- on_source(settings$solver, "rows that were added")
  training <- new_training(source, design, settings, object$call, NULL, function(training) {
    resumed_core(training, object)
  })
  known <- kept$facts[c("used", "weight", "loglik", "offset", "classnames")]
  training$rows[names(known)] <- known
  training$rows$both <- c(TRUE, TRUE)
  run_passes(training)
  training$settings$rewindable <- FALSE # the old rows cannot be looked at
  fit <- training$core$fit()
  of_formula <- c("terms", "xlevels", "contrasts")
  fit[of_formula] <- object[of_formula]
  fit
}

# Passes that begin where those of a fit ended.
resumed_core <- function(training, object) {
  core <- passes_core(training)
  kept <- object$state
  core$start <- function(sparse) {
    check_same_columns(object, kept$facts$labels, kept$facts$width, training$rows)
    core$resume(kept)
  }
  core
}

# ---- new rows like the old ones ------------------------------------------------------

rows_of <- function(moredata) {
  if (is.data.frame(moredata)) return(as_rows(moredata))
  if (!is.list(moredata) || is.null(moredata$x) || is.null(moredata$y)) {
    abort_input("`moredata` is {describe(moredata)}.", "It must be a data frame, a list with x and y, or a row source.")
  }
  as_rows(moredata$x, moredata$y, moredata$weights, moredata$offset)
}

# What makes numbers of new rows as it was done with those of the fit.
recipe_like <- function(object, source, envir) {
  if (is.null(object$terms)) {
    told <- unclass(object)[c("beta", "dim", "family", "named", "offset")]
    return(list(make = "blocks_like", arguments = list(object = told)))
  }
  matched <- object$call
  matched$formula <- stats::formula(object$terms)
  frames_recipe(
    source, matched, unclass(object)[c("terms", "xlevels", "contrasts")], level_prototypes(object), object$family,
    envir, "moredata"
  )
}

blocks_like <- function(object) {
  function(block) {
    numbers <- number_blocks(native_in_r(block), object$family)
    if (object$offset && is.null(numbers$offset)) {
      abort_input("`moredata` has no offset, and this fit has an offset.", "Give one number for each row.")
    }
    numbers$x <- match_columns(object, numbers$x, "moredata")
    numbers
  }
}

# Factors with the levels of a fit, those of a response of classes too.
level_prototypes <- function(object) {
  classes <- attr(object$terms, "dataClasses")
  levels <- object$xlevels
  if (object$family == "binomial" && classes[1] %in% c("factor", "ordered")) {
    levels[[names(classes)[1]]] <- object$classnames
  }
  Map(
    function(level, name) factor(character(), level, ordered = classes[[name]] == "ordered", exclude = NULL),
    levels, names(levels)
  )
}
