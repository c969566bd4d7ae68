# Boxes of the texts of a picture by vdiffr, from the lengths it writes beside them.
text_boxes <- function(draw) {
  file <- tempfile(fileext = ".svg")
  on.exit(unlink(file))
  vdiffr::write_svg(draw, file)
  lines <- grep("^<text", readLines(file, encoding = "UTF-8"), value = TRUE)
  found <- function(pattern) as.numeric(sub(paste0(".*", pattern, ".*"), "\\1", lines))
  up <- grepl("rotate\\(-90\\)", lines)
  place <- ifelse(up, "translate\\(([-0-9.]+),[-0-9.]+\\)", "<text x='([-0-9.]+)'")
  number <- function(pattern) mapply(
    function(line, one) as.numeric(sub(paste0(".*", one, ".*"), "\\1", line)), lines, pattern
  )
  x <- number(place)
  y <- number(ifelse(up, "translate\\([-0-9.]+,([-0-9.]+)\\)", " y='([-0-9.]+)'"))
  long <- found("textLength='([0-9.]+)px'")
  size <- found("font-size: ([0-9.]+)px")
  before <- long * ifelse(grepl("anchor='middle'", lines), 0.5, ifelse(grepl("anchor='end'", lines), 1, 0))
  data.frame(
    text = gsub("<[^>]*>", "", lines), left = ifelse(up, x - 0.7 * size, x - before),
    right = ifelse(up, x + 0.2 * size, x - before + long),
    top = ifelse(up, y + before - long, y - 0.7 * size), bottom = ifelse(up, y + before, y + 0.2 * size)
  )
}

# The texts of a picture that meet another or stand outside of it.
ill_placed <- function(boxes) {
  outside <- boxes$left < 0 | boxes$right > 720 | boxes$top < 0 | boxes$bottom > 576
  meets <- vapply(seq_len(nrow(boxes)), function(k) {
    one <- boxes[k, ]
    others <- boxes[-k, ]
    any(
      one$left < others$right - 0.5 & one$right > others$left + 0.5 &
        one$top < others$bottom - 0.5 & one$bottom > others$top + 0.5
    )
  }, NA)
  boxes$text[outside | meets]
}
