# Opens every page of a site in a browser and says what is wrong: Rscript tools/site_check.R FOLDER. Called by site.sh.
# A page is right where
#   - its links lead to pages, and to places in them, that there are; links to other sites are not followed
#   - it loads nothing from other sites, all that it loads is there, and no script of it stops
#   - every picture is shown and has an alternative text
#   - it is not wider than a telephone, nor than a screen
#   - its text stands out from its background, in light and dark, as WCAG 2.1 asks (success criterion 1.4.3)
folder <- normalizePath(commandArgs(TRUE)[1])
pages <- list.files(folder, "\\.html$", recursive = TRUE)
if (length(pages) == 0) stop("There are no pages in ", folder)

# Chromium does not run as root otherwise.
if (Sys.info()[["effective_user"]] == "root") {
  chromote::set_chrome_args(c(chromote::default_chrome_args(), "--no-sandbox"))
}
browser <- chromote::ChromoteSession$new()
invisible(browser$Page$addScriptToEvaluateOnNewDocument(paste(readLines("tools/site_check.js"), collapse = "\n")))

address <- function(page) paste0("file://", utils::URLencode(file.path(folder, page)))

ask <- function(call) {
  answer <- browser$Runtime$evaluate(paste0("JSON.stringify(siteCheck.", call, ")"))
  if (!is.null(answer$exceptionDetails)) stop(call, ": ", answer$exceptionDetails$exception$description)
  as.character(unlist(jsonlite::fromJSON(answer$result$value)))
}

screen <- function(width, height, mobile) {
  browser$Emulation$setDeviceMetricsOverride(width = width, height = height, deviceScaleFactor = 1, mobile = mobile)
}

# What the page that is open asks for, and what of it does not come.
asked <- failed <- character()
browser$Network$requestWillBeSent(callback_ = function(event) asked[[event$requestId]] <<- event$request$url)
browser$Network$loadingFailed(callback_ = function(event) failed <<- c(failed, event$requestId))
loading <- function() {
  elsewhere <- grep("^(file|data|blob):", asked, value = TRUE, invert = TRUE)
  missing <- setdiff(asked[failed], elsewhere)
  c(sprintf("it loads %s", elsewhere), sprintf("%s cannot be loaded", missing))
}

look_at <- function(page) {
  asked <<- failed <<- character()
  screen(390, 844, mobile = TRUE)
  browser$go_to(address(page))
  telephone <- ask("width(390)")
  screen(1280, 900, mobile = FALSE)
  problems <- c(
    loading(), ask("stopped()"), ask("pictures()"), telephone, ask("width(1280)"),
    ask("contrast('light')"), ask("contrast('dark')")
  )
  list(links = unique(ask("links()")), places = ask("places()"), problems = unique(problems))
}

# Links to files whose page, or whose place in it, there is not.
broken <- function(links, places) {
  links <- grep("^file:", links, value = TRUE)
  part <- function(pattern) vapply(sub(pattern, "", links), utils::URLdecode, "", USE.NAMES = FALSE)
  file <- part("#.*")
  place <- part("^[^#]*#?")
  file <- substring(file, nchar("file://") + 1)
  page <- substring(file, nchar(folder) + 2)
  is_there <- startsWith(file, paste0(folder, "/")) & file.exists(file) & !dir.exists(file)
  has_place <- place == "" | mapply(function(name, in_page) name %in% unlist(places[in_page]), place, page)
  links[!is_there | !has_place]
}

seen <- lapply(stats::setNames(pages, pages), look_at)
places <- lapply(seen, `[[`, "places")
found <- 0
for (page in pages) {
  problems <- c(seen[[page]]$problems, sprintf("a link leads nowhere: %s", broken(seen[[page]]$links, places)))
  found <- found + length(problems)
  if (length(problems) > 0) cat(page, paste0("  ", problems), sep = "\n")
}
browser$parent$close()
cat(length(pages), "pages,", found, "problems\n")
quit(status = found > 0)
