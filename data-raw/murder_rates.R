# Builds data/murder_rates.rda from the published table. Run from the top folder: Rscript data-raw/murder_rates.R
murder_rates <- read.csv("data-raw/murder_rates.csv", colClasses = "numeric")
stopifnot(nrow(murder_rates) == 20, !anyNA(murder_rates))
save(murder_rates, file = "data/murder_rates.rda", version = 2, compress = "xz")
