# Moments that a database computes: rows_sql(pushdown = TRUE). Means come first, then sums of products around them, so
# that columns of huge means lose nothing; what rounding has left of the means is taken off by the sums of the
# deviations themselves (Chan, Golub and LeVeque 1983). All is plain SQL: SUM, COUNT, CASE, CAST, LOG10 and %.
#
# A plan is what the queries say of each row: columns, SQL of the columns of x, named; y; weight and offset, or NULL;
# inputs, the table's columns that they are made of, the `numbers` first ones holding numbers; drops, whether rows with
# a NULL in these are left out, as a formula does, or are an error.

gather_by_sql <- function(source, design, settings, folds = 1) {
  check_pushdown(source, settings, folds)
  sql <- source$sql
  plan <- if (identical(design$recipe$make, "blocks_of_frames")) formula_plan(sql, design) else number_plan(sql)
  if (length(plan$columns) > most_pushed) {
    count <- length(plan$columns)
    abort_pushdown(sprintf("the model has %d columns: databases have limits near %d", count, most_pushed))
  }
  rows <- rows_of_plan(sql, plan, folds, settings$seed)
  check_by_sql(sql, plan, if (folds > 1) sql$key)
  known <- means_by_sql(sql, rows, length(plan$columns) + 1)
  labels <- names(plan$columns)
  list(
    names = if (are_unique_names(labels)) labels, labels = labels, width = length(plan$columns),
    used = known$used, weight = known$weight, loglik = if (is.null(plan$weight)) 0 else known$loglik,
    offset = !is.null(plan$offset), moments = products_by_sql(sql, rows, known$mean, folds)
  )
}

check_pushdown <- function(source, settings, folds) {
  if (folds > 1 && is.null(source$sql$key)) {
    abort_input(
      "`pushdown` is TRUE, and the source has no `key`, by which folds are drawn.",
      "Name a column of whole numbers that tells rows apart."
    )
  }
  if (!is.null(settings$checkpoint)) abort_pushdown("`checkpoint` is given: the database has no state to save")
}

# Where only rows themselves would do.
abort_pushdown <- function(why) {
  abort_input("`pushdown` is TRUE, and {why}.", "Without it rows are fetched.")
}

# ---- what is asked of each row -----------------------------------------------------------

number_plan <- function(sql) {
  first <- sql$first()
  roles <- sql$roles
  block <- with_roles(as_rows(first), roles$y, roles$weights, roles$offset, sql$key)$open()$read()
  if (is.data.frame(block)) number_blocks(block) # an error: it has no response
  labels <- setdiff(names(first), c(unlist(roles), sql$key))
  of <- function(name) {
    quoted <- sql$dialect$name(name)
    double_sql(if (is.logical(first[[name]])) sprintf("CAST(%s AS INTEGER)", quoted) else quoted)
  }
  of_role <- lapply(roles, function(name) if (!is.null(name)) of(name))
  inputs <- c(labels, unlist(roles, use.names = FALSE))
  check_inputs(sql, inputs, character())
  list(
    columns = vapply(stats::setNames(nm = labels), of, ""), y = of_role$y, weight = of_role$weights,
    offset = of_role$offset, inputs = inputs, numbers = length(inputs), drops = FALSE
  )
}

