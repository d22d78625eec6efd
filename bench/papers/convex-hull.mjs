// The split step stays in the convex hull of the training rows, at a price in variance; beside it the other two noises.

import * as Plot from '@observablehq/plot'
import { keyFor, matrix, normals, uniforms } from 'sbridge/kernels'
import { bridgeAt, covarianceOf, digits, experiment, gaussians, list, runChains } from './experiment.mjs'
import { BLUE, GREY, scatter, VERMILION } from './figure.mjs'

const EPSILONS = [0.02, 0.2]
const NOISES = ['split', 'covariance', 'constant']
const STEPS = 100

/** Two half moons, standardised. */
function moons(n, key) {
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
const LAWS = { Gaussian: (n, key) => gaussians(n, 2, key), 'two moons': moons }

const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
const pairs = ({ data, rows }) => list(rows, (i) => [data[2 * i], data[2 * i + 1]])
/** Corners of the convex hull, counter-clockwise. @source Andrew's monotone chain. */
function hullOf(points) {
  const sorted = pairs(points).toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
  const half = (list) => {
    const out = []
    for (const p of list) {
      while (out.length > 1 && turn(out.at(-2), out.at(-1), p) <= 0) out.pop()
      out.push(p)
    }
    return out.slice(0, -1)
  }
  return [...half(sorted), ...half(sorted.toReversed())]
}
/** Rounding of a mean of rows puts it no further outside than this. */
const ROUNDING = 1e-12
const outside = (hull, points) =>
  pairs(points).filter((p) => hull.some((a, k) => turn(a, hull[(k + 1) % hull.length], p) < -ROUNDING)).length
const varianceOf = (points) => covarianceOf(points).reduce((sum, row, a) => sum + row[a] / 2, 0)

await experiment({
  name: 'convex-hull',
  title: 'The split step stays in the convex hull',
  paper: 'GLMR',
  async run({ full, engine, key }) {
    const [count, drawn] = full ? [10_000, 20_000] : [1000, 2000]
    const [table, panels] = [[], []]
    const left = { split: 0, covariance: 0, constant: 0 }
    const price = {}
    for (const [law, draw] of Object.entries(LAWS)) {
      const [rows, start] = [draw(count, keyFor(key, law)), draw(drawn, keyFor(key, `${law} start`))]
      const hull = hullOf(rows)
      table.push([law, '–', 'fresh rows', outside(hull, start), digits(varianceOf(start), 3), '–'])
      for (const epsilon of EPSILONS) {
        const bridge = await bridgeAt(rows, epsilon, engine)
        const c = Math.sqrt(1 + epsilon ** 2) - epsilon
        for (const noise of NOISES) {
          const end = await runChains(bridge, start, { engine, noise, steps: STEPS, key: keyFor(key, noise) })
          const out = outside(hull, end)
          left[noise] += out
          const closed = { split: c, covariance: 1, constant: 1 / c }[noise] * varianceOf(rows)
          if (noise === 'split') price[law] = [...(price[law] ?? []), varianceOf(end) / varianceOf(rows)]
          table.push([law, epsilon, noise, out, digits(varianceOf(end), 3), law === 'Gaussian' ? digits(closed, 3) : '–'])
          if (law === 'two moons' && epsilon === 0.2)
            panels.push({
              title: `${noise}: ${out} of ${drawn} outside`,
              key: [
                ['drawn at ε = 0.2', noise === 'split' ? BLUE : VERMILION],
                ['hull of the rows', GREY]
              ],
              x: { domain: [-3, 3] },
              y: { domain: [-3, 3] },
              marks: [
                scatter(end, { colour: noise === 'split' ? BLUE : VERMILION, x: [-3, 3], y: [-3, 3], radius: 1.5, opacity: 0.5 }),
                Plot.line(
                  [...hull, hull[0]].map(([x, y]) => ({ x, y })),
                  { x: 'x', y: 'y', stroke: GREY, strokeWidth: 1.5 }
                )
              ]
            })
        }
      }
    }
    return {
      claims: [
        {
          claim: 'split-step samples remain in the convex hull of the training samples',
          found: `${left.split} of ${drawn * 4} rows outside (covariance ${left.covariance}, constant ${left.constant})`,
          met: left.split === 0
        },
        {
          claim: 'and its price: variance of the drawn rows, at ε = 0.02 and 0.2 (for Gaussian rows without number 0.98 and 0.82)',
          found: Object.keys(LAWS)
            .map((law) => `${law} ${price[law].map((v) => digits(v)).join(' and ')}`)
            .join(', '),
          met: null
        }
      ],
      tables: [
        {
          title: `${count} training rows, ${drawn} chains from fresh rows, ${STEPS} steps`,
          head: ['law', 'ε', 'noise', 'outside', 'variance', 'closed form, rows without number'],
          rows: table
        }
      ],
      picture: { panels, words: 'Rows drawn by the three noises in the hull of two moons: the split step leaves none outside' }
    }
  }
})
