// Statistics that runs of a system are compared by, with or without Node.

/** Shares of values in equal bins [low, high); what lies outside counts into the end bins. */
export function histogram(values, { low, high, bins }) {
  const out = new Float64Array(bins)
  for (const value of values) out[Math.max(0, Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins)))] += 1 / values.length
  return out
}

/** Half the sum of absolute differences: 0 equal, 1 disjoint. */
export const totalVariation = (a, b) => a.reduce((sum, share, i) => sum + Math.abs(share - b[i]) / 2, 0)

/** Autocorrelation at the given lags, averaged over several series of one process. */
export function autocorrelation(series, lags) {
  let mean = 0
  let count = 0
  for (const values of series) {
    for (const value of values) mean += value
    count += values.length
  }
  mean /= count
  const covariance = (lag) => {
    let sum = 0
    let pairs = 0
    for (const values of series) {
      for (let n = 0; n + lag < values.length; n++) sum += (values[n] - mean) * (values[n + lag] - mean)
      pairs += Math.max(0, values.length - lag)
    }
    return sum / pairs
  }
  const variance = covariance(0)
  return lags.map((lag) => covariance(lag) / variance)
}

export const rootMeanSquare = (a, b) => Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0) / a.length)