formula_plan <- function(sql, design) {
  matched <- design$recipe$arguments$matched
  kept <- design$recipe$arguments$kept
  if (!is.null(matched$subset)) abort_pushdown("`subset` is given: write it into the query, as WHERE")
  if (length(attr(kept$terms, "term.labels")) == 0) abort_input("The formula has no terms.", "It needs at least one.")
  check_omits(matched, design$recipe$arguments$envir)
  variables <- formula_variables(c(unclass(kept), list(call = quote(sgdlasso()))))
  of <- function(call) number_sql(call, deparse1(call), sql$dialect)
  offsets <- c(lapply(variables[attr(kept$terms, "offset")], function(v) v$call[[2]]), matched$offset)
  columns <- lapply(formula_terms(kept$terms, variables), columns_of_term, sql$dialect)
  removed <- variables[is_removed(kept$terms)] # rows without their values do not count
  counts <- variables[!is_removed(kept$terms)]
  coded <- vapply(counts, function(v) !is.null(v$levels), NA)
  named <- function(calls) as.character(unlist(lapply(calls, all.vars)))
  numbers <- unique(c(named(lapply(counts[!coded], `[[`, "call")), named(list(matched$weights)), named(offsets)))
  inputs <- unique(c(numbers, named(lapply(c(counts[coded], removed), `[[`, "call"))))
  check_inputs(sql, inputs, numbers)
  check_plain_calls(c(lapply(variables, `[[`, "call"), matched$weights, offsets), environment(matched$formula))
  list(
    columns = stats::setNames(as.character(unlist(columns)), design$labels), y = of(variables[[1]]$call),
    weight = if (!is.null(matched$weights)) of(matched$weights),
    offset = if (length(offsets)) sum_sql(vapply(offsets, of, "")), inputs = inputs, numbers = length(numbers),
    drops = TRUE
  )
}

# Rows with missing values are left out by WHERE, and by nothing else.
check_omits <- function(matched, envir) {
  action <- if ("na.action" %in% names(matched)) eval(matched$na.action, envir) else getOption("na.action")
  omitting <- list("na.omit", "na.exclude", stats::na.omit, stats::na.exclude)
  if (!any(vapply(omitting, identical, NA, action))) abort_pushdown("`na.action` is not na.omit")
}

# Names are columns of the query, to the letter: databases may not tell upper from lower case.
check_inputs <- function(sql, inputs, numbers) {
  first <- sql$first()
  absent <- setdiff(inputs, names(first))
  if (length(absent)) abort_pushdown(sprintf("the query has no column %s", absent[1]))
  alike <- inputs[tolower(inputs) %in% tolower(names(first)[duplicated(tolower(names(first)))])]
  if (length(alike)) abort_pushdown(sprintf("more columns than one are called %s", alike[1]))
  other <- Filter(function(name) is.object(first[[name]]) && !is_integer64(first[[name]]), numbers)
  if (length(other)) abort_pushdown(sprintf("%s is a %s", other[1], class(first[[other[1]]])[1]))
}

# What is translated is R's own functions, not others of the same name.
check_plain_calls <- function(calls, envir) {
  functions <- setdiff(unlist(lapply(calls, all.names)), unlist(lapply(calls, all.vars)))
  for (name in functions) {
    found <- get0(name, envir %||% globalenv(), mode = "function")
    own <- get0(name, asNamespace("stats"), mode = "function")
    if (!identical(found, own)) abort_pushdown(sprintf("%s() is a function of yours", name))
  }
}

# Those of the design that a term makes, each by itself.
columns_of_term <- function(term, dialect) {
  width <- prod(vapply(term$variables, function(v) v$width, 0))
  vapply(seq_len(width), function(k) term_sql(term, as.numeric(seq_len(width) == k), dialect), "")
}

# The query that hands out w, fold, c1, c2, ... of the rows that count, the last being the response less its offset.
rows_of_plan <- function(sql, plan, folds, seed) {
  target <- if (is.null(plan$offset)) plan$y else sprintf("(%s - %s)", plan$y, plan$offset)
  columns <- c(plan$columns, target)
  selected <- c(
    sprintf("%s AS w", plan$weight %||% "1.0"), sprintf("%s AS fold", fold_sql(sql, folds, seed)),
    sprintf("%s AS c%d", columns, seq_along(columns))
  )
  where <- c(complete_sql(sql, plan), if (!is.null(plan$weight)) paste(plan$weight, "> 0.0"))
  selected <- paste(selected, collapse = ", ")
  sprintf("SELECT %s FROM (%s) q WHERE %s", selected, sql$query(), paste(where, collapse = " AND "))
}

