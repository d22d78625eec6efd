// Denoisers of noisy rows of a field, and chains that they are plugged into.
import { cloud, gaussianKernel, keyAtStep, matrix, normals } from 'sbridge/kernels'
import { columnsOf, list, mean } from './points.mjs'

/** Correlation of neighbours of the field. */
export const PHI = 0.7
/** Standard deviation of the noise, that of a column 1. */
export const SIGMA = 0.5

/** E[x | y] under the training rows: Σ p_j x_j, p ∝ exp(−|y − x_j|²/(2σ²)), for each column from its window of this radius. */
export async function denoised(rows, noisy, { radius, engine, sigma = SIGMA }) {
  const { cols: d } = rows
  // The engine's kernel is exp(−|·|²/(4ε)).
  const kernel = gaussianKernel(sigma ** 2 / 2)
  const whole = cloud(rows)
  if (radius >= d - 1) return engine.mean({ from: cloud(noisy), to: whole, kernel }, whole.logWeights, rows)
  const out = matrix(noisy.rows, d)
  for (let a = 0; a < d; a++) {
    const window = list(d, (b) => b).filter((b) => Math.abs(b - a) <= radius)
    const pair = { from: cloud(columnsOf(noisy, window)), to: cloud(columnsOf(rows, window)), kernel }
    const { data } = await engine.mean(pair, whole.logWeights, columnsOf(rows, [a]))
    for (let i = 0; i < out.rows; i++) out.data[i * d + a] = data[i]
  }
  return out
}

/** Wiener's filter C(C + σ²)⁻¹ y of the field: its equations are solved by the chain of Gauss and Seidel, which converges for them. */
export function wiener(noisy, d, sigma = SIGMA) {
  // C⁻¹ of the field has three diagonals: (1 + φ²)/(1 − φ²) inside, 1/(1 − φ²) at the ends, −φ/(1 − φ²) beside.
  const [inside, end, beside] = [(1 + PHI ** 2) / (1 - PHI ** 2), 1 / (1 - PHI ** 2), -PHI / (1 - PHI ** 2)]
  const out = matrix(noisy.rows, d)
  for (let i = 0; i < noisy.rows; i++) {
    const x = out.data.subarray(i * d, (i + 1) * d)
    for (let turn = 0; turn < 100; turn++)
      for (let a = 0; a < d; a++) {
        const own = (d === 1 ? 1 : a === 0 || a === d - 1 ? end : inside) + 1 / sigma ** 2
        const others = (a > 0 ? beside * x[a - 1] : 0) + (a < d - 1 ? beside * x[a + 1] : 0)
        x[a] = (noisy.data[i * d + a] / sigma ** 2 - others) / own
      }
  }
  return out
}

/** Mean squared difference. */
export const squared = (a, b) => mean(Array.from(a.data, (x, i) => (x - b.data[i]) ** 2))

/** Plug-and-play chains: X′ = X + δ (D(X) − X)/σ² + √(2δ) ξ with δ = σ², bandwidth = step again: X′ = D(X) + √2 σ ξ. */
export async function chains(rows, start, { radius, engine, steps, key, sigma }) {
  let state = start
  for (let n = 1; n <= steps; n++) {
    const z = normals(keyAtStep(key, n), state.data.length)
    const { data } = await denoised(rows, state, { radius, engine, sigma })
    state = matrix(
      state.rows,
      state.cols,
      data.map((x, i) => x + Math.SQRT2 * sigma * z[i])
    )
  }
  // What is plugged in is a denoiser: the last thing it does is to denoise.
  return denoised(rows, state, { radius, engine, sigma })
}
