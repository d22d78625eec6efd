import { keyFor } from 'sbridge/kernels'
import { columnOf, mean } from '../experiments/points.mjs'
import { densityCurve, densityOf, modesOf, RANGE, rightShare, twoModes } from '../experiments/posterior.mjs'
import { newRows } from '../experiments/tables.mjs'
import { ROWS } from './settings.mjs'

const DRAWN = 400
const METHODS = { 'Metropolis (ours)': 'informed', 'Langevin of [1]': 'langevin' }

export default {
  name: 'conditional',
  title: 'What an observation leaves of a prior',
  words: [
    'Rows say what is usual: one of two modes. An instrument says y ± s. The bridge takes the observation into every step, by a gain as in a Kalman filter, and a Metropolis test keeps what it draws at the posterior. The scheme of the paper, a Langevin step along the gradient of the likelihood, has no such test.',
    'Both laws are mixtures of Gaussians, so the posterior is known: the blue line.'
  ],
  command: 'node bench/papers/conditional.mjs',
  settings: [
    { name: 'observed', label: 'y, observed', values: [-2, -1, -0.4, 0, 0.4, 1, 2], default: 0.4 },
    { name: 'error', label: 's, its standard deviation', values: [0.2, 0.4, 0.6, 1, 2], default: 0.6 },
    { name: 'epsilon', label: 'ε, bandwidth', values: ['auto', 0.01, 0.03, 0.1, 0.3, 1], default: 'auto' },
    { ...ROWS, values: [100, 200, 400], default: 200 },
    { name: 'method', label: 'method', values: Object.keys(METHODS), default: 'Metropolis (ours)' }
  ],
  async run({ observed: y, error: s, epsilon, rows: count, method }, { engine, key }) {
    const modes = modesOf(count, keyFor(key, 'rows'))
    const fitting = { scaling: 'standard', rules: 'off', bandwidth: epsilon, seed: 1 }
    const known = { observe: [`x1 = ${y} ± ${s}`], rows: DRAWN, seed: 1, conditioning: METHODS[method] }
    const drawn = await newRows(modes, fitting, known, engine)
    const { right, at } = twoModes({ y, s })
    const histogram = (points, colour) => ({ kind: 'line', colour, points: densityOf(points) })
    const exact = densityCurve(at)
    const exactMean = exact.reduce((sum, [x, p]) => sum + 0.05 * x * p, 0)
    return {
      panels: [
        {
          title: 'The column that is observed',
          x: { label: 'x1', domain: RANGE },
          y: { label: 'density' },
          marks: [histogram(modes, 'rows'), { kind: 'line', colour: 'other', points: exact }, histogram(drawn, 'ours')],
          key: [
            ['prior', 'rows'],
            ['posterior', 'other'],
            [`${DRAWN} drawn`, 'ours']
          ]
        },
        {
          title: 'Rows',
          square: true,
          x: { domain: RANGE },
          y: { domain: RANGE },
          marks: [modes, drawn].map(({ data, rows }, k) => ({
            kind: 'dots',
            colour: ['rows', 'ours'][k],
            points: Array.from({ length: rows }, (_, i) => [data[2 * i], data[2 * i + 1]])
          })),
          key: [
            ['training rows', 'rows'],
            ['drawn', 'ours']
          ]
        }
      ],
      numbers: [
        { name: 'share of the right mode', value: rightShare(drawn) },
        { name: 'in closed form', value: right },
        { name: 'mean of x1', value: mean(Array.from(columnOf(drawn, 0))) },
        { name: 'mean in closed form', value: exactMean }
      ]
    }
  }
}