complete_sql <- function(sql, plan) all_sql(paste(sql$dialect$name(plan$inputs), "IS NOT NULL"))

# From 1, by arithmetic on the key that no product of which leaves 63 bits: a linear step, then a square.
fold_sql <- function(sql, folds, seed) {
  if (folds == 1) return("1")
  prime <- "2147483647"
  key <- sprintf("(CAST(%s AS BIGINT) %% %s)", sql$dialect$name(sql$key), prime)
  linear <- sprintf("((%s * 48271 + %.0f) %% %s)", key, seed %% 2147483647, prime)
  sprintf("(ABS((%1$s * %1$s + 7 * %1$s) %% %2$s) %% 1000003 %% %3$d + 1)", linear, prime, as.integer(folds))
}

# ---- queries -------------------------------------------------------------------------------

# Databases have limits on the columns of a result and of what it is made of (PostgreSQL 1,664, SQLite 2,000).
most_at_once <- 400
most_pushed <- 1500

# A data frame of numbers: these expressions over `from`, in as many queries as it takes.
select_sql <- function(sql, expressions, from, by = NULL) {
  parts <- split(expressions, (seq_along(expressions) - 1) %/% most_at_once)
  found <- lapply(unname(parts), function(part) {
    named <- sprintf("%s AS v%d", part, seq_along(part))
    selected <- paste(c(by, named), collapse = ", ")
    grouped <- if (!is.null(by)) sprintf(" GROUP BY %1$s ORDER BY %1$s", by) else ""
    text <- sprintf("SELECT %s FROM (%s) r%s", selected, from, grouped)
    answer <- or_input_error(DBI::dbGetQuery(sql$con, text), "`query` fails")
    lapply(answer, as.numeric)
  })
  keys <- if (!is.null(by)) found[[1]][[1]]
  list(keys = keys, values = do.call(cbind, lapply(found, function(part) {
    do.call(cbind, if (is.null(by)) part else part[-1])
  })))
}

# What rows that are fetched would be refused for.
check_by_sql <- function(sql, plan, key) {
  count <- function(condition) sprintf("SUM(CASE WHEN %s THEN 1.0 ELSE 0.0 END)", condition)
  quoted <- sql$dialect$name(plan$inputs)
  complete <- complete_sql(sql, plan)
  is_text <- methods::is(sql$con, "SQLiteConnection") # which keeps text among numbers, and takes it for 0
  texts <- if (is_text) sprintf("typeof(%s) IN ('text', 'blob')", quoted[seq_len(plan$numbers)])
  made <- c(plan$columns, y = plan$y, weights = plan$weight, offset = plan$offset)
  conditions <- c(
    if (!plan$drops) paste(quoted, "IS NULL"), texts, sprintf("%s AND (%s) IS NULL", complete, made),
    if (!is.null(plan$weight)) paste(plan$weight, "< 0.0"),
    if (!is.null(key)) paste(sql$dialect$name(key), "IS NULL"),
    if (is_text && !is.null(key)) sprintf("typeof(%s) <> 'integer'", sql$dialect$name(key))
  )
  found <- as.numeric(select_sql(sql, vapply(conditions, count, ""), sql$query())$values)
  what <- c(
    if (!plan$drops) paste("missing values in", plan$inputs),
    if (is_text) paste("text among the numbers of", plan$inputs[seq_len(plan$numbers)]),
    paste("no value of", names(made)), if (!is.null(plan$weight)) "negative weights",
    if (!is.null(key)) "a missing `key`", if (is_text && !is.null(key)) "a `key` that is no whole number"
  )
  bad <- which(found > 0)
  if (length(bad) == 0) return(invisible())
  abort_input("The query has {what[bad[1]]}, in {found[bad[1]]} row{?s}.", "Leave them out in the query, or mend them.")
}

