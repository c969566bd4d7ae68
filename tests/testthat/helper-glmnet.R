# glmnet that goes on until next to nothing moves. Version 5 takes its precision in `control`, older ones as arguments.
precise_glmnet <- function(..., thresh = 1e-14, maxit = 1e5, fit = glmnet::glmnet) {
  precision <- list(thresh = thresh, maxit = maxit)
  if (utils::packageVersion("glmnet") >= "5.0") precision <- list(control = precision)
  do.call(fit, c(list(...), precision))
}
precise_cv_glmnet <- function(...) precise_glmnet(..., fit = glmnet::cv.glmnet)
