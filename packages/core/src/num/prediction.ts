/**
 * Variance of a prediction over the mean square that a regression of n rows on p numbers leaves, z² being the squared distance from
 * their mean: n/(n − p − 1)·(1 + (1 + z²)/n). No more than half of the rows are taken to be fitted: λ holds the others.
 * @source Seber and Lee, *Linear Regression Analysis*, section 5.3.
 */
export function predictionVariance(n: number, p: number, square: number): number {
  const rows = Math.max(1, n)
  const fitted = Math.min(p + 1, rows / 2)
  return (rows / (rows - fitted)) * (1 + (1 + Math.min(square, rows)) / rows)
}
