// Laws that the papers' experiments draw rows from: (number of rows, key) → matrix.
import { keyFor, matrix, normals, uniforms } from 'sbridge/kernels'
import { gaussians, list } from './points.mjs'

/** The thin direction of the stiff laws. */
export const THIN = 0.01
/** The angle of the needle. */
export const [COS, SIN] = [Math.cos(0.5), Math.sin(0.5)]

/** A Gaussian of width 1 along one direction and THIN across. */
export function needle(n, key) {
  const z = normals(key, 2 * n)
  const cell = (_, i) => {
    const [long, thin] = [z[i - (i % 2)], THIN * z[i - (i % 2) + 1]]
    return i % 2 === 0 ? COS * long - SIN * thin : SIN * long + COS * thin
  }
  return matrix(n, 2, Float64Array.from({ length: 2 * n }, cell))
}

/** A circle of radius 1, THIN wide. */
export function ring(n, key) {
  const [z, u] = [normals(keyFor(key, 'radius'), n), uniforms(keyFor(key, 'angle'), n)]
  const at = list(n, (i) => [1 + THIN * z[i], 2 * Math.PI * u[i]])
  return matrix(n, 2, Float64Array.from(at.flatMap(([r, a]) => [r * Math.cos(a), r * Math.sin(a)])))
}

/** Two half moons, standardised. */
export function moons(n, key) {
  const [u, z] = [uniforms(keyFor(key, 'angle'), n), normals(keyFor(key, 'noise'), 2 * n)]
  const raw = list(n, (i) => {
    const [a, upper] = [Math.PI * u[i], i % 2 === 0]
    return [(upper ? Math.cos(a) : 1 - Math.cos(a)) + 0.1 * z[2 * i], (upper ? Math.sin(a) : 0.5 - Math.sin(a)) + 0.1 * z[2 * i + 1]]
  })
  const moments = [0, 1].map((c) => {
    const m = raw.reduce((sum, p) => sum + p[c] / n, 0)
    return [m, Math.sqrt(raw.reduce((sum, p) => sum + (p[c] - m) ** 2 / n, 0))]
  })
  return matrix(n, 2, Float64Array.from(raw.flatMap((p) => p.map((x, c) => (x - moments[c][0]) / moments[c][1]))))
}

export const plane = (n, key) => gaussians(n, 2, key)

/** Scales of a law, thirty-two to one: in the plane densities vary a thousandfold. */
export const SCALES = 32
/** The groups stand this far apart: no row is in doubt. */
const APART = 6

/** Two groups, one SCALES times as wide as the other. */
function groups(n, key) {
  const z = normals(key, 2 * n)
  return matrix(
    n,
    2,
    Float64Array.from(z, (v, i) => ((i >> 1) % 2 === 0 ? v : v / SCALES + (i % 2 === 0 ? APART : 0)))
  )
}
/** All scales in one place, equally many rows of each. */
function peak(n, key) {
  const [z, u] = [normals(keyFor(key, 'shape'), 2 * n), uniforms(keyFor(key, 'scale'), n)]
  return matrix(
    n,
    2,
    Float64Array.from(z, (v, i) => v * SCALES ** -u[i >> 1])
  )
}
/** Laws, and where each is dense: a place, up to a distance from it. */
export const UNEVEN = {
  'two groups': { draw: groups, middle: APART, radius: 5 / SCALES },
  'a peak': { draw: peak, middle: 0, radius: 4 / SCALES }
}
/** The dense rows of a law, or the others, seen from the place. */
export const partOf = ({ data, rows }, { middle, radius }, dense) => {
  const chosen = list(rows, (i) => i).filter((i) => Math.hypot(data[2 * i] - middle, data[2 * i + 1]) < radius === dense)
  return matrix(chosen.length, 2, Float64Array.from(chosen.flatMap((i) => [data[2 * i] - middle, data[2 * i + 1]])))
}
