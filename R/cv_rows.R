# Cross-validation on a row source: the folds' moments come from the one pass, so nothing is trained on rows again.

#' @rdname cv.sgdlasso
#' @export
cv.sgdlasso.sgdlasso_rows <- function(x, lambda = NULL, type.measure = "default", nfolds = 10, ...) {
  call <- match.call()
  if ("formula" %in% ...names()) return(eval(formula_first(generic_call(call, "cv.sgdlasso")), parent.frame()))
  options <- list(...)
  of_rows <- names(formals(check_rows_options))
  do.call(check_rows_options, options[intersect(names(options), of_rows)])
  settings <- do.call(settings_given, c(options[setdiff(names(options), of_rows)], list(lambda = lambda)))
  peeked <- peek(x)
  on.exit(peeked$close())
  cross_validate_rows(peeked$source, number_design(peeked$source), settings, type.measure, nfolds, call)
}

cv_formula_rows <- function(call, rows, settings, coding, type.measure, nfolds, envir) {
  peeked <- peek(rows)
  on.exit(peeked$close())
  design <- stream_design(call, peeked, settings, coding, envir)
  attributes(call$formula) <- NULL
  cross_validate_rows(peeked$source, design, settings, type.measure, nfolds, call)
}

# What needs the rows in memory.
check_rows_options <- function(foldid = NULL, grouped = TRUE, keep = FALSE, repeats = 1, cluster = NULL, strata = NULL,
                               groups = NULL) {
  given <- c(
    foldid = !is.null(foldid), grouped = !isTRUE(grouped), keep = !isFALSE(keep),
    repeats = !identical(as.numeric(repeats), 1), cluster = !is.null(cluster), strata = !is.null(strata),
    groups = !is.null(groups)
  )
  if (any(given)) {
    abort_input(
      "`{names(which(given))[1]}` is given, and rows come from a source.",
      "One pass is all: a row's fold is drawn by `seed` and its place alone, before other rows are known."
    )
  }
}

cross_validate_rows <- function(source, design, settings, type.measure, nfolds, call) {
  check_moments_settings(settings, "rows come from a source")
  settings$intercept <- settings$intercept && !isFALSE(design$intercept)
  measure <- check_measure(type.measure, "gaussian")
  if (measure == "mae") {
    abort_input(
      "`type.measure` is \"mae\", and rows come from a source.",
      "Moments tell squared errors only: use \"mse\"."
    )
  }
  nfolds <- check_number(nfolds, "nfolds", least = 2, most = 1000, whole = TRUE)
  seed <- settings$seed %||% checkpoint_seed(settings) %||% floor(stats::runif(1, 0, 2^32))
  settings$seed <- seed
  gathered <- gather_rows(source, design, settings, call, nfolds, function(places) r_hash_folds(places, seed, nfolds))
  empty <- vapply(gathered$moments, function(moments) moments$weight == 0, NA)
  if (any(empty)) {
    abort_input("`nfolds` is {nfolds}, and the source has {gathered$used} row{?s}.", "Some fold got none: use fewer.")
  }
  asked <- settings
  settings <- moments_settings(settings, gathered)
  found <- checked_folds(r_fit_moments(gathered$moments, gathered$used, core_spec(settings)))
  fit <- fit_object(found$fit, gathered, settings, NULL, fit_call(call))
  fit[names(design$kept)] <- design$kept
  fit$rounds <- source$pool$log
  if (isTRUE(asked$keep.moments)) fit$moments <- kept_moments(gathered, asked)
  plan <- list(measure = measure, family = "gaussian", grouped = TRUE, keep = FALSE)
  models <- lapply(found$folds, fold_model, variables = rownames(fit$beta))
  scores <- Map(function(model, moments) list(mean = model$mse, weight = moments$weight), models, gathered$moments)
  draw <- list(models = models, statistics = list("g:1" = cv_statistics(scores, plan)), undefined = 0L)
  cv <- new_cv(fit, list(draw), plan, settings, NULL, call)
  cv$seed <- seed
  if (!is.null(asked$checkpoint)) unlink(asked$checkpoint) # done: the next call starts anew
  cv
}
