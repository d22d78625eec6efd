// Scaled dot-product attention as it is written everywhere, and what to feed it to be the conditional mean of a bridge.
import { matrix, rowOf } from 'sbridge/kernels'

/** softmax(Q Kᵀ/√d + mask) V, for queries that `embed` makes of points [n, d]. */
export function attentionHead({ embed, keys, mask, values }, points) {
  const out = matrix(points.rows, values.cols)
  for (let i = 0; i < points.rows; i++) {
    const query = embed(rowOf(points, i))
    const logits = Array.from({ length: keys.rows }, (_, j) => {
      const key = rowOf(keys, j)
      return query.reduce((sum, q, c) => sum + q * key[c], 0) / Math.sqrt(keys.cols) + mask[j]
    })
    const most = Math.max(...logits)
    const weights = logits.map((logit) => Math.exp(logit - most))
    const total = weights.reduce((sum, w) => sum + w, 0)
    weights.forEach((w, j) => {
      for (let c = 0; c < values.cols; c++) out.data[i * values.cols + c] += (w / total) * values.data[j * values.cols + c]
    })
  }
  return out
}

/**
 * −|x − x_j|²/(4ε) + f_j + a_j = ⟨x, x_j⟩/(2ε) + (f_j + a_j − |x_j|²/(4ε)) + what softmax does not see: queries x√d/(2ε), keys
 * x_j, and a mask of the row alone.
 */
export const headOfBridge = ({ keys, logTerms, epsilon }) => ({
  embed: (x) => x.map((value) => (value * Math.sqrt(keys.cols)) / (2 * epsilon)),
  keys,
  mask: logTerms.map((term, j) => term - rowOf(keys, j).reduce((sum, x) => sum + x * x, 0) / (4 * epsilon))
})
