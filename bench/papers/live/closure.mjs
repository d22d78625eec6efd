import { keyFor } from 'sbridge/kernels'
import { K, runFull } from '../../../examples/lorenz96-closure/two-scale.mjs'
import { heldOutScores, pairsOf } from '../experiments/closure.mjs'
import { list } from '../experiments/points.mjs'

const HELD = 10
const MOST = 200
/** Without a sine, whose last digit is the host's own: the model is chaotic. */
const fast = (i) => 0.02 * (((i * 37) % 11) - 5)
const WINDOWS = { 'all sites at once': undefined, 'its own X': 0, 'X of three': 1, 'X of five': 2 }

export default {
  name: 'closure',
  title: 'What the unresolved does to the resolved',
  words: [
    `A model of the weather on a ring: ${K} slow variables X feel hundreds of fast ones by a tendency U. A closure draws U given X, so that the fast ones need not be computed. All sites at once are one problem in ${2 * K} columns, for which there are never states enough; each site from its neighbourhood is a small one, and every state has ${K} examples of it.`,
    'Scored on states that were held out: 0 would be knowing U, 1 is what the mean of U leaves unexplained.'
  ],
  command: 'node bench/papers/closure.mjs',
  settings: [
    { name: 'states', label: 'states that are learned from', values: [10, 20, 40], default: 20 },
    { name: 'window', label: 'each U is drawn given', values: Object.keys(WINDOWS), default: 'X of three' }
  ],
  async run({ states, window }, { engine, key }) {
    const run = runFull({ seedOffset: 3, count: states + HELD, interval: 0.25, dt: 0.002, spinUp: 3, fast })
    const part = (from, to) => ({ x: run.x.slice(from, to), u: run.u.slice(from, to) })
    const [training, test] = [part(0, states), part(states, states + HELD)]
    const scored = (radius) =>
      heldOutScores({
        training: pairsOf(training, radius),
        test: pairsOf(test, radius),
        most: MOST,
        engine,
        key: keyFor(key, String(radius))
      })
    const chosen = await scored(WINDOWS[window])
    const whole = WINDOWS[window] === undefined ? chosen : await scored(undefined)
    const pairs = pairsOf(test, 0)
    const sites = list(pairs.outputs.rows, (i) => i)
    const dots = (values, colour) => ({ kind: 'dots', colour, points: sites.map((i) => [pairs.inputs.data[i], values[i]]) })
    return {
      panels: [
        {
          title: 'U against X, held-out states',
          x: { label: 'X' },
          y: { label: 'U' },
          marks: [dots(pairs.outputs.data, 'rows'), dots(chosen.drawn, 'ours')],
          key: [
            ['the full model', 'rows'],
            ['drawn', 'ours']
          ]
        },
        {
          title: 'One held-out state around the ring',
          x: { label: 'site' },
          y: { label: 'U' },
          marks: [pairs.outputs.data, chosen.drawn].map((values, k) => ({
            kind: 'line',
            colour: ['rows', 'ours'][k],
            points: list(K, (site) => [site + 1, values[site]])
          })),
          key: [
            ['the full model', 'rows'],
            ['one draw', 'ours']
          ]
        }
      ],
      numbers: [
        { name: `CRPS in deviations of U, ${window}`, value: chosen.crps },
        { name: 'share of the variance that the mean of draws leaves unexplained', value: chosen.unexplained },
        { name: 'CRPS, all sites at once', value: whole.crps },
        { name: 'share left unexplained, all sites at once', value: whole.unexplained }
      ]
    }
  }
}
