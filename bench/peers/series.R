# Peer of bench/series.mjs: ARIMA of R, differences by the KPSS test and the strength of the season, orders by AICc (Hyndman, Khandakar 2008,
# all of a small grid). usage: R --vanilla --no-echo -f series.R --args FILE ORIGINS MEMBERS -> JSON as of series.py.
args <- commandArgs(TRUE)
origins <- as.integer(args[2])
members <- as.integer(args[3])
walks <- function(y) {
  n <- length(y)
  e <- y - mean(y)
  s <- sum(e^2) / n
  lags <- trunc(3 * sqrt(n) / 13)
  for (k in seq_len(lags)) s <- s + 2 / n * (1 - k / (lags + 1)) * sum(e[-(1:k)] * e[1:(n - k)])
  sum(cumsum(e)^2) / (n^2 * s) > 0.463
}
forecast <- function(y, period, steps) {
  end <- length(y)
  rest <- y
  D <- 0
  if (period > 1) {
    parts <- stl(ts(y, frequency = period), "periodic")$time.series
    if (1 - var(parts[, 3]) / var(parts[, 3] + parts[, 1]) > 0.64) {
      D <- 1
      rest <- diff(rest, period)
    }
  }
  d <- 0
  while (d < 2 && walks(rest)) {
    d <- d + 1
    rest <- diff(rest)
  }
  best <- NULL
  drift <- function(times) if (d + D == 1) matrix(times, dimnames = list(NULL, "drift")) else NULL
  for (p in 0:2) for (q in 0:2) for (own in if (period > 1) list(c(0, 0), c(1, 0), c(0, 1)) else list(c(0, 0))) {
    season <- list(order = c(own[1], D, own[2]), period = period)
    found <- tryCatch(suppressWarnings(
      arima(y, c(p, d, q), seasonal = season, xreg = drift(1:end), include.mean = d + D == 0, method = "ML")
    ), error = function(e) NULL)
    if (is.null(found) || !is.finite(found$aic)) next
    k <- length(found$coef) + 1
    found$aicc <- found$aic + 2 * k * (k + 1) / (found$nobs - k - 1)
    if (is.null(best) || found$aicc < best$aicc) best <- found
  }
  to <- predict(best, steps, newxreg = drift(end + 1:steps))
  z <- qnorm((1:members - 0.5) / members)
  rows <- sapply(1:steps, function(k) paste(signif(to$pred[k] + to$se[k] * z, 9), collapse = ","))
  paste0("[[", paste(rows, collapse = "],["), "]]")
}
lines <- grep("^#", readLines(args[1]), value = TRUE, invert = TRUE)
out <- sapply(strsplit(lines, ","), function(one) {
  x <- as.numeric(strsplit(one[5], " ")[[1]])
  steps <- as.integer(one[4])
  n <- length(x)
  ends <- (3 * n * (origins - 1) + (1:origins - 1) * (2 * n - 5 * steps)) %/% (5 * (origins - 1))
  own <- sapply(ends, function(end) forecast(x[1:end], as.integer(one[3]), steps))
  paste0('"', one[1], '":[', paste(own, collapse = ","), "]")
})
cat("{", paste(out, collapse = ","), "}\n")
