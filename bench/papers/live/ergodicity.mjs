import { AFTER, ERGODIC, FAR, forgetting } from '../experiments/ergodic.mjs'
import { ROWS } from './settings.mjs'

const [CHAINS, STEPS] = [300, 40]

export default {
  name: 'ergodicity',
  title: 'Where a chain began is soon forgotten',
  words: [
    `Two groups of ${CHAINS} chains begin ${FAR} deviations away from the rows, on opposite sides. One step takes both to the rows; from then on the distance between them falls by one factor a step, until only chance is left: the sampler is geometrically ergodic, and so is the one that is localised.`,
    'A large ε forgets in a few steps, a small one in many. On a logarithmic scale one factor a step is a straight line.'
  ],
  command: 'node bench/papers/ergodicity.mjs',
  settings: [
    { name: 'epsilon', label: 'ε, bandwidth and step', values: [0.05, 0.1, 0.2, 0.5, 1, 2], default: 0.2 },
    ROWS,
    { name: 'law', label: 'law', values: Object.keys(ERGODIC), default: 'two moons' }
  ],
  async run({ epsilon, rows, law }, { engine, key }) {
    const found = await forgetting(law, { rows, count: CHAINS, steps: STEPS, epsilon, engine, key })
    const { distances, means, factor, exact, second, closed, fit, reach } = found
    const points = distances.slice(1).map((y, n) => [n + 1, y])
    const start = points[AFTER - 1][1]
    return {
      panels: [
        {
          title: 'Means of the first column',
          x: { label: 'step' },
          y: { label: 'mean of a group of chains' },
          marks: means.map((of, k) => ({ kind: 'line', colour: ['ours', 'other'][k], points: of.slice(1).map(([y], n) => [n + 1, y]) })),
          key: [
            ['began on the right', 'ours'],
            ['began on the left', 'other']
          ]
        },
        {
          title: 'Distance between the means of both groups',
          x: { label: 'step' },
          y: { label: 'distance', log: true, domain: [0.01, 30] },
          marks: [
            { kind: 'line', colour: 'ours', points },
            { kind: 'line', colour: 'other', points: points.map(([n]) => [n, start * factor ** (n - AFTER)]).filter(([, y]) => y >= 0.01) }
          ],
          key: [
            ['the chains', 'ours'],
            ['one factor a step', 'other']
          ]
        }
      ],
      numbers: [
        { name: 'factor a step', value: factor },
        { name: 'of the bridge’s transitions between rows, without chance', value: exact ?? null },
        { name: 'second eigenvalue of the transitions', value: second?.value ?? null },
        { name: 'rows that its mode has', value: second?.rows ?? null },
        { name: 'the factor for rows without number, in closed form', value: closed ?? null },
        { name: 'R² of the straight line', value: fit },
        { name: 'furthest mean after one step, the furthest row 1', value: reach }
      ]
    }
  }
}
