# Brings the newest versions on CRAN of packages, and of all that they need, into a library. What is newest already
#   stays. Rscript tools/newest.R LIBRARY NAME...
arguments <- commandArgs(TRUE)
library <- arguments[1]
wanted <- arguments[-1]
dir.create(library, showWarnings = FALSE, recursive = TRUE)
.libPaths(c(library, .libPaths()))
if (getOption("repos")[["CRAN"]] == "@CRAN@") options(repos = c(CRAN = "https://cloud.r-project.org"))

installed <- function(name) tryCatch(as.character(utils::packageVersion(name)), error = function(e) NA_character_)
older <- function(name, than) {
  have <- vapply(name, installed, "")
  is.na(have) | mapply(function(a, b) utils::compareVersion(a, b) < 0, ifelse(is.na(have), "0", have), than)
}

everything <- suppressWarnings(utils::available.packages(filters = "duplicates"))
if (nrow(everything) == 0) {
  missing <- wanted[is.na(vapply(wanted, installed, ""))]
  cat("CRAN cannot be reached: going on with the packages at hand.", if (length(missing)) c("Missing:", missing), "\n")
  quit(status = 0)
}
runs_here <- utils::available.packages()
needed <- tools::package_dependencies(wanted, runs_here, which = c("Depends", "Imports", "LinkingTo"), recursive = TRUE)
names <- unique(c(wanted, unlist(needed)))
here <- names[names %in% rownames(runs_here)]
todo <- here[older(here, runs_here[here, "Version"])]
if (length(todo) > 0) {
  cat("To install:", todo, "\n")
  utils::install.packages(todo, lib = library, Ncpus = getOption("Ncpus", 2L), quiet = TRUE)
}

show <- function(names) paste(names, vapply(names, installed, ""), collapse = ", ")
cat("Newest packages:", show(intersect(wanted, here)), "\n")
new_r <- setdiff(intersect(names, rownames(everything)), here)
new_r <- new_r[older(new_r, everything[new_r, "Version"])]
if (length(new_r) > 0) cat("Left as they are, for the newest need a newer R:", show(new_r), "\n")
left <- here[older(here, runs_here[here, "Version"])]
if (length(left) > 0) {
  cat("Could not be installed:", left, "\n")
  quit(status = 1)
}
