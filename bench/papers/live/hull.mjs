import { keyFor } from 'sbridge/kernels'
import { bridgeAt, runChains } from '../experiments/chains.mjs'
import { hullOf, outside } from '../experiments/hull.mjs'
import { moons, plane } from '../experiments/laws.mjs'
import { covarianceOf, rowsOf } from '../experiments/points.mjs'
import { ROWS } from './settings.mjs'

const LAWS = { 'two moons': moons, Gaussian: plane }
const [CHAINS, STEPS] = [400, 40]
const NOISES = {
  split: 'Split step: noise first, then the mean',
  covariance: 'Noise with the local covariance',
  constant: 'Noise of constant size'
}
const VIEW = 3.4

const varianceOf = (points) => covarianceOf(points).reduce((sum, row, a) => sum + row[a] / 2, 0)

export default {
  name: 'hull',
  title: 'The split step stays in the convex hull',
  words: [
    'A chain moves to the mean of the rows near it; then comes noise. The split step has the noise first: then every row it gives is a mean of training rows, and no row can lie outside their convex hull. The price is variance. Noise with the local covariance keeps the variance, and leaves the hull here and there; noise of constant size widens the law.'
  ],
  command: 'node bench/papers/convex-hull.mjs',
  settings: [
    { name: 'epsilon', label: 'ε, bandwidth', values: [0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1], default: 0.1 },
    ROWS,
    { name: 'law', label: 'law', values: ['two moons', 'Gaussian'], default: 'two moons' }
  ],
  async run({ epsilon, rows: count, law }, { engine, key }) {
    const [rows, start] = [LAWS[law](count, keyFor(key, law)), LAWS[law](CHAINS, keyFor(key, `${law} start`))]
    const hull = hullOf(rows)
    const bridge = await bridgeAt(rows, epsilon, engine)
    const own = varianceOf(rows)
    const [panels, numbers] = [[], []]
    for (const [noise, title] of Object.entries(NOISES)) {
      const end = await runChains(bridge, start, { engine, noise, steps: STEPS, key: keyFor(key, noise) })
      const out = outside(hull, end)
      panels.push({
        title,
        square: true,
        x: { domain: [-VIEW, VIEW] },
        y: { domain: [-VIEW, VIEW] },
        marks: [
          { kind: 'line', colour: 'rows', points: [...hull, hull[0]] },
          { kind: 'dots', colour: noise === 'split' ? 'ours' : 'other', points: rowsOf(end) }
        ],
        key: [
          ['hull of the rows', 'rows'],
          [`${CHAINS} chains`, noise === 'split' ? 'ours' : 'other']
        ]
      })
      numbers.push({ name: `${noise}: rows of ${CHAINS} outside the hull`, value: out })
      numbers.push({ name: `${noise}: variance, that of the training rows 1`, value: varianceOf(end) / own })
    }
    return { panels, numbers }
  }
}
