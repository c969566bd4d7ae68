#' Write a model as an SQL expression
#'
#' Scores rows where they are: the expression is evaluated by the database, for each row of a table whose columns are
#' the variables of the model, and gives the numbers of `predict()`. Use it to score a table too large to fetch, in a
#' view, or where there is no R.
#'
#' @param object A fit by [sgdlasso()] or a cross-validation by `cv.sgdlasso()`.
#' @param s The lambda to score at, one number of 0 or more; for a cross-validation also the name of one, default
#'   `"lambda.1se"`. `NULL` (default for fits): the fit's lambda, if it has only one.
#' @param type `"response"` (default), the mean (binomial: the probability of the second class; poisson: the expected
#'   count); `"link"`, the linear predictor.
#' @param con A connection of the DBI package, whose rules for quoting names and strings are used. `NULL` (default):
#'   those of the standard, `DBI::ANSI()`. Nothing is sent to the database. For SQLite do give the connection: SQLite
#'   takes a name in the standard's double quotes that is no column for a string, and scores it as 0.
#' @param gamma For fits with `relax = TRUE`, as in [predict.sgdlasso()] (default 1, the lasso) and
#'   [predict.cv.sgdlasso()].
#' @param ... For the method of cross-validations: `type`, `con` and `gamma`. An argument that is not known is an error.
#' @return One character string, an expression of type double precision for `SELECT`, `WHERE`, `CREATE VIEW` and so on.
#'   It names only columns with nonzero coefficients.
#'
#' @section What the database must have:
#' PostgreSQL from version 12 and SQLite are supported. Columns of numbers may be integers, numerics or doubles: each is
#' cast to double precision. Logical variables of a formula are columns of booleans or of 0 and 1 (logical columns of a
#' matrix or data frame: of 0 and 1 only), factors and characters are columns of text. The functions `EXP`,
#' `LOG10`, `POWER`, `SQRT` and `ABS` are used where they are needed, `EXP` for every response that is not gaussian.
#' RSQLite has them by default, but not with `loadable.extensions = FALSE`; other builds of SQLite have them if compiled
#' with `SQLITE_ENABLE_MATH_FUNCTIONS`. SQLite takes text that is not a number for 0.
#'
#' @section What is translated:
#' * Matrix fits: columns have the names of the columns of x. If x had no names, columns are called `V1`, `V2`, ... in
#'   the order of x, as in `as.data.frame(x)`. Names that are empty or occur twice are an error.
#' * Formula fits: numeric, logical, factor and character variables, `factor(v)` and `as.factor(v)`, with any contrasts;
#'   interactions of all these; and of numeric variables `+ - * /`, parentheses, `I()`, `log()` (with a constant base
#'   too), `log10()`, `log2()`, `exp()`, `sqrt()`, `abs()`, powers with a constant exponent (`I(v^2)`) or a positive
#'   constant base (`I(2^v)`), and `offset()` of these. Every name in the formula is taken for a column. Other
#'   functions, such as `poly()`, are an error if their term has a nonzero coefficient.
#'
#' @section Where predictions are missing:
#' A `NULL` in a column that is used gives `NULL`, as `predict()` gives `NA`. So does what `predict()` refuses: a level
#' that training did not see, and a logarithm of 0 or a division by 0. Logarithms and roots of negative numbers are
#' `NULL` too. A column without a nonzero coefficient is not looked at.
#'
#' @section Accuracy:
#' Coefficients are written to the last bit, and results agree with `predict()` to about 1e-12 of the sizes that are
#' added up. Exponentials below `exp(-700)`, 1e-304, are 0: PostgreSQL and SQLite raise an error there. For the same
#' reason a probability is 0 or 1 where the linear predictor is beyond -700 or 700. An expected count above 1.8e308, or
#' a product or power too large for a double (in PostgreSQL and in SQLite's `POWER` also one too small), is an error of
#' the database, which ends the query.
#'
#' @section Errors: Of class `sgdlasso_error_input`: more than one lambda; a term that is not translated, which is
#'   named; an offset from outside the formula, which no column holds; DBI not installed.
#' @seealso [predict.sgdlasso()]
#' @examplesIf requireNamespace("DBI", quietly = TRUE) && requireNamespace("RSQLite", quietly = TRUE)
#' fit <- sgdlasso(murder_rate ~ log(population) + low_income, data = murder_rates, lambda = 1)
#' as_sql(fit)
#'
#' con <- DBI::dbConnect(RSQLite::SQLite(), ":memory:")
#' DBI::dbWriteTable(con, "cities", murder_rates)
#' DBI::dbGetQuery(con, paste("SELECT", as_sql(fit, con = con), "AS predicted FROM cities LIMIT 3"))
#' predict(fit, newdata = head(murder_rates, 3))
#' DBI::dbDisconnect(con)
#' @export
as_sql <- function(object, ...) UseMethod("as_sql")

