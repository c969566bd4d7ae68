# A formula on a row source: terms and factor levels are fixed once, so that every block makes the same columns.

# blocks(block): list(x, y, weights, offset, at, total); intercept; kept: what a later predict() needs.
stream_design <- function(matched, peeked, family, contrasts, xlev, envir) {
  first <- peeked$first
  if (is.null(first)) abort_input("`data` has no rows.", "It needs at least one.")
  if (!is.data.frame(first)) abort_input("`data` hands out {describe(first)}.", "With a formula it must hand out data frames.")
  frame <- block_frame(matched, first, envir)
  terms <- attr(frame, "terms")
  check_row_wise(terms)
  coded <- names(Filter(function(variable) is.factor(variable) || is.character(variable), frame[-1]))
  if (family == "binomial" && is.factor(frame[[1]])) coded <- c(names(frame)[1], coded)
  levels <- check_xlev(xlev, coded)
  missing <- setdiff(coded, names(levels))
  if (length(missing)) levels <- c(levels, find_levels(matched, peeked$source, missing, envir))
  levels <- if (length(coded)) levels[coded]
  frame <- block_frame(matched, first, envir, levels)
  design <- model_design(frame, contrasts)
  kept <- design$kept[setdiff(names(design$kept), "na.action")]
  of_terms <- levels[setdiff(coded, names(frame)[1])]
  if (length(of_terms)) kept$xlevels <- lapply(of_terms, as.character)
  kept$terms <- structure(terms, .Environment = NULL) # which know text from factors
  blocks <- function(block) {
    if (!is.data.frame(block)) abort_input("A block is {describe(block)}, the first was a data frame.", "All blocks must be alike.")
    block_numbers(block_frame(matched, block, envir, levels), contrasts, nrow(block), family)
  }
  list(blocks = blocks, width = ncol(design$x), intercept = design$intercept, kept = kept)
}

# As eval_model_frame(), with this block for data and these levels.
block_frame <- function(matched, block, envir, levels = NULL) {
  wanted <- match(c("formula", "subset", "weights", "na.action", "offset"), names(matched), 0L)
  call <- matched[c(1L, wanted)]
  call[[1L]] <- quote(stats::model.frame)
  call$data <- block
  call$drop.unused.levels <- is.null(levels)
  if (length(levels)) {
    check_levels(levels, block)
    call$xlev <- lapply(levels, as.character)
  }
  or_input_error(eval(call, envir), "The formula call cannot be evaluated")
}

block_numbers <- function(frame, contrasts, total, family = "gaussian") {
  design <- model_design(frame, contrasts)
  x <- check_x(design$x, advice = formula_advice)
  weights <- block_weights(stats::model.weights(frame), nrow(x))
  response <- check_response(design$y, nrow(x), family, weights, success = 1L, whole = FALSE)
  dropped <- attr(frame, "na.action")
  list(
    x = x, y = response$y, weights = response$weights, classnames = response$classnames,
    offset = check_offset(stats::model.offset(frame), nrow(x)),
    at = if (length(dropped)) setdiff(seq_len(total), dropped), total = total
  )
}

# poly(), scale() and the like remember something of all rows, which no block knows.
check_row_wise <- function(terms) {
  remembering <- !mapply(identical, as.list(attr(terms, "predvars")), as.list(attr(terms, "variables")))
  if (any(remembering)) {
    term <- deparse(as.list(attr(terms, "variables"))[remembering][[1]])[1]
    abort_input("`formula` has {term}, which depends on all rows at once.", "From a row source each row must be computed by itself.")
  }
}

check_xlev <- function(xlev, coded) {
  if (is.null(xlev)) return(list())
  if (!is.list(xlev) || is.null(names(xlev))) {
    abort_input("`xlev` is {describe(xlev)}.", "It must be a list of levels, named by variables.")
  }
  unknown <- setdiff(names(xlev), coded)
  if (length(unknown)) abort_input("`xlev` names {first_words(unknown)}, which {qty(unknown)}{?is/are} no factor{?s} of the formula.")
  xlev
}

# The levels that occur, by a pass of their own: those of factors in their order, those of text sorted.
find_levels <- function(matched, rows, variables, envir) {
  if (!rows$rewindable) {
    abort_input("`data` can be read once, and a pass must find the levels of {first_words(variables)}.", "Give them as `xlev`.")
  }
  seen <- ordered <- stats::setNames(vector("list", length(variables)), variables)
  for_each_row_block(rows, function(block) {
    frame <- block_frame(matched, block, envir)
    for (name in variables) {
      value <- frame[[name]]
      if (is.factor(value)) ordered[[name]] <<- union(ordered[[name]], levels(value))
      seen[[name]] <<- union(seen[[name]], as.character(unique(value)))
    }
  })
  lapply(stats::setNames(nm = variables), function(name) {
    if (is.null(ordered[[name]])) sort(seen[[name]]) else intersect(ordered[[name]], seen[[name]])
  })
}
