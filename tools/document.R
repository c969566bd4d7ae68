# Writes NAMESPACE, man/ and the Rcpp exports anew from the sources. Run from the top folder after installing the
# package.
Rcpp::compileAttributes(".")
roxygen2::roxygenise(".", load_code = "installed")