#' @rdname as_sql
#' @export
as_sql.sgdlasso <- function(object, s = NULL, type = c("response", "link"), con = NULL, gamma = 1, ...) {
  check_dots_empty(..., known = names(formals(as_sql.sgdlasso)))
  type <- check_choice(type[1], eval(formals()$type), "type")
  at <- one_model(object, s, gamma)
  dialect <- sql_dialect(con)
  beta <- at$beta[, 1]
  terms <- or_input_error(
    if (is.null(object$terms)) matrix_sql(object, beta, dialect) else formula_sql(object, beta, dialect),
    "`object` cannot be translated"
  )
  eta <- sum_sql(c(double_sql(literal_sql(at$a0)), terms))
  enc2utf8(if (type == "link") eta else inverse_link_sql(eta, object$family))
}

#' @rdname as_sql
#' @export
as_sql.cv.sgdlasso <- function(object, ..., s = "lambda.1se", gamma = NULL) ask_fit(as_sql, object, s, gamma, ...)

one_model <- function(object, s, gamma) {
  if (is.null(s) && length(object$lambda) > 1) {
    abort_input("`s` is NULL, and the fit has {length(object$lambda)} lambdas.", "Give the one to score at.")
  }
  if (length(s) > 1) abort_input("`s` has {length(s)} values.", "An expression scores at one lambda.")
  coefficients_at(object, s, gamma)
}

# How names and strings are quoted.
sql_dialect <- function(con) {
  need_package("DBI", "as_sql() quotes names by it")
  if (is.null(con)) con <- DBI::ANSI()
  if (!methods::is(con, "DBIConnection") && !inherits(con, "Pool")) {
    abort_input("`con` is {describe(con)}.", "It must be a connection of the DBI package, or NULL.")
  }
  list(
    name = function(name) as.character(DBI::dbQuoteIdentifier(con, enc2utf8(name))),
    string = function(text) as.character(DBI::dbQuoteString(con, enc2utf8(text)))
  )
}

need_package <- function(package, why) {
  if (requireNamespace(package, quietly = TRUE)) return(invisible())
  abort_input("The package {package} is not installed, and {why}.", "Install it by install.packages(\"{package}\").")
}

# ---- pieces of SQL -----------------------------------------------------------

# The shortest digits that read back as the same number, never an integer and with a point in every locale.
literal_sql <- function(x) {
  text <- shortest_digits(x)
  ifelse(grepl("[.e]", text), text, paste0(text, ".0"))
}

# As few digits as tell finite numbers apart.
shortest_digits <- function(x) {
  digits <- function(count, x) gsub("[^0-9e+-]", ".", sprintf("%.*g", count, x))
  text <- digits(15L, x)
  for (count in 16:17) {
    inexact <- as.numeric(text) != x
    text[inexact] <- digits(count, x[inexact])
  }
  text
}

