library(testthat)
library(sgdlasso)

test_check("sgdlasso")
