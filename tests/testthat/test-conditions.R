test_that("errors of others become one sentence, those of the package stay", {
  messages <- c(
    "object 'd' not found", "is gone.", "is gone...", "two\nlines", "two.\n  lines.\n", "really?", "no!", "ends: ",
    "a {brace}", "x\n"
  )
  for (message in messages) {
    told <- tryCatch(
      or_input_error(stop(message), "It failed", "Give another."), sgdlasso_error_input = conditionMessage
    )
    expect_match(told, "^It failed: .*[^.,:; ][.!?]?[.!?] Give another[.]$")
    expect_no_match(told, "[.][.]|\n|[?!:][.]")
    own <- tryCatch(or_input_error(abort_input("Known.", "Give it."), message), sgdlasso_error_input = conditionMessage)
    expect_identical(own, "Known. Give it.")
    deep <- tryCatch(
      or_input_error(or_input_error(stop(message), "It failed"), "And so"), sgdlasso_error_input = conditionMessage
    )
    expect_no_match(deep, "And so")
  }
})

test_that("errors raised while a formula is evaluated are told once", {
  told <- function(code) tryCatch(code, sgdlasso_error_input = conditionMessage)
  d <- cbind(murder_rates, text = "a")
  for (code in list(
    quote(sgdlasso(murder_rate ~ stop("first.\nsecond."), d)), quote(sgdlasso(murder_rate ~ not_there, d)),
    quote(sgdlasso(murder_rate ~ 0, df)), quote(sgdlasso(murder_rate ~ text, d)),
    quote(cv.sgdlasso(murder_rate ~ low_income, d, weights = not_there)),
    quote(sgdlasso(murder_rate ~ low_income, as_rows(d), weights = not_there))
  )) {
    message <- told(eval(code))
    expect_no_match(message, "[.][.]|\n")
    expect_match(message, "[.?!]$")
    expect_equal(lengths(regmatches(message, gregexpr("cannot be", message))), as.integer(grepl("cannot be", message)))
  }
})