means_by_sql <- function(sql, rows, width) {
  means <- sprintf("SUM(w * c%1$d) / SUM(w)", seq_len(width))
  found <- as.numeric(select_sql(sql, c("COUNT(*)", "SUM(w)", "SUM(LOG10(w))", means), rows)$values)
  if (!isTRUE(found[1] > 0)) abort_input("The row source has no row of positive weight.", "It needs at least one.")
  check_finite_sums(found)
  list(used = found[1], weight = found[2], loglik = found[3] * log(10) / 2, mean = found[-(1:3)])
}

check_finite_sums <- function(found) {
  if (all(is.finite(found))) return(invisible())
  abort_input("The sums of the query's rows are not finite.", "It must hand out finite numbers.")
}

# For each fold its weight, means and centred cross-products, as r_take_moments() gives them.
products_by_sql <- function(sql, rows, mean, folds) {
  m <- length(mean)
  off <- sprintf("(c%d - (%s)) AS a%d", seq_len(m), literal_sql(mean), seq_len(m))
  from <- sprintf("SELECT w, fold, %s FROM (%s) c", paste(off, collapse = ", "), rows)
  first <- rep(seq_len(m), m:1)
  second <- unlist(lapply(seq_len(m), function(i) i:m))
  sums <- c("SUM(w)", sprintf("SUM(w * a%d)", seq_len(m)), sprintf("SUM(w * a%d * a%d)", first, second))
  found <- select_sql(sql, sums, from, by = "fold")
  check_finite_sums(found$values)
  none <- list(weight = 0, mean = numeric(m), cross = numeric(length(first)))
  lapply(seq_len(folds), function(fold) {
    at <- match(fold, found$keys)
    if (is.na(at)) return(none)
    sum <- found$values[at, ]
    shift <- sum[1 + seq_len(m)] / sum[1]
    list(
      weight = sum[[1]], mean = mean + shift, cross = sum[-seq_len(m + 1)] - sum[[1]] * shift[first] * shift[second]
    )
  })
}

# ---- levels -----------------------------------------------------------------------------------

# Of these coded variables of a frame, the first block's: those of rows without missing values, in the order of
# factor(), or as they are declared.
levels_by_sql <- function(sql, frame, variables, matched) {
  if (length(variables) == 0) return(list())
  calls <- as.list(attr(attr(frame, "terms"), "variables"))[-1]
  needed <- unique(unlist(lapply(c(calls, list(matched$weights, matched$offset)), all.vars)))
  check_inputs(sql, needed, character())
  check_plain_calls(calls, environment(matched$formula))
  where <- all_sql(paste(sql$dialect$name(needed), "IS NOT NULL"))
  rows <- select_sql(sql, "COUNT(*)", sprintf("SELECT 1 FROM (%s) q WHERE %s", sql$query(), where))$values[1]
  if (rows == 0) abort_input("`data` has no row without missing values.", "It needs at least one.")
  lapply(stats::setNames(nm = variables), function(name) {
    call <- calls[[match(name, names(frame))]]
    if (is.call(call) && length(call) == 2 && deparse1(call[[1]]) %in% c("factor", "as.factor")) call <- call[[2]]
    if (!is.name(call) || !is_coded(sql$first()[[as.character(call)]])) {
      abort_pushdown(sprintf("the formula has %s, whose levels R computes", name))
    }
    column <- sql$dialect$name(as.character(call))
    query <- sprintf("SELECT DISTINCT %s AS v FROM (%s) q WHERE %s", column, sql$query(), where)
    found <- as.character(or_input_error(DBI::dbGetQuery(sql$con, query), "`query` fails")$v)
    check_level_count(length(found), rows, name)
    declared <- levels(frame[[name]])
    if (is.factor(sql$first()[[as.character(call)]])) intersect(declared, found) else levels(factor(found))
  })
}
