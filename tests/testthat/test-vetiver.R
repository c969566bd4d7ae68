for (package in c("vetiver", "butcher", "hardhat", "tibble")) skip_if_not_installed(package)

# What a server does with a request: rows as JSON makes them.
answer <- function(served, rows) {
  text <- jsonlite::fromJSON(jsonlite::toJSON(rows, digits = NA))
  vetiver::handler_predict(served)(list(body = text))$.pred
}

test_that("a served fit answers what the fit predicts, factors and all", {
  for (family in c("gaussian", "binomial", "poisson")) {
    set.seed(1)
    d <- variables_frame(family = family)
    fit <- sgdlasso(y ~ log(b) + a * f + g + l, data = d, family = family, lambda = 0.01)
    served <- vetiver::vetiver_model(fit, "served")
    expect_identical(served$prototype, tibble::as_tibble(d[0, c("b", "a", "f", "g", "l")]))
    expect_match(served$description, paste0("A lasso regression model \\(", family))
    expect_identical(served$metadata$required_pkgs, "sgdlasso")
    expect_null(served$model$model)
    expect_equal(answer(served, d[5:9, ]), unname(predict(fit, d[5:9, ], type = "response")[, 1]), tolerance = 1e-10)
  }
})

test_that("cross-validations and fits of matrices are served, paths are not", {
  x <- as.matrix(murder_rates[1:3])
  cv <- cv.sgdlasso(x, murder_rates$murder_rate, alpha = 0.5, foldid = rep(1:5, 4))
  served <- vetiver::vetiver_model(cv, "served")
  expect_match(served$description, "elastic net")
  expect_equal(answer(served, murder_rates[2:4, 1:3]), unname(predict(cv, x[2:4, ])[, 1]), tolerance = 1e-10)
  expect_error(
    vetiver::vetiver_model(sgdlasso(x, murder_rates$murder_rate), "path"), "at_lambda", class = "sgdlasso_error_input"
  )
})

test_that("rows that the prototype does not know are refused", {
  fit <- sgdlasso(murder_rate ~ ., data = murder_rates, lambda = 1)
  served <- vetiver::vetiver_model(fit, "served")
  expect_error(answer(served, murder_rates[1:2, 1:2]), "unemployed")
})
