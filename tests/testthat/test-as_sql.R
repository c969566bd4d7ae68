expect_input_error <- function(code, message) expect_error(code, message, class = "sgdlasso_error_input")
databases <- c("SQLite", "PostgreSQL")

local_database <- function(database, env = parent.frame()) {
  skip_if_not_installed("DBI")
  skip_if_not_installed("withr")
  if (database == "PostgreSQL") return(local_postgres(env))
  skip_if_not_installed("RSQLite")
  con <- DBI::dbConnect(RSQLite::SQLite(), ":memory:")
  withr::defer(DBI::dbDisconnect(con), envir = env)
  con
}

# The expression's value for each row of data, in their order.
scores <- function(con, data, sql) {
  data[] <- lapply(data, function(column) if (is.factor(column)) as.character(column) else column)
  data$row_number <- seq_len(nrow(data))
  DBI::dbWriteTable(con, "new rows", data, overwrite = TRUE)
  as.numeric(DBI::dbGetQuery(con, paste("SELECT", sql, "AS score FROM \"new rows\" ORDER BY row_number"))$score)
}

# The worst error relative to the prediction, with missing values in the same rows; Inf where they are not. Linear
# predictors are sums that may cancel: errors are relative to the intercept too, one of their terms.
sql_error <- function(con, fit, data, newdata = data, s = NULL, type = "link", ...) {
  expected <- predict(fit, newdata, s = s, type = type, ...)[, 1]
  got <- scores(con, data, as_sql(fit, s = s, type = type, con = con, ...))
  if (!identical(unname(is.na(expected)), is.na(got))) return(Inf)
  size <- abs(expected) + if (type == "link") abs(coef(fit, s = s, ...)[1, 1]) else 1e-280
  max(abs(got - expected) / size, na.rm = TRUE)
}
accuracy_of_sql <- 1e-12

odd_names <- c("a b", "quote\"and'tick`", "\u00fcber", "UPPER", "select", "from", "x.y", "1st", "100%", "back\\slash")

odd_rows <- function() {
  set.seed(1)
  x <- matrix(rnorm(400), 40, dimnames = list(NULL, odd_names))
  list(x = x, y = rowSums(x) + rnorm(40))
}

mixed_rows <- function(n = 60) {
  set.seed(2)
  data.frame(
    y = rnorm(n), income = rexp(n) + 0.1, age = sample(20:70, n, TRUE), member = rnorm(n) > 0,
    city = factor(sample(c("K\u00f6ln", "L'Aquila", "Rome \\ \"Roma\""), n, TRUE)),
    size = sample(c("S", "M", "L"), n, TRUE), rooms = sample(2:4, n, TRUE)
  )
}

