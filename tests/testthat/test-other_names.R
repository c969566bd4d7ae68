# What an argument that is not known gets: the name that it has here, the reason why there is none, or a name that is
# near.

d <- make_rows(40)
fit <- sgdlasso(d$x, d$y)
set.seed(1)
cv <- cv.sgdlasso(d$x, d$y, nfolds = 3)
unknown <- function(code) {
  error <- tryCatch(code, error = identity)
  expect_s3_class(error, "sgdlasso_error_input")
  conditionMessage(error)
}
call_with <- function(f, ..., argument, value = 1) do.call(
  f, c(list(...), stats::setNames(list(value), argument)), quote = TRUE
)

test_that("every name of the table is told of by every function that does not have it", {
  names_of_others <- unlist(lapply(unname(called_elsewhere), names))
  expect_false(anyDuplicated(names_of_others) > 0)
  for (name in names_of_others) {
    said <- character()
    if (is.na(pmatch(name, names(formals(sgdlasso.matrix)))))
      said <- unknown(call_with(sgdlasso, d$x, d$y, argument = name))
    if (is.na(pmatch(name, names(formals(predict.sgdlasso)))))
      said <- c(said, unknown(call_with(predict, fit, d$x, argument = name)))
    if (is.na(pmatch(name, names(formals(cv.sgdlasso.matrix)))) && !name %in% names(formals(sgdlasso.matrix))) {
      said <- c(said, unknown(call_with(cv.sgdlasso, d$x, d$y, argument = name)))
    }
    for (one in said) expect_match(one, paste0("^There is no argument `", name, "`\\. .*\\.$"))
  }
})

test_that("what a name is called here is an argument that there is", {
  for (found in Filter(
    function(text) startsWith(text, "`") && grepl("()", text, fixed = TRUE), unlist(unname(called_elsewhere))
  )) {
    ours <- regmatches(found, gregexpr("(?<=`)[a-z._]+(?=`)", sub(" \\(scikit.*", "", found), perl = TRUE))[[1]]
    arguments <- unlist(lapply(list(sgdlasso.matrix, cv.sgdlasso.matrix, solver_sgd), function(f) names(formals(f))))
    expect_true(all(ours %in% arguments), info = found)
  }
})

test_that("arguments of glmnet's calls that differ are told by name", {
  expect_match(unknown(sgdlasso(d$x, d$y, thresh = 1e-9)), "glmnet's `thresh` is `tol` of sgdlasso\\(\\)")
  expect_match(unknown(cv.sgdlasso(d$x, d$y, parallel = TRUE)), "`threads`.*`cluster` of cv.sgdlasso\\(\\)")
  expect_match(unknown(predict(fit, d$x, lambda = 0.1)), "is `s`")
  expect_match(unknown(coef(fit, lambda = 0.1)), "is `s`")
  expect_match(unknown(sgdlasso(d$x, d$y, type.gaussian = "naive")), "default solver chooses")
  expect_match(
    unknown(sgdlasso(d$x, d$y, family = "multinomial")), "\"poisson\"\\. More than two classes are for glmnet"
  )
  expect_match(unknown(predict(fit, d$x, type = "prob")), "It is called \"response\"")
  expect_match(unknown(sgdlasso(d$x, d$y, penalty = "MCP")), "\"MCP\".*no MCP or SCAD")
  expect_match(unknown(sgdlasso(d$x, d$y, nfolds = 5)), "It is an argument of cv.sgdlasso\\(\\)")
  expect_match(unknown(sgdlasso(d$x, d$y, epochs = 5)), "It is an argument of solver_sgd\\(\\)")
  expect_equal(accuracy(fit, newx = d$x, newy = d$y), accuracy(fit, d$x, d$y))
})

test_that("a name is suggested only where it is near", {
  known <- argument_names()
  for (name in c(
    "lamda", "Lambda", "standardise", "penalty_factor", "weigths", "intercpt", "max.passes", "nlambdas", "pen"
  )) {
    expect_match(nearest_name(name, known), "^Did you mean `", info = name)
  }
  expect_null(nearest_name("wibble", known))
  expect_null(nearest_name("zz", known))
  expect_null(nearest_name("q", known))
  set.seed(2)
  for (trial in 1:200) {
    name <- paste(sample(letters, sample(2:12, 1), replace = TRUE), collapse = "")
    said <- nearest_name(name, known)
    if (is.null(said)) next
    near <- sub(".*`(.*)`.*", "\\1", said)
    expect_true(
      adist(name, gsub("[._]", "", near)) <= max(1, nchar(name) %/% 3) || startsWith(near, name),
      info = paste(name, near)
    )
  }
  expect_match(unknown(sgdlasso(d$x, d$y, wibble = 1)), "The manual has those that there are")
})

test_that("no method swallows an argument that it does not know", {
  given <- list(
    sgdlasso = list(object = fit, methods = c(
      "predict", "coef", "fitted", "residuals", "deviance", "nobs", "logLik", "formula", "family", "summary",
      "accuracy", "assess", "confusion", "roc", "tidy", "glance", "augment", "as_sql", "optimality", "plot"
    )),
    cv.sgdlasso = list(object = cv, methods = c(
      "predict", "coef", "fitted", "residuals", "deviance", "nobs", "logLik", "formula", "family", "summary",
      "accuracy", "assess", "confusion", "roc", "tidy", "glance", "augment", "as_sql", "plot"
    ))
  )
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  for (class in names(given)) {
    for (generic in given[[class]]$methods) {
      method <- getS3method(generic, class, envir = asNamespace("sgdlasso"))
      expect_match(
        unknown(call_with(method, given[[class]]$object, argument = "wibble")), "no argument `wibble`", info = generic
      )
    }
  }
  expect_equal(nobs(fit, use.fallback = TRUE), 40)
})
