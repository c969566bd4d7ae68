# Draws man/figures/path.png, the picture of README.md. Run from the top folder after installing the package.
library(sgdlasso)
fit <- sgdlasso(murder_rate ~ ., data = murder_rates, nlambda = 40, lambda.min.ratio = 0.01)
dir.create("man/figures", showWarnings = FALSE, recursive = TRUE)
grDevices::png("man/figures/path.png", width = 1000, height = 650, res = 130)
plot(fit)
invisible(grDevices::dev.off())