for (database in databases) {
  test_that(paste(database, "scores a matrix fit with odd column names as predict() does"), {
    con <- local_database(database)
    d <- odd_rows()
    fit <- sgdlasso(d$x, d$y, lambda = c(0.3, 0.01))
    expect_true(all(fit$beta[, 2] != 0))
    data <- as.data.frame(d$x)
    expect_lt(sql_error(con, fit, data, d$x, s = 0.01), accuracy_of_sql)
    expect_lt(sql_error(con, fit, data, d$x, s = 0.123), accuracy_of_sql)
    unnamed <- sgdlasso(unname(d$x), d$y, lambda = 0.1)
    expect_lt(sql_error(con, unnamed, as.data.frame(unname(d$x)), d$x), accuracy_of_sql)
    relaxed <- sgdlasso(d$x, d$y, lambda = c(0.5, 0.3), relax = TRUE)
    expect_lt(sql_error(con, relaxed, data, d$x, s = 0.4, gamma = 0.3), accuracy_of_sql)
    none <- sgdlasso(d$x, d$y, lambda = 100)
    expect_lt(sql_error(con, none, data, d$x), accuracy_of_sql)
  })

  test_that(paste(database, "scores factors, logicals, interactions and contrasts as predict() does"), {
    con <- local_database(database)
    d <- mixed_rows()
    formulas <- list(
      y ~ ., y ~ city * income, y ~ city * size * member, y ~ city:age + size, y ~ city - 1,
      y ~ age + member - 1 + city, y ~ factor(rooms) * age + as.factor(city), y ~ member:size - 1,
      y ~ income:age + age:member, y ~ (city + size + age)^3
    )
    for (form in formulas) {
      fit <- sgdlasso(form, d, lambda = 1e-3)
      expect_lt(sql_error(con, fit, d), accuracy_of_sql)
    }
    halves <- matrix(c(1, 0, -1, 0.1, 0.2, -0.3), 3)
    one_column <- matrix(c(1, 2, -3), 3)
    codings <- list(
      list(city = "contr.sum", size = "contr.poly"), list(city = halves, size = one_column), list(city = contr.helmert)
    )
    for (contrasts in codings) {
      fit <- sgdlasso(y ~ city * size + member, d, contrasts = contrasts, lambda = 1e-3)
      expect_lt(sql_error(con, fit, d), accuracy_of_sql)
    }
    d$size <- ordered(d$size, c("S", "M", "L"))
    expect_lt(sql_error(con, sgdlasso(y ~ size * age, d, lambda = 1e-3), d), accuracy_of_sql)
  })

  test_that(paste(database, "scores variables with odd names in a formula as predict() does"), {
    con <- local_database(database)
    d <- cbind(as.data.frame(odd_rows()$x), mixed_rows(40)[c("y", "city", "member")])
    names(d)[names(d) == "city"] <- "my city"
    expect_lt(sql_error(con, sgdlasso(y ~ ., d, lambda = 1e-3), d), accuracy_of_sql)
    fit <- sgdlasso(y ~ `my city` * `select` + I(`100%` / `a b`) + member:`1st`, d, lambda = 1e-3)
    expect_lt(sql_error(con, fit, d), accuracy_of_sql)
  })

  test_that(paste(database, "scores functions and offsets of a formula as predict() does"), {
    con <- local_database(database)
    d <- mixed_rows()
    d$rooms <- as.integer(d$rooms)
    formulas <- list(
      y ~ log(income) + log10(income) + log2(age) + log(income, 3) + log(age, base = 0.5),
      y ~ exp(income - age) + sqrt(age) + abs(y - 1),
      y ~ I(income^2) + I(age^-2) + I(income^0.5) + I(2^rooms) + I(-(income - 3)^3),
      y ~ I((age - 40) / (rooms * 3)) + I(rooms / 2) + I(1 / 3 * +age),
      y ~ I(age - -2) * size + I(log(age) / exp(1)), y ~ income + offset(log(age)),
      y ~ city + offset(age) + offset(I(income / 7)), y ~ exp(-income * 500) + age
    )
    for (form in formulas) {
      fit <- sgdlasso(form, d, lambda = 1e-4)
      expect_true(any(fit$beta != 0))
      expect_lt(sql_error(con, fit, d), accuracy_of_sql)
    }
    expect_true(fit$beta["exp(-income * 500)", 1] != 0)
    expect_gt(max(500 * d$income), 750) # where exp() underflows
  })

  test_that(paste(database, "gives probabilities and expected counts, also far out"), {
    con <- local_database(database)
    d <- mixed_rows()
    binary <- sgdlasso(member ~ age + city * income, d, family = "binomial", lambda = 0.001)
    counts <- sgdlasso(rooms ~ age + size, d, family = "poisson", lambda = 0.001)
    for (fit in list(binary, counts)) {
      expect_lt(sql_error(con, fit, d, type = "response"), accuracy_of_sql)
      expect_lt(sql_error(con, fit, d, type = "link"), accuracy_of_sql)
    }
    slope <- sgdlasso(matrix(d$age, dimnames = list(NULL, "x")), d$rooms > 2, family = "binomial", lambda = 0.01)
    slope$a0[] <- 0
    slope$beta@x <- 1
    x <- matrix(c(-1e5, -699, -36, -1, 0, 1, 36, 699, 1e5), dimnames = list(NULL, "x"))
    expect_lt(sql_error(con, slope, as.data.frame(x), x, type = "response"), accuracy_of_sql)
    slope$family <- "poisson"
    x <- x[x < 1e5, , drop = FALSE]
    expect_lt(sql_error(con, slope, as.data.frame(x), x, type = "response"), accuracy_of_sql)
  })

  test_that(paste(database, "gives NULL for a missing value, never the base level"), {
    con <- local_database(database)
    d <- mixed_rows()
    fit <- sgdlasso(rooms ~ city * size + member * income + offset(log(age)), d, family = "poisson", lambda = 1e-4)
    expect_true(all(fit$beta != 0))
    new <- d
    for (k in 1:6) new[k, c("city", "size", "member", "income", "age", "rooms")[k]] <- NA
    expect_equal(which(is.na(predict(fit, new)[, 1])), 1:5, ignore_attr = TRUE)
    for (type in c("link", "response")) expect_lt(sql_error(con, fit, new, type = type), accuracy_of_sql)
    binary <- sgdlasso(member ~ city + income, d, family = "binomial", lambda = 1e-4)
    expect_lt(sql_error(con, binary, new, type = "response"), accuracy_of_sql)
    # at the other variable's base level too, where every coefficient is zero
    base <- data.frame(city = NA, size = "L", member = TRUE, income = 1, age = 30)
    expect_identical(scores(con, transform(base, city = NA_character_), as_sql(fit, con = con)), NA_real_)
  })

  test_that(paste(database, "gives NULL for an unknown level, and where a function has no value"), {
    con <- local_database(database)
    d <- mixed_rows()
    fit <- sgdlasso(y ~ city * size, d, lambda = 1e-4)
    new <- data.frame(city = c("Bonn", levels(d$city)[1]), size = c("S", "XXL"))
    expect_identical(scores(con, new, as_sql(fit, con = con)), c(NA_real_, NA_real_))
    fit <- sgdlasso(y ~ log(income) + I(1 / age) + sqrt(rooms) + I(income^-0.5), d, lambda = 1e-4)
    new <- data.frame(income = c(0, 1, 1, -1, 1), age = c(1, 0, 1, 1, 1), rooms = c(1, 1, -1, 1, 0))
    expect_identical(is.na(scores(con, new, as_sql(fit, con = con))), c(TRUE, TRUE, TRUE, TRUE, FALSE))
  })

  test_that(paste(database, "takes coefficients of any size, and sums of hundreds of terms"), {
    con <- local_database(database)
    set.seed(3)
    x <- matrix(rnorm(40), 20, dimnames = list(NULL, c("a", "b")))
    fit <- sgdlasso(x, rnorm(20), lambda = 1e-6)
    for (size in 10^c(-300, -20, -5, 5, 20, 300)) {
      fit$beta@x <- c(1, -1 / 3) * size
      fit$a0[] <- size * pi
      expect_lt(sql_error(con, fit, as.data.frame(x), x), accuracy_of_sql)
    }
    fit$beta@x <- c(1e300, 1e-300)
    expect_lt(sql_error(con, fit, as.data.frame(x), x), accuracy_of_sql)
    # integers, because a row of 1200 doubles is too long for PostgreSQL
    wide <- matrix(sample(-9:9, 1200 * 5, TRUE), 5, dimnames = list(NULL, paste0("x", 1:1200)))
    fit <- sgdlasso(wide, c(0, 1, 0, 1, 1), family = "binomial", alpha = 0.001, lambda = 0.01, tol = 1e-9)
    expect_gt(fit$df, 1100)
    expect_lt(sql_error(con, fit, as.data.frame(wide), wide, type = "response"), accuracy_of_sql)
  })

  test_that(paste(database, "takes integer and decimal columns for doubles"), {
    con <- local_database(database)
    d <- data.frame(y = c(1, 5, 2, 8, 3), a = c(1L, 2L, 3L, 7L, 9L))
    fit <- sgdlasso(y ~ I(a / 2) + I(a^2), d, lambda = 1e-3)
    expect_lt(sql_error(con, fit, d), accuracy_of_sql)
    DBI::dbExecute(con, "CREATE TABLE typed (a NUMERIC(20, 3), b SMALLINT)")
    DBI::dbExecute(con, "INSERT INTO typed VALUES (2147483646, 30000)")
    got <- DBI::dbGetQuery(con, paste("SELECT", as_sql(fit, con = con), "AS score FROM typed"))$score
    expect_equal(got, unname(predict(fit, data.frame(y = 0, a = 2147483646))[1, 1]), tolerance = accuracy_of_sql)
    fit <- sgdlasso(y ~ I(b * b), transform(d, b = a), lambda = 1e-3)
    got <- DBI::dbGetQuery(con, paste("SELECT", as_sql(fit, con = con), "AS score FROM typed"))$score
    expect_equal(got, unname(predict(fit, data.frame(b = 30000))[1, 1]), tolerance = accuracy_of_sql)
  })
}

