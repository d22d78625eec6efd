// The split step stays in the convex hull of the training rows, at a price in variance; beside it the other two noises.

import * as Plot from '@observablehq/plot'
import { keyFor } from 'sbridge/kernels'
import { bridgeAt, covarianceOf, digits, experiment, runChains } from './experiment.mjs'
import { hullOf, outside } from './experiments/hull.mjs'
import { moons, plane } from './experiments/laws.mjs'
import { BLUE, GREY, scatter, VERMILION } from './figure.mjs'

const EPSILONS = [0.02, 0.2]
const NOISES = ['split', 'covariance', 'constant']
const STEPS = 100

const LAWS = { Gaussian: plane, 'two moons': moons }

const varianceOf = (points) => covarianceOf(points).reduce((sum, row, a) => sum + row[a] / 2, 0)

await experiment({
  name: 'convex-hull',
  title: 'The split step stays in the convex hull',
  paper: 'GLMR',
  async run({ full, engine, key }) {
    const [count, drawn] = full ? [5000, 5000] : [1000, 2000]
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
