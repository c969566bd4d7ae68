# What other packages call an argument or a value, and what it is here: told inside the error that meets it.
#
# To add a name: a line in called_elsewhere (or values_elsewhere) under the package that has it. A text in backticks
# says what it is called here; any other is a sentence that says why there is none.

called_elsewhere <- list(
  "glmnet's" = c(
    thresh = "`tol` of sgdlasso(), a relative duality gap",
    maxit = "`maxpasses` of sgdlasso()",
    control = "`tol` and `maxpasses` of sgdlasso(), each given by itself",
    trace.it = "`progress` of sgdlasso()",
    parallel = "`threads` of sgdlasso(), or `cluster` of cv.sgdlasso()",
    pmax = "`dfmax` of sgdlasso(), the only bound on the number of columns",
    lambda = "`s`, where a fit is asked",
    newx = "`newdata`, here also for a matrix",
    newdata = "`newx`, here for a matrix",
    nlam = "`nlambda` of sgdlasso()",
    foldID = "`foldid` of cv.sgdlasso()",
    sign.lambda = "Lambda always falls to the right.",
    type.gaussian = "The default solver chooses by the shape of the data what glmnet's `type.gaussian` chooses.",
    type.logistic = "Newton steps are always those of the current curvature, so that there is nothing to choose.",
    type.multinomial = "A fit has at most two classes.",
    standardize.response = "A fit has one response, and no scale of it changes the fit.",
    alignment = "Folds are always solved at the lambdas of the fit to all rows, as with alignment = \"lambda\".",
    path = "The relaxed fit is always solved without a path.",
    maxp = "Models of more than n - 3 columns are never relaxed.",
    fdev = "The path ends by glmnet's default rule unless you give `lambda`.",
    devmax = "The path ends by glmnet's default rule unless you give `lambda`.",
    mnlam = "The path ends by glmnet's default rule unless you give `lambda`."
  ),
  "ncvreg's and biglasso's" = c(
    eps = "`tol` of sgdlasso(), a relative duality gap (scikit-learn's `eps` is `lambda.min.ratio`)",
    max.iter = "`maxpasses` of sgdlasso()",
    lambda.min = "`lambda.min.ratio` of sgdlasso()",
    penalty = "The penalty is the lasso, or with `alpha` below 1 the elastic net; there is no MCP or SCAD.",
    convex = "The lasso is convex everywhere.",
    warn = "Warnings have classes: withCallingHandlers() and suppressWarnings() choose among them.",
    returnX = "A fit keeps no copy of x.",
    returnY = "`keep` of cv.sgdlasso()",
    fold = "`foldid` of cv.sgdlasso()",
    log.l = "Lambda is always drawn on a logarithmic axis.",
    row.idx = "Give the rows themselves, x[rows, ] and y[rows].",
    screen = "The solver screens columns by itself and certifies all of them.",
    safe.thresh = "The solver screens columns by itself and certifies all of them.",
    update.thresh = "The solver screens columns by itself and certifies all of them.",
    ncores = "`threads` of sgdlasso()",
    alg.logistic = "Newton steps are always those of the current curvature, so that there is nothing to choose.",
    lambda.log.scale = "The grid is logarithmic; give `lambda` itself for another.",
    output.time = "system.time() tells the time.",
    return.time = "system.time() tells the time.",
    verbose = "`progress` of sgdlasso()",
    which = "`s`, a lambda and not its number: s = fit$lambda[which]"
  ),
  "scikit-learn's" = c(
    C = "`lambda` of sgdlasso(), which is 1 / (n C)",
    alphas = "`lambda` of sgdlasso()",
    n_alphas = "`nlambda` of sgdlasso()",
    l1_ratio = "`alpha` of sgdlasso()",
    max_iter = "`maxpasses` of sgdlasso()",
    n_iter = "`maxpasses` of sgdlasso()",
    fit_intercept = "`intercept` of sgdlasso()",
    normalize = "`standardize` of sgdlasso()",
    random_state = "`seed` of sgdlasso()",
    n_jobs = "`threads` of sgdlasso(), or `cluster` of cv.sgdlasso()",
    sample_weight = "`weights` of sgdlasso()",
    class_weight = "`weights` of sgdlasso(), one for each row",
    cv = "`nfolds` of cv.sgdlasso()",
    stratify = "`strata` of cv.sgdlasso()",
    scoring = "`type.measure` of cv.sgdlasso()",
    loss = "`family` of sgdlasso()",
    learning_rate = "`schedule` of solver_sgd()",
    eta0 = "`rate` of solver_sgd()",
    batch_size = "Stochastic gradient descent takes one row at a time.",
    positive = "Give lower.limits = 0 to sgdlasso().",
    warm_start = "Every lambda starts from the one before; update() goes on from a fit.",
    precompute = "The default solver chooses by the shape of the data.",
    copy_X = "x is never changed, and copied only where a solver asks for it.",
    selection = "The default solver chooses by the shape of the data.",
    multi_class = "A fit has at most two classes."
  ),
  "glm()'s" = c(
    method = "`solver` of sgdlasso()",
    epsilon = "`tol` of sgdlasso(), a relative duality gap",
    start = "Every lambda starts from the one before.",
    qr = "There is no decomposition to keep.",
    conf.int = "confint() has intervals; so have summary() and tidy() of a fit, as of cv$sgdlasso.fit, at one `s`.",
    conf.level = "confint() has intervals; so have summary() and tidy() of a fit, as of cv$sgdlasso.fit, at one `s`.",
    exponentiate = "Take exp() of the estimates.",
    se.fit = "The lasso has no standard errors; predict() of cv.sgdlasso() has prediction intervals."
  ),
  "Others'" = c(
    tolerance = "`tol` of sgdlasso()",
    nthreads = "`threads` of sgdlasso()",
    num_threads = "`threads` of sgdlasso()",
    mc.cores = "`threads` of sgdlasso()",
    lambda1 = "`lambda` of sgdlasso()",
    lambda2 = "`lambda` and `alpha` of sgdlasso()",
    lambda_min = "`lambda.min.ratio` of sgdlasso()",
    nfold = "`nfolds` of cv.sgdlasso()",
    K = "`nfolds` of cv.sgdlasso()",
    measure = "`type.measure` of cv.sgdlasso()"
  )
)