double_sql <- function(sql) paste0("CAST(", sql, " AS DOUBLE PRECISION)")

# Sums of sums: SQLite allows expressions 1000 deep, and a chain of n terms is n deep.
sum_sql <- function(terms) chain_sql(terms, " + ")
all_sql <- function(conditions) chain_sql(conditions, " AND ")

chain_sql <- function(terms, operator, most = 50) {
  while (length(terms) > most) {
    groups <- split(terms, (seq_along(terms) - 1) %/% most)
    terms <- vapply(groups, function(group) paste0("(", paste(group, collapse = operator), ")"), "")
  }
  paste0("(", paste(terms, collapse = operator), ")")
}

inverse_link_sql <- function(eta, family) {
  switch(family,
    gaussian = eta,
    # beyond 700 the database's EXP() would raise an error; eta / ABS(eta) is 1 or -1, and NULL for NULL
    binomial = sprintf(
      "CASE WHEN ABS(%1$s) < 700.0 THEN 1.0 / (1.0 + EXP(-%1$s)) ELSE (1.0 + %1$s / ABS(%1$s)) / 2.0 END", eta
    ),
    poisson = exp_sql(eta)
  )
}

# Databases raise an error where exp() underflows.
exp_sql <- function(sql) sprintf("CASE WHEN %1$s > -700.0 THEN EXP(%1$s) WHEN %1$s <= -700.0 THEN 0.0 END", sql)

# LOG is to base 10 in PostgreSQL and to base e in RSQLite, and LN is missing there: LOG10 means the same in all.
log_sql <- function(sql, base) {
  log10 <- sprintf("CASE WHEN %1$s > 0.0 THEN LOG10(%1$s) END", sql)
  if (base == 10) return(paste0("(", log10, ")"))
  sprintf("(%s * %s)", log10, literal_sql(1 / log10(base)))
}

# ---- matrix fits -------------------------------------------------------------

matrix_sql <- function(object, beta, dialect) {
  if (object$offset) abort_outside_offset()
  columns <- rownames(object$beta)
  if (!object$named && !identical(columns, paste0("V", seq_along(columns)))) {
    abort_input("Column names of x are empty or occur twice.", "Fit again with names that tell columns apart.")
  }
  used <- which(beta != 0)
  paste(literal_sql(beta[used]), "*", double_sql(dialect$name(columns[used])), recycle0 = TRUE)
}

abort_outside_offset <- function() {
  abort_input("The fit has an offset from outside the formula.", "Put it into the formula, as offset() of a column.")
}

# ---- formula fits ------------------------------------------------------------

formula_sql <- function(object, beta, dialect) {
  if (!is.null(object$call$offset)) abort_outside_offset()
  variables <- formula_variables(object)
  design <- formula_terms(object$terms, variables)
  width <- vapply(design, function(term) prod(vapply(term$variables, function(v) v$width, 0)), 0)
  if (sum(width) != length(beta)) {
    abort_input("`object` has {length(beta)} coefficient{?s}, its formula makes {sum(width)}.", "Fit it again.")
  }
  term_of <- rep(seq_along(design), width)
  used <- unique(term_of[beta != 0])
  sql <- vapply(used, function(k) term_sql(design[[k]], beta[term_of == k], dialect), "")
  offsets <- lapply(variables[attr(object$terms, "offset")], function(v) number_sql(v$call[[2]], v$name, dialect))
  c(sql, as.character(offsets))
}

# For each variable its name, the call that makes it (with what it remembers of the training data), its class, and for
# those that are coded their contrasts, levels x columns. The response is the first; no term has it.
formula_variables <- function(object) {
  classes <- attr(object$terms, "dataClasses")
  calls <- as.list(attr(object$terms, "predvars"))[-1]
  lapply(seq_along(calls), function(i) {
    name <- names(classes)[i]
    levels <- if (classes[[i]] == "logical") c("FALSE", "TRUE") else object$xlevels[[name]]
    contrasts <- if (!is.null(levels)) contrast_matrix(levels, object$contrasts[[name]])
    list(name = name, call = calls[[i]], class = classes[[i]], levels = levels, contrasts = contrasts)
  })
}

