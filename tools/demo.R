# The published run, shown. Called by demo.sh with the folder for the pictures.
folder <- commandArgs(TRUE)[1]
dir.create(folder, showWarnings = FALSE, recursive = TRUE)
library(sgdlasso)

units <- c(population = 1e7, low_income = 100, unemployed = 10, murder_rate = 100)
scaled <- murder_rates
scaled[names(units)] <- Map(`/`, murder_rates[names(units)], units)

fit <- sgdlasso(murder_rate ~ population + low_income + unemployed, data = scaled, standardize = FALSE, seed = 0,
                solver = solver_nudge(nudge = 0.001, rate = 0.06, epochs = 8))

heading <- function(text) cat("\n== ", text, "\n", sep = "")

heading("Training: twenty cities, columns divided by 1e7, 100, 10 and 100")
print(fit$trace, row.names = FALSE)

heading("Coefficients")
print(coef(fit))

heading("Equation")
b <- fit$beta[, 1]
terms <- paste0(ifelse(b < 0, " - ", " + "), format(abs(b), digits = 6, trim = TRUE), " * ", names(b))
cat("murder_rate = ", format(fit$a0[[1]], digits = 6), terms, "\n", sep = "")

heading("Accuracy")
cat(100 * accuracy(fit, scaled, within = 0.25), "% of the cities are predicted within 25 % of the truth\n")

heading("Summary")
print(summary(fit))

picture <- function(name, draw) {
  file <- file.path(folder, name)
  grDevices::png(file, width = 1200, height = 900, res = 150)
  draw()
  grDevices::dev.off()
  file
}
files <- c(
  picture("training.png", function() plot(fit, what = "trace", main = "Training the published lasso")),
  picture("coefficients.png", function() plot(fit, what = "coefficients", main = "Coefficients of the published lasso"))
)
heading("Pictures")
cat(files, sep = "\n")