test_that("only columns with nonzero coefficients are named, by the standard's quotes", {
  skip_if_not_installed("DBI")
  fit <- sgdlasso(murder_rate ~ ., murder_rates, lambda = c(8, 1))
  expect_equal(unname(which(fit$beta[, 1] != 0)), 3)
  sql <- as_sql(fit, s = 8, type = "link")
  expect_identical(class(sql), "character")
  expect_length(sql, 1)
  expect_match(sql, "\"unemployed\"", fixed = TRUE)
  expect_no_match(sql, "population|low_income")
  expect_identical(as_sql(fit, s = 8, con = DBI::ANSI()), sql)
  by_matrix <- sgdlasso(as.matrix(murder_rates[1:3]), murder_rates$murder_rate, lambda = c(8, 1))
  expect_identical(as_sql(by_matrix, s = 8, type = "link"), sql)
})

test_that("each CASE is of type double, which spares PostgreSQL a conversion for each row", {
  skip_if_not_installed("DBI")
  sql <- as_sql(sgdlasso(y ~ city * size, mixed_rows(), lambda = 1e-4))
  innermost <- regmatches(sql, gregexpr("CASE((?!CASE).)*?END", sql, perl = TRUE))[[1]]
  expect_gt(length(innermost), 3)
  expect_match(innermost, "THEN CAST(", fixed = TRUE)
})