# A matrix is what training used. A name is looked up as model.matrix() does; NULL: the variable is coded by all its
# levels.
contrast_matrix <- function(levels, contrasts) {
  if (is.null(contrasts)) return(diag(length(levels)))
  if (!is.character(contrasts)) return(as.matrix(contrasts))
  coded <- factor(levels, levels, exclude = NULL)
  stats::contrasts(coded) <- contrasts
  stats::contrasts(coded)
}

# For each term its label and variables, these with the columns they have in that term.
formula_terms <- function(terms, variables) {
  factors <- attr(terms, "factors")
  coded <- !vapply(variables, function(v) is.null(v$levels), NA)
  # without an intercept model.matrix() codes the first factor by all its levels
  first <- if (attr(terms, "intercept") == 0L) which(factors > 0 & coded)[1] else NA
  if (!is.na(first)) factors[first] <- 2L
  lapply(seq_len(ncol(factors)), function(k) {
    inside <- which(factors[, k] > 0)
    list(label = colnames(factors)[k], variables = Map(in_term, variables[inside], factors[inside, k]))
  })
}

in_term <- function(variable, code) {
  if (!is.null(variable$levels)) {
    variable$columns <- if (code == 2L) diag(length(variable$levels)) else variable$contrasts
    variable$width <- ncol(variable$columns)
  } else {
    is_matrix <- startsWith(variable$class, "nmatrix.")
    variable$width <- if (is_matrix) as.numeric(sub("nmatrix.", "", variable$class, fixed = TRUE)) else 1
  }
  variable
}

term_sql <- function(term, beta, dialect) {
  coded <- !vapply(term$variables, function(v) is.null(v$levels), NA)
  numbers <- vapply(term$variables[!coded], function(v) {
    if (v$class != "numeric") abort_term(term$label, v$name)
    number_sql(v$call, term$label, dialect)
  }, "")
  paste(c(coded_sql(beta, term$variables[coded], term$label, dialect), numbers), collapse = " * ")
}

abort_term <- function(label, found) {
  abort_input(
    "The term {label} holds {found}, which has no translation to SQL.",
    "Make it a column of the table, and fit with that column."
  )
}

# Sum of coefficients times products of contrasts, as a CASE for each variable inside the CASE of the one before.
# There is no ELSE: NULL and levels that training did not see give NULL, not the number of the base level.
coded_sql <- function(beta, coded, label, dialect) {
  if (length(coded) == 0) return(literal_sql(beta))
  first <- coded[[1]]
  rest <- first$columns %*% matrix(beta, ncol(first$columns))
  key <- apply(rest, 1, function(row) paste(literal_sql(row), collapse = " "))
  kind <- match(key, unique(key))
  values <- vapply(which(!duplicated(kind)), function(level) coded_sql(rest[level, ], coded[-1], label, dialect), "")
  # one double makes all of them double in PostgreSQL, once, instead of a conversion for each row
  if (length(coded) == 1) values[1] <- double_sql(values[1])
  tests <- vapply(split(first$levels, kind), function(levels) level_sql(first, levels, label, dialect), "")
  paste0("CASE ", paste("WHEN", tests, "THEN", values, collapse = " "), " END")
}

level_sql <- function(variable, levels, label, dialect) {
  if (anyNA(levels)) abort_term(label, paste("the level NA of", variable$name))
  call <- variable$call
  converted <- is.call(call) && length(call) == 2 && deparse(call[[1]])[1] %in% c("factor", "as.factor")
  if (converted && variable$class != "logical") call <- call[[2]]
  if (!is.name(call)) abort_term(label, variable$name)
  column <- dialect$name(as.character(call))
  logical <- variable$class == "logical"
  if (logical) column <- sprintf("CAST(%s AS INTEGER)", column) # booleans, and 0 and 1
  values <- if (logical) as.character(as.integer(levels == "TRUE")) else dialect$string(levels)
  if (length(values) == 1) paste(column, "=", values) else paste0(column, " IN (", paste(values, collapse = ", "), ")")
}

