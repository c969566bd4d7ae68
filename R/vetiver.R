#' Serve fits by vetiver
#'
#' Methods by which `vetiver::vetiver_model()` takes fits, so that they can be versioned, pinned and served. The model
#' is [butchered][butcher-sgdlasso] first. Of a path, [at_lambda()] gives the model of one lambda; a cross-validation
#' stands for its fit at `"lambda.1se"`. Workflows of tidymodels and fits by `caret::train()` go through the methods
#' that vetiver has for these; a fit by parsnip alone it does not know.
#'
#' @param model A fit by [sgdlasso()] of one lambda, or a result of [cv.sgdlasso()].
#' @param metadata,vetiver_model As vetiver gives them.
#' @param ... For the handler, further arguments of [predict.sgdlasso()], such as `newoffset`.
#' @return As the generics say. The prototype of a fit by formula has the variables of its formula but the response, as
#'   they were in training; that of a fit of a matrix a number for each column. The handler answers `.pred`, on the
#'   scale of the response.
#' @section Errors: A fit of several lambdas, and training data that cannot be found again, whose variables the
#'   prototype needs (give `save_prototype` a data frame then): class `sgdlasso_error_input`.
#' @examplesIf requireNamespace("vetiver", quietly = TRUE)
#' fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1)
#' vetiver::vetiver_model(fit, "murders")
#' @name vetiver-sgdlasso
NULL

#' @rdname vetiver-sgdlasso
#' @method vetiver_create_description sgdlasso
#' @rawNamespace S3method(vetiver::vetiver_create_description, sgdlasso)
vetiver_create_description.sgdlasso <- function(model) { # nolint: object_length_linter.
  penalty <- if (model$alpha == 1) "lasso" else if (model$alpha == 0) "ridge" else "elastic net"
  sprintf("A %s regression model (%s family)", penalty, model$family)
}

#' @rdname vetiver-sgdlasso
#' @method vetiver_create_description cv.sgdlasso
#' @rawNamespace S3method(vetiver::vetiver_create_description, cv.sgdlasso)
vetiver_create_description.cv.sgdlasso <- function(model) { # nolint: object_length_linter.
  vetiver_create_description.sgdlasso(model$sgdlasso.fit)
}

#' @rdname vetiver-sgdlasso
#' @method vetiver_create_meta sgdlasso
#' @rawNamespace S3method(vetiver::vetiver_create_meta, sgdlasso)
vetiver_create_meta.sgdlasso <- function(model, metadata) {
  vetiver::vetiver_meta(metadata, required_pkgs = "sgdlasso")
}

#' @rdname vetiver-sgdlasso
#' @method vetiver_create_meta cv.sgdlasso
#' @rawNamespace S3method(vetiver::vetiver_create_meta, cv.sgdlasso)
vetiver_create_meta.cv.sgdlasso <- vetiver_create_meta.sgdlasso # nolint: object_length_linter.

#' @rdname vetiver-sgdlasso
#' @method vetiver_prepare_model sgdlasso
#' @rawNamespace S3method(vetiver::vetiver_prepare_model, sgdlasso)
vetiver_prepare_model.sgdlasso <- function(model) {
  check_one_lambda(model, "model")
  butcher::butcher(model)
}

#' @rdname vetiver-sgdlasso
#' @method vetiver_prepare_model cv.sgdlasso
#' @rawNamespace S3method(vetiver::vetiver_prepare_model, cv.sgdlasso)
vetiver_prepare_model.cv.sgdlasso <- function(model) { # nolint: object_length_linter.
  vetiver_prepare_model.sgdlasso(at_lambda(model))
}

#' @rdname vetiver-sgdlasso
#' @method vetiver_ptype sgdlasso
#' @rawNamespace S3method(vetiver::vetiver_ptype, sgdlasso)
vetiver_ptype.sgdlasso <- function(model, ...) {
  if (is.null(model$terms)) {
    columns <- rownames(model$beta)
    return(tibble::as_tibble(stats::setNames(rep(list(numeric()), length(columns)), columns)))
  }
  variables <- c(all.vars(stats::delete.response(model$terms)), all.vars(model$call$offset))
  rows <- training_data(model, rev(sys.frames()))
  tibble::as_tibble(rows[0, intersect(variables, names(rows)), drop = FALSE])
}

#' @rdname vetiver-sgdlasso
#' @method vetiver_ptype cv.sgdlasso
#' @rawNamespace S3method(vetiver::vetiver_ptype, cv.sgdlasso)
vetiver_ptype.cv.sgdlasso <- function(model, ...) vetiver_ptype.sgdlasso(model$sgdlasso.fit, ...)

#' @rdname vetiver-sgdlasso
#' @method handler_startup sgdlasso
#' @rawNamespace S3method(vetiver::handler_startup, sgdlasso)
handler_startup.sgdlasso <- function(vetiver_model) vetiver::attach_pkgs(vetiver_model$metadata$required_pkgs)

#' @rdname vetiver-sgdlasso
#' @method handler_predict sgdlasso
#' @rawNamespace S3method(vetiver::handler_predict, sgdlasso)
handler_predict.sgdlasso <- function(vetiver_model, ...) {
  function(req) {
    rows <- req$body
    if (!is.null(vetiver_model$prototype)) {
      rows <- vetiver::vetiver_type_convert(rows, vetiver_model$prototype)
      rows <- hardhat::scream(hardhat::shrink(rows, vetiver_model$prototype), vetiver_model$prototype)
    }
    list(.pred = unname(stats::predict(vetiver_model$model, as.data.frame(rows), type = "response", ...)[, 1]))
  }
}
