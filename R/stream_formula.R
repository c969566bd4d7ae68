# A formula on a row source: terms and factor levels are fixed once, so that every block makes the same columns.

# coding: list(contrasts, xlev), as the user gave them. The design: blocks(block), list(x, y, weights, offset, at,
# total); width; intercept; kept, what a later predict() needs; levels, what the pass that found levels left, for
# checkpoints.
stream_design <- function(matched, peeked, settings, coding, envir) {
  first <- peeked$first
  if (is.null(first)) abort_input("`data` has no rows.", "It needs at least one.")
  if (!is.data.frame(first)) {
    abort_input("`data` hands out {describe(first)}.", "With a formula it must hand out data frames.")
  }
  call <- matched
  attributes(call$formula) <- NULL
  frame <- block_frame(matched, first, envir)
  matched$formula <- terms <- attr(frame, "terms") # from now on `.` is what the first block has
  check_row_wise(matched, peeked, envir)
  check_first_response(stats::model.response(frame), settings$family)
  coded <- level_variables(frame)
  given <- check_xlev(coding$xlev, coded)
  sql <- peeked$source$sql
  if (!is.null(sql)) given <- c(given, levels_by_sql(sql, frame, setdiff(coded, names(given)), matched))
  wanted <- setdiff(coded, names(given))
  found <- if (length(wanted)) find_levels(matched, peeked$source, wanted, settings, envir, call)
  reference <- reference_frame(if (is.null(found)) frame else frame_of_levels(terms, found, frame), given)
  prototypes <- lapply(reference[coded], function(value) as.factor(value)[0L])
  design <- model_design(reference, coding$contrasts)
  if (is.factor(design$y) && nlevels(design$y) != 2) check_response(design$y, length(design$y), settings$family)
  kept <- design$kept[setdiff(names(design$kept), "na.action")]
  recipe <- frames_recipe(peeked$source, matched, kept, prototypes, settings$family, envir)
  list(
    blocks = blocks_by(recipe), recipe = recipe, width = ncol(design$x), labels = colnames(design$x),
    intercept = design$intercept, kept = kept, levels = found
  )
}

# What makes numbers of blocks, as other processes can have it too: a function of ours and its arguments.
frames_recipe <- function(source, matched, kept, prototypes, family, envir, arg = "data") {
  if (is_sharded(source)) {
    own <- portable_call(matched, envir, names(attr(kept$terms, "dataClasses")))
    matched <- own$matched
    envir <- own$envir
    attr(kept$terms, ".Environment") <- envir
    kept$contrasts <- portable_contrasts(kept$contrasts, kept$xlevels)
  }
  list(
    make = "blocks_of_frames",
    arguments = list(
      matched = matched, kept = kept, prototypes = prototypes, family = family, envir = envir, arg = arg
    )
  )
}

blocks_by <- function(recipe) do.call(recipe$make, recipe$arguments, quote = TRUE)

# What makes numbers of a data frame. kept: of the fit; prototypes: for each coded variable a factor with its levels.
blocks_of_frames <- function(matched, kept, prototypes, family, envir, arg = "data") {
  classes <- attr(kept$terms, "dataClasses")
  removed <- names(classes)[which(is_removed(kept$terms))]
  looked_at <- classes[!names(classes) %in% c(names(prototypes), removed)]
  function(block) {
    if (!is.data.frame(block)) {
      abort_input("A block is {describe(block)}, the first was a data frame.", "All blocks must be alike.")
    }
    block <- typed_missing(block, classes, kept$xlevels)
    frame <- with_levels(block_frame(matched, block, envir), prototypes, arg)
    frame <- in_kinds(frame, attr(kept$terms, "kinds"), arg, names(block))
    or_input_error(stats::.checkMFClasses(looked_at, frame), "A block is not like the first")
    block_numbers(frame, kept$contrasts, nrow(block), family)
  }
}

# As eval_model_frame(), with this block for data; rows are named by their place in the block.
block_frame <- function(matched, block, envir) {
  attr(block, "row.names") <- seq_len(nrow(block))
  class(block) <- "data.frame"
  matched$data <- block
  matched$xlev <- NULL # levels are looked after here
  frame <- eval_model_frame(matched, envir, drop = FALSE)
  attr(attr(frame, "terms"), ".Environment") <- environment(matched$formula) %||% envir
  frame
}

block_numbers <- function(frame, contrasts, total, family = "gaussian") {
  design <- model_design(frame, contrasts)
  # none of its rows counts
  if (nrow(frame) == 0) return(list(x = design$x + 0, y = numeric(), at = integer(), total = total))
  x <- check_x(design$x, advice = formula_advice)
  weights <- block_weights(frame_weights(frame), nrow(x))
  response <- check_response(design$y, nrow(x), family, weights, success = 1L, whole = FALSE)
  list(
    x = x, y = response$y, weights = response$weights, classnames = response$classnames,
    offset = check_offset(frame_offset(frame), nrow(x)),
    at = if (nrow(frame) < total) as.integer(row.names(frame)), total = total
  )
}

# A response that the family cannot have is told before a pass is spent on levels. Of classes some may be in other
# blocks.
check_first_response <- function(y, family) {
  if (is.null(y) || NROW(y) == 0) return(invisible())
  if (family == "binomial" && is.factor(y) && length(unique(y)) <= 2) return(invisible())
  check_response(if (is.factor(y)) y[, drop = TRUE] else y, NROW(y), family, success = 1L, whole = FALSE)
}

# ---- variables with levels -----------------------------------------------------

is_coded <- function(value) is.factor(value) || is.character(value)

# Names of those that count: not of variables that the formula takes away.
level_variables <- function(frame) {
  count <- length(attr(attr(frame, "terms"), "variables")) - 1L
  counts <- seq_len(count)[!is_removed(attr(frame, "terms"))]
  names(frame)[counts[vapply(frame[counts], is_coded, NA)]]
}

check_xlev <- function(xlev, coded) {
  if (is.null(xlev)) return(list())
  if (!is.list(xlev) || is.null(names(xlev))) {
    abort_input("`xlev` is {describe(xlev)}.", "It must be a list of levels, named by variables.")
  }
  unknown <- setdiff(names(xlev), coded)
  if (length(unknown)) {
    abort_input("`xlev` names {first_words(unknown)}, which {qty(unknown)}{?is/are} no factor{?s} of the formula.")
  }
  xlev
}

# A frame whose coded variables have the levels of training, in their order: what contrasts are made of.
reference_frame <- function(frame, given) {
  for (name in names(given)) frame[[name]] <- given_levels(frame[[name]], given[[name]])
  frame
}

given_levels <- function(value, levels) {
  levels <- unique(as.character(levels))
  factor(rep_len(levels[1], length(value)), levels, ordered = is.ordered(value))
}

# frame with coded variables as factors like these.
with_levels <- function(frame, prototypes, arg = "data") {
  for (name in names(prototypes)) frame[[name]] <- like_factor(frame[[name]], prototypes[[name]], name, arg)
  frame
}

like_factor <- function(value, prototype, name, arg) {
  if (!is_coded(value)) {
    if (!all(is.na(value))) {
      abort_input("A block has {name} as {class(value)[1]}, the first as levels.", "All blocks must be alike.")
    }
    value <- as.character(value)
  }
  known <- levels(prototype)
  codes <- if (is.factor(value)) match(levels(value), known)[as.integer(value)] else match(value, known)
  new <- unique(as.character(value[is.na(codes) & !is.na(value)]))
  if (length(new)) abort_levels(new, known, name, arg)
  attributes(codes) <- attributes(prototype)
  codes
}
