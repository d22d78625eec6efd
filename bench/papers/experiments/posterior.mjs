// A prior with two modes in the first of two columns, and what an observation of that column leaves of it, in closed form.
import { matrix, normals } from 'sbridge/kernels'
import { columnOf, list, mean } from './points.mjs'

const MODE = 2
const WIDTH = 0.25
const density = (x, m, variance) => Math.exp((-0.5 * (x - m) ** 2) / variance) / Math.sqrt(2 * Math.PI * variance)

/** Rows of the mixture at ±2 of deviation 0.5, half of them each; the second column is noise. */
export const modesOf = (n, key) =>
  matrix(
    n,
    2,
    normals(key, 2 * n).map((v, i) => (i % 2 === 0 ? ((i >> 1) % 2 ? MODE : -MODE) + Math.sqrt(WIDTH) * v : v))
  )

/** The posterior of the mixture observed as y ± s: the share of its right mode, and its density. */
export function twoModes({ y, s }) {
  const weights = [-MODE, MODE].map((m) => density(y, m, WIDTH + s * s))
  const variance = (WIDTH * s * s) / (WIDTH + s * s)
  const places = [-MODE, MODE].map((m) => m + (WIDTH / (WIDTH + s * s)) * (y - m))
  const share = weights.map((w) => w / (weights[0] + weights[1]))
  return { right: share[1], at: (x) => share.reduce((sum, w, k) => sum + w * density(x, places[k], variance), 0) }
}

export const rightShare = (points) => mean(Array.from(columnOf(points, 0), (x) => (x > 0 ? 1 : 0)))

/** Where densities of the first column are shown. */
export const RANGE = [-4, 4]
const BINS = 40
/** A histogram of the first column, as a density. */
export function densityOf(points) {
  const [low, high] = RANGE
  const width = (high - low) / BINS
  const values = Array.from(columnOf(points, 0))
  return list(BINS, (b) => {
    const inside = values.filter((x) => x >= low + b * width && x < low + (b + 1) * width).length
    return [low + (b + 0.5) * width, inside / points.rows / width]
  })
}
export const densityCurve = (at) => list(161, (k) => [RANGE[0] + 0.05 * k, at(RANGE[0] + 0.05 * k)])