test_that("numbers read back to the bit, and are never integers", {
  set.seed(4)
  x <- c(0, 1, -7, 1e15, 1e22, 0.1, 1 / 3, -2e-5, 5e-324, .Machine$double.xmax, rnorm(500) * 10^runif(500, -300, 300))
  expect_identical(as.numeric(literal_sql(x)), x)
  expect_match(literal_sql(x), "^-?[0-9]+([.][0-9]+)?(e[+-][0-9]+)?$")
  expect_match(literal_sql(x), "[.e]")
  expect_identical(literal_sql(c(2, 0.1)), c("2.0", "0.1"))
})

test_that("numbers have a point, and are the same, in a locale with a decimal comma", {
  skip_if_not_installed("withr")
  before <- Sys.getlocale("LC_NUMERIC")
  comma <- Filter(
    function(locale) suppressWarnings(nzchar(Sys.setlocale("LC_NUMERIC", locale))), c("de_DE.UTF-8", "fr_FR.UTF-8")
  )
  suppressWarnings(Sys.setlocale("LC_NUMERIC", before))
  skip_if(length(comma) == 0, "no locale with a decimal comma is installed")
  withr::defer(suppressWarnings(Sys.setlocale("LC_NUMERIC", before)))
  suppressWarnings(Sys.setlocale("LC_NUMERIC", comma[1]))
  expect_identical(literal_sql(c(0.1, 1 / 3)), c("0.1", "0.3333333333333333"))
})

test_that("one lambda is scored, and it must be told which", {
  skip_if_not_installed("DBI")
  fit <- sgdlasso(murder_rate ~ ., murder_rates, lambda = c(5, 1))
  expect_input_error(as_sql(fit), "`s` is NULL, and the fit has 2 lambdas")
  expect_input_error(as_sql(fit, s = c(5, 1)), "`s` has 2 values")
  expect_input_error(as_sql(fit, s = 1, type = "class"), "`type` is \"class\"")
  expect_input_error(as_sql(fit, s = 1, typ = "link", connection = 1), "no argument `connection`")
  expect_input_error(as_sql(fit, s = 1, con = "db"), "`con` is db")
  expect_warning(as_sql(fit, s = 9), class = "sgdlasso_warning_s")
})

test_that("a term without a translation is an error that names it, if it has a coefficient", {
  skip_if_not_installed("DBI")
  d <- mixed_rows()
  terms <- c(
    "poly(age, 2)", "sin(age)", "cut(age, 3)", "scale(age)", "I(age > 40)", "I(income^rooms)", "pmin(age, 40)",
    "I(stats::rnorm(60))", "log(income, rooms)", "as.numeric(city)", "factor(size, c(\"S\", \"M\", \"L\"))",
    "log(x = age)", "I((age - 90)^rooms)"
  )
  for (term in terms) {
    fit <- sgdlasso(stats::reformulate(c("income", term), "y"), d, lambda = 1e-4)
    message <- tryCatch(as_sql(fit), sgdlasso_error_input = conditionMessage)
    expect_match(message, paste("The term", term, "holds"), fixed = TRUE)
    fit$beta[-1, ] <- 0
    expect_match(as_sql(fit), "income")
  }
  expect_input_error(
    as_sql(sgdlasso(y ~ income + offset(sin(age)), d, lambda = 1e-4)), "offset\\(sin\\(age\\)\\) holds sin\\(age\\)"
  )
})

test_that("a factor with a level for missing values is an error", {
  skip_if_not_installed("DBI")
  d <- data.frame(y = 1:6, g = addNA(c("a", "b", NA, "a", "b", NA)))
  expect_input_error(as_sql(sgdlasso(y ~ g, d, lambda = 0.01)), "The term g holds the level NA of g")
})

test_that("an offset from outside the formula, and names that tell nothing apart, are errors", {
  skip_if_not_installed("DBI")
  d <- mixed_rows()
  x <- cbind(a = d$age, b = d$income)
  expect_input_error(as_sql(sgdlasso(y ~ income, d, offset = age, lambda = 0.1)), "offset from outside the formula")
  expect_input_error(as_sql(sgdlasso(x, d$y, offset = d$age, lambda = 0.1)), "offset from outside the formula")
  expect_input_error(as_sql(sgdlasso(`colnames<-`(x, c("a", "a")), d$y, lambda = 0.1)), "empty or occur twice")
})

test_that("a package that is not installed is an error that names it", {
  expect_input_error(need_package("noSuchPackage", "it is needed"), "noSuchPackage is not installed, and it is needed")
})

test_that("the private server is gone when the test that asked for it ends", {
  skip_if_not_installed("withr")
  folder <- local({
    con <- local_postgres()
    expect_identical(DBI::dbGetQuery(con, "SHOW listen_addresses")[[1]], "")
    DBI::dbGetQuery(con, "SHOW data_directory")[[1]]
  })
  expect_false(dir.exists(dirname(folder)))
})
