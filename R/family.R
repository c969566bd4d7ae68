# Inverse of the canonical links.
inverse_link <- function(eta, family) {
  switch(family, gaussian = eta, binomial = stats::plogis(eta), poisson = exp(eta))
}