# ---- numeric expressions -----------------------------------------------------

# SQL of each function and its number of arguments. To add one: a row here, and in test-as_sql.R.
sql_of_calls <- list(
  "( 1" = function(a) a,
  "I 1" = function(a) a,
  "+ 1" = function(a) a,
  "- 1" = function(a) sprintf("(-%s)", a),
  "+ 2" = function(a, b) sprintf("(%s + %s)", a, b),
  "- 2" = function(a, b) sprintf("(%s - %s)", a, b),
  "* 2" = function(a, b) sprintf("(%s * %s)", a, b),
  "/ 2" = function(a, b) sprintf("(%s / NULLIF(%s, 0.0))", a, b),
  "abs 1" = function(a) sprintf("ABS(%s)", a),
  "sqrt 1" = function(a) sprintf("(CASE WHEN %1$s >= 0.0 THEN SQRT(%1$s) END)", a),
  "exp 1" = function(a) sprintf("(%s)", exp_sql(a)),
  "log 1" = function(a) log_sql(a, exp(1)),
  "log2 1" = function(a) log_sql(a, 2),
  "log10 1" = function(a) log_sql(a, 10)
)

number_sql <- function(expr, label, dialect) {
  if (is.name(expr)) return(double_sql(dialect$name(as.character(expr))))
  value <- constant_value(expr)
  if (!is.null(value)) return(literal_sql(value))
  if (!is.call(expr) || !is.name(expr[[1]])) abort_term(label, deparse(expr)[1])
  key <- paste(expr[[1]], length(expr) - 1)
  named <- !is.null(names(expr)) && !identical(names(expr), c("", "", "base"))
  if (named || !key %in% c(names(sql_of_calls), "^ 2", "log 2")) abort_term(label, deparse(expr)[1])
  if (key == "^ 2") return(power_sql(expr, label, dialect))
  if (key == "log 2") return(log_base_sql(expr, label, dialect))
  do.call(sql_of_calls[[key]], lapply(unname(as.list(expr)[-1]), number_sql, label, dialect))
}

# The value of an expression without variables, NULL for others.
constant_value <- function(expr) {
  known <- c(sub(" .*", "", names(sql_of_calls)), "^")
  if (length(all.vars(expr)) || !all(all.names(expr) %in% known)) return(NULL)
  value <- eval(expr, baseenv())
  if (is_number(value) && is.finite(value)) as.numeric(value)
}

log_base_sql <- function(expr, label, dialect) {
  base <- constant_value(expr[[3]])
  if (is.null(base) || base <= 0 || base == 1) abort_term(label, deparse(expr)[1])
  log_sql(number_sql(expr[[2]], label, dialect), base)
}

# Of bases that may be negative only whole powers exist, and of 0 no negative ones.
power_sql <- function(expr, label, dialect) {
  base <- constant_value(expr[[2]])
  exponent <- constant_value(expr[[3]])
  if (is.null(exponent) && (is.null(base) || base <= 0)) abort_term(label, deparse(expr)[1])
  operands <- vapply(as.list(expr)[2:3], number_sql, "", label, dialect)
  if (is.null(exponent)) return(sprintf("POWER(%s, %s)", operands[1], operands[2]))
  if (exponent < 0) operands[1] <- sprintf("NULLIF(%s, 0.0)", operands[1])
  power <- sprintf("POWER(%s, %s)", operands[1], operands[2])
  if (exponent == round(exponent)) power else sprintf("(CASE WHEN %s >= 0.0 THEN %s END)", operands[1], power)
}
