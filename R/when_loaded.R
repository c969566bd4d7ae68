# What other packages are told when they are loaded, whichever comes first: an engine, learners, classes of models.
# (Methods for their generics are registered by NAMESPACE.) To tell another: a row here.

told_when_loaded <- function() {
  list(marginaleffects = register_marginaleffects, mlr3 = register_learners, parsnip = register_engine)
}

.onLoad <- function(libname, pkgname) {
  told <- told_when_loaded()
  for (package in names(told)) {
    setHook(packageEvent(package, "onLoad"), told[[package]])
    if (isNamespaceLoaded(package)) told[[package]]()
  }
}
