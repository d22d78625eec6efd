import { keyFor } from 'sbridge/kernels'
import { bridgeAt, reachOf, runChains, unadjusted } from '../experiments/chains.mjs'
import { needle, ring } from '../experiments/laws.mjs'
import { rowsOf, sliced } from '../experiments/points.mjs'
import { ROWS } from './settings.mjs'

const LAWS = { needle, ring }
const [CHAINS, STEPS] = [150, 50]
/** A chain this many times as far from the middle as any row is off the picture, and lost. */
const LOST = 1000
/** Half of the width of the pictures, in furthest rows. */
const VIEW = 1.6

/** How far the furthest chain is after every step, the furthest row 1, and where the chains end. */
async function followed(radius, run) {
  const reach = []
  const end = await run((points) => reach.push(reachOf(points) / radius))
  return { reach, end, furthest: Math.max(...reach.map((r) => (Number.isFinite(r) ? r : Number.POSITIVE_INFINITY))) }
}

export default {
  name: 'stability',
  title: 'One number is bandwidth and time step',
  words: [
    'The sampler moves a chain to the mean of the rows near it and adds noise; ε says how near, and how far a step goes. So no step can leave the data, however stiff their law is. A Langevin step that follows the score of a kernel density has two numbers, a step h and a bandwidth δ, and where h is large for δ the chains leave for good.',
    'Here h = ε. Move it: the bridge grows coarse, Langevin is lost.'
  ],
  command: 'node bench/papers/stability.mjs',
  settings: [
    {
      name: 'epsilon',
      label: 'ε, bandwidth and step',
      values: [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 10, 100, 1000],
      default: 0.01
    },
    { name: 'deviation', label: 'δ, bandwidth of the Langevin score', values: [0.01, 0.03, 0.1, 0.3], default: 0.1 },
    ROWS,
    { name: 'law', label: 'law', values: ['needle', 'ring'], default: 'needle' }
  ],
  async run({ epsilon, deviation, rows: count, law }, { engine, key }) {
    const [rows, fresh, start, more] = [count, CHAINS, CHAINS, CHAINS].map((n, i) => LAWS[law](n, keyFor(key, `${law} ${i}`)))
    const radius = reachOf(rows)
    const options = { engine, steps: STEPS, key: keyFor(key, 'chains') }
    const bridge = await bridgeAt(rows, epsilon, engine)
    const ours = await followed(radius, (each) => runChains(bridge, start, { ...options, noise: 'covariance', each }))
    const langevin = await followed(radius, (each) => unadjusted(rows, start, { ...options, step: epsilon, deviation, each }))
    const floor = await sliced(more, fresh)
    const distance = async ({ end, furthest }) => (end && furthest < LOST ? (await sliced(end, fresh)) / floor : null)
    const picture = ({ end }, title, colour) => ({
      title,
      square: true,
      x: { domain: [-VIEW * radius, VIEW * radius] },
      y: { domain: [-VIEW * radius, VIEW * radius] },
      marks: [
        { kind: 'dots', colour: 'rows', points: rowsOf(rows) },
        { kind: 'dots', colour, points: end ? rowsOf(end) : [] }
      ],
      key: [
        ['training rows', 'rows'],
        [`${CHAINS} chains after ${STEPS} steps`, colour]
      ]
    })
    const line = ({ reach }, colour) => ({
      kind: 'line',
      colour,
      points: reach.flatMap((r, n) => (r > 0 && r < 10 * LOST ? [[n + 1, r]] : []))
    })
    return {
      panels: [
        picture(ours, 'The bridge', 'ours'),
        picture(langevin, langevin.furthest < LOST ? 'Langevin' : 'Langevin: chains are lost', 'other'),
        {
          title: 'The furthest chain',
          x: { label: 'step' },
          y: { label: 'distance from the middle, the furthest row 1', log: true, domain: [0.3, LOST] },
          marks: [line(langevin, 'other'), line(ours, 'ours')],
          key: [
            ['bridge', 'ours'],
            ['Langevin', 'other']
          ]
        }
      ],
      numbers: [
        { name: 'furthest chain of the bridge, the furthest row 1', value: ours.furthest },
        { name: 'furthest chain of Langevin', value: langevin.furthest < LOST ? langevin.furthest : null },
        { name: 'sliced distance of the bridge to fresh rows, that of other fresh rows 1', value: await distance(ours) },
        { name: 'the same of Langevin', value: await distance(langevin) }
      ]
    }
  }
}