values_elsewhere <- list(
  family = c(
    multinomial = "More than two classes are for glmnet, or for one binomial fit for each class.",
    cox = "Survival times are for glmnet.",
    mgaussian = "Several responses are for glmnet, or for one fit for each.",
    normal = "It is called \"gaussian\".", linear = "It is called \"gaussian\".",
    logistic = "It is called \"binomial\".", logit = "It is called \"binomial\"."
  ),
  type = c(
    prob = "It is called \"response\".", probs = "It is called \"response\".",
    probability = "It is called \"response\".", raw = "It is called \"link\".",
    coef = "It is called \"coefficients\".", vars = "It is called \"nonzero\".",
    nvars = "The fit's `df` has the numbers of nonzero coefficients.",
    working = "Weights of Newton steps are not kept."
  ),
  type.measure = c(
    C = "The concordance of survival times is for glmnet; of two classes it is \"auc\".",
    accuracy = "It is 1 less \"class\".", rmse = "It is the square root of \"mse\".",
    logloss = "It is half of \"deviance\"."
  )
)

# A sentence about an argument that others have, or NULL. What is named without its function must be among those known
# here.
name_elsewhere <- function(name, known) {
  for (whose in names(called_elsewhere)) {
    found <- called_elsewhere[[whose]][name]
    if (is.na(found)) next
    if (!startsWith(found, "`")) return(unname(found))
    ours <- sub("^`([^`]+)`.*", "\\1", found)
    if (ours %in% known || grepl("()", found, fixed = TRUE)) return(sprintf("%s `%s` is %s.", whose, name, found))
  }
  NULL
}

# A sentence about a value that others have, or NULL.
value_elsewhere <- function(value, arg) {
  if (!is.character(value) || length(value) != 1 || !arg %in% names(values_elsewhere)) return(NULL)
  found <- values_elsewhere[[arg]][value]
  if (is.na(found)) NULL else unname(found)
}

# An argument of another function of ours, or NULL.
name_of_ours <- function(name) {
  functions <- list(
    "sgdlasso()" = sgdlasso.matrix, "sgdlasso(formula, data)" = sgdlasso.formula, "cv.sgdlasso()" = cv.sgdlasso.matrix,
    "predict()" = predict.sgdlasso, "predict() of cv.sgdlasso()" = predict.cv.sgdlasso, "solver_sgd()" = solver_sgd,
    "solver_nudge()" = solver_nudge, "solver_saga()" = solver_saga
  )
  where <- vapply(functions, function(f) name %in% setdiff(names(formals(f)), "..."), NA)
  if (any(where)) sprintf("It is an argument of %s.", names(functions)[where][1])
}

# Only where it is near: a third of the letters may differ, or the name is cut short.
nearest_name <- function(name, known) {
  plain <- function(text) tolower(gsub("[._]", "", text))
  distance <- drop(utils::adist(plain(name), plain(known)))
  near <- min(distance, Inf) <= max(1, nchar(name) %/% 3) && nchar(name) > 1
  cut <- known[startsWith(known, name)]
  found <- if (near) known[which.min(distance)] else if (length(cut) == 1) cut
  if (length(found)) sprintf("Did you mean `%s`?", found)
}
