# Builds the site of a copy of the package: Rscript tools/site.R COPY FOLDER. Called by site.sh.
copy <- normalizePath(commandArgs(TRUE)[1])
folder <- commandArgs(TRUE)[2]
dir.create(folder, showWarnings = FALSE, recursive = TRUE)
folder <- normalizePath(folder)

# pkgdown loads scripts from other sites, in whose place pkgdown/extra.js is, and asks CRAN's whether the package is
# there: pages are built without a network. Its check wants an address of the site, which there need not be.
in_pkgdown <- function(name, value) utils::assignInNamespace(name, value, "pkgdown")
in_pkgdown("external_dependencies", function(...) list(fontawesome::fa_html_dependency()))
in_pkgdown("cran_link", function(...) NULL)
in_pkgdown("check_urls", function(...) NULL)

# Every topic and every article is in its index, a topic once.
check_index <- function(pkg) {
  pkgdown::check_pkgdown(pkg)
  listed <- unlist(lapply(pkg$meta$reference, `[[`, "contents"))
  topic <- vapply(listed, function(name) which(vapply(pkg$topics$alias, function(all) name %in% all, NA)), 0L)
  twice <- listed[topic %in% topic[duplicated(topic)]]
  if (length(twice) > 0) stop("_pkgdown.yml names a topic more than once: ", toString(twice))
}

# Pictures that pkgdown gives no alternative text: it is their caption or, where examples draw them, the page's title.
describe_pictures <- function(page) {
  html <- readLines(page, encoding = "UTF-8")
  title <- sub(".*<title>([^<]*) (\u2014|\u2022) .*", "\\1", grep("<title>", html, value = TRUE)[1])
  described <- gsub('alt=""><p class="caption">([^<]*)<', 'alt="\\1"><p class="caption">\\1<', html)
  described <- gsub('(<img src="[^"]*") alt=""', paste0('\\1 alt="Drawn by the examples of: ', title, '"'), described)
  if (!identical(described, html)) writeLines(described, page, useBytes = TRUE)
}

pkg <- pkgdown::as_pkgdown(copy, override = list(destination = folder))
check_index(pkg)
pkgdown::clean_site(pkg)
pkgdown::init_site(pkg)
pkgdown::build_reference(pkg, preview = FALSE, devel = FALSE) # brings the pictures of the next pages along
pkgdown::build_home(pkg, preview = FALSE)
pkgdown::build_articles(pkg, preview = FALSE)
pkgdown::build_news(pkg, preview = FALSE)
for (page in list.files(folder, "\\.html$", recursive = TRUE, full.names = TRUE)) describe_pictures(page)
