#' Murder rates of twenty cities
#'
#' Population, poverty, unemployment and murder rate of twenty cities: a classical small regression. The names of the
#' cities and the year are not part of the published table.
#'
#' @format A data frame with 20 rows and 4 columns:
#' \describe{
#'   \item{population}{number of inhabitants.}
#'   \item{low_income}{percent of families with a yearly income below 5,000 dollars.}
#'   \item{unemployed}{percent unemployed.}
#'   \item{murder_rate}{murders per 1,000,000 inhabitants and year.}
#' }
#' @source Helmut Spaeth (1991), *Mathematical Algorithms for Linear Regression*, Academic Press, ISBN 0-12-656460-4,
#'   page 305; data set x08 of the regression collection of Florida State University, compiled by John Burkardt.
#' @examples
#' pairs(murder_rates)
#' lm(murder_rate ~ ., data = murder_rates)
"murder_rates"
