// Snapshots that the benches of the papers learn from: fresh particles at every time, by Euler–Maruyama.
import { cloud, keyFromSeed, matrixFromRows, normals, uniforms } from 'sbridge/kernels'
import { list } from './points.mjs'

/** Standard normals one after the other, and uniforms. */
function stream(seed) {
  let [block, at, values] = [0, 0, []]
  const z = () => {
    if (at >= values.length) [values, at] = [normals(keyFromSeed(seed), 8192, block++), 0]
    return values[at++]
  }
  const u = uniforms(keyFromSeed(seed + 500_000), 65_536)
  let next = 0
  return { z, u: () => u[next++ % u.length] }
}

/** Far below the dynamics. */
const STEP = 0.002

/**
 * Predator and prey as [3] and those who compare with it simulate them: α, β, γ, δ = 1, 0.4, 0.4, 0.1, additive noise 0.1, starts
 * uniform on [5, 5.1] × [4, 4.1]; nine snapshots of 50.
 */
const LOTKA_VOLTERRA = {
  name: 'Lotka–Volterra',
  family: 'lotka-volterra',
  columnNames: ['prey', 'predator'],
  drift: (x) => [x[0] * (1 - 0.4 * x[1]), x[1] * (0.1 * x[0] - 0.4)],
  noise: () => [0.1, 0.1],
  options: { diffusion: 'additive' },
  start: ({ u }) => [5 + 0.1 * u(), 4 + 0.1 * u()],
  times: list(9, (t) => t),
  count: 50
}
/** Three genes that repress each other in a ring. */
const REPRESSILATOR = {
  name: 'repressilator',
  family: 'repressilator',
  columnNames: ['m1', 'm2', 'm3'],
  drift: (x) => [0, 1, 2].map((a) => 10 / (1 + x[(a + 2) % 3] ** 3) - x[a]),
  noise: (x) => x.map((v) => 0.02 * v),
  options: {},
  start: ({ z }) => [1 + 0.03 * z(), 1 + 0.03 * z(), 2 + 0.03 * z()],
  times: list(9, (t) => t),
  count: 50
}
/** Drifters that an eddy takes round, faster in its middle than at its rim: a vortex of the Gulf's kind. */
const VORTEX = {
  name: 'vortex of drifters',
  family: 'free',
  columnNames: ['x', 'y'],
  drift: (x) => {
    const turn = 1.2 * Math.exp(-(x[0] ** 2 + x[1] ** 2) / 4)
    return [0.1 - turn * x[1], turn * x[0]]
  },
  noise: () => [0.05, 0.05],
  options: {},
  start: ({ z }) => [1.2 + 0.35 * z(), 0.35 * z()],
  times: list(9, (t) => 0.75 * t),
  count: 100
}
/** Eleven snapshots of 200, noise of 2 % of the state, starts in a box of side 0.1: the recipe of those who forecast the last one. */
const recipe = { count: 200, times: list(11, (t) => t), noise: (x) => x.map((v) => 0.02 * v), options: { diffusion: 'proportional' } }
const FORECAST = [
  { ...LOTKA_VOLTERRA, ...recipe },
  { ...REPRESSILATOR, ...recipe, start: ({ u }) => [1, 1, 2].map((x) => x + 0.1 * u()) }
]
export const PROBLEMS = { LOTKA_VOLTERRA, REPRESSILATOR, VORTEX, FORECAST }

/** One snapshot a time, each of particles of its own. */
export function simulate({ drift, noise, start, times, count, step = STEP }, seed) {
  const random = stream(seed)
  const cloudAt = (time) =>
    cloud(
      matrixFromRows(
        list(count, () => {
          const x = start(random)
          for (let s = Math.round(time / step); s > 0; s--) {
            const [b, g] = [drift(x), noise(x)]
            for (let a = 0; a < x.length; a++) x[a] += b[a] * step + g[a] * Math.sqrt(step) * random.z()
          }
          return x
        })
      )
    )
  return times.map(cloudAt)
}
