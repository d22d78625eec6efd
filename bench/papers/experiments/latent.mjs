// Rows on a flat surface in many dimensions, and bridges behind a codec of another law.
import { cloud, keyFor, matrix, normals, uniforms } from 'sbridge/kernels'
import { fitPca } from '../../../packages/core/dist/code/codecs/pca.js'
import { wasserstein } from '../../../packages/core/dist/systems/marginals/score.js'
import { mean } from './points.mjs'
import { newRows } from './tables.mjs'

/** Rows that the codec is trained on, of the shifted law. */
const PRETRAINING = 2000
/** Ambient noise: what no codec of so few coordinates can say. */
export const NOISE = 0.005

/** Coordinates on the surface: denser to one side, with hard ends, no Gaussian's shape. */
export const target = (n, d, key) =>
  matrix(
    n,
    d,
    uniforms(key, n * d).map((u) => 2 * u * u - 1)
  )
/** What the codec sees in its place: shifted and wider. */
export const shifted = (n, d, key) =>
  matrix(
    n,
    d,
    normals(key, n * d).map((z) => 1 + 1.5 * z)
  )

/** Orthonormal directions [d, D] by Gram and Schmidt: distances on the surface are those of its coordinates. */
function directions(d, D, key) {
  const rows = []
  for (let a = 0; a < d; a++) {
    const row = normals(key, D, a)
    for (const other of rows) {
      const along = row.reduce((sum, x, c) => sum + x * other[c], 0)
      for (let c = 0; c < D; c++) row[c] -= along * other[c]
    }
    const length = Math.hypot(...row)
    rows.push(row.map((x) => x / length))
  }
  return rows
}
/** Rows on the surface, with noise about it. */
function embedded(z, basis, noise) {
  const D = basis[0].length
  const out = matrix(z.rows, D, noise ? normals(noise, z.rows * D).map((x) => NOISE * x) : undefined)
  for (let i = 0; i < z.rows; i++)
    for (let a = 0; a < z.cols; a++) for (let c = 0; c < D; c++) out.data[i * D + c] += z.data[i * z.cols + a] * basis[a][c]
  return out
}
const rowsOn = (basis, { count, law, key }) => embedded(law(count, basis.length, key), basis, keyFor(key, 'noise'))

/** A flat surface of d dimensions in D, and principal components of rows of some law on it. */
export async function surfaceOf({ d, D, pretraining, key }) {
  const basis = directions(d, D, keyFor(key, 'directions'))
  const codec = await fitPca(rowsOn(basis, { count: PRETRAINING, law: pretraining, key: keyFor(key, 'pretraining') }), { dimension: d })
  return { basis, codec }
}

/**
 * Rows that a bridge of n latent rows draws, fresh rows, and squared W2 between them; `floor` is that of other fresh rows with their noise
 * about the surface taken off, which is the best that can stand behind a codec.
 */
export async function drawnBehind({ basis, codec }, { n, judged, key, engine }) {
  const d = basis.length
  const latent = await codec.encode(rowsOn(basis, { count: n, law: target, key: keyFor(key, 'rows') }))
  const fitting = { latent: `pca:${d}`, rules: 'off', seed: 1 }
  const drawn = await codec.decode(await newRows(latent, fitting, { dynamics: 'bridge', rows: judged, seed: 1 }, engine))
  const fresh = rowsOn(basis, { count: judged, law: target, key: keyFor(key, 'fresh') })
  const best = embedded(target(judged, d, keyFor(key, 'other fresh')), basis)
  return { drawn, fresh, squared: wasserstein(drawn, cloud(fresh), 2), floor: wasserstein(best, cloud(fresh), 2) }
}

/** W2 between laws: what samples have beyond other samples of the law itself; no less than the standard error of that. */
export function beyond(runs) {
  const squares = runs.map((one) => one.squared - one.floor)
  const m = mean(squares)
  const error = Math.sqrt(mean(squares.map((x) => (x - m) ** 2)) / Math.max(1, squares.length - 1))
  return Math.sqrt(Math.max(m, error))
}
