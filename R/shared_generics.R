# Names that this package shares with others: accuracy() with yardstick, roc() with pROC, importance() with
# randomForest and ranger.
#
# Methods for fits are registered for the other package's generic (S3method() in NAMESPACE), so that it does for both.
# What is left is that library(sgdlasso) must not hide it, as metrics and data frames are known to theirs alone. To
# share another name: a row here, and `@rawNamespace S3method(other::name, class)` above each method.

shared_generics <- c(
  accuracy = "yardstick", importance = "randomForest", importance = "ranger", roc = "pROC"
)

# Runs before the attached names are locked and looked at for conflicts.
.onAttach <- function(libname, pkgname) {
  attached <- sub("^package:", "", search())
  left <- names(shared_generics)[shared_generics %in% attached]
  own <- as.environment(paste0("package:", pkgname))
  rm(list = intersect(left, ls(own)), envir = own)
}

#' @importFrom generics accuracy
#' @export
generics::accuracy

#' @importFrom generics tidy
#' @export
generics::tidy

#' @importFrom generics glance
#' @export
generics::glance

#' @importFrom generics augment
#' @export
generics::augment
