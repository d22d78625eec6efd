import { fitMarginals, sampleTrajectories, scoreHeldOut } from '@sbridge/core'
import { keyFor } from 'sbridge/kernels'
import { list, mean, rowsOf } from '../experiments/points.mjs'
import { PROBLEMS, simulate } from '../experiments/snapshots.mjs'

const { LOTKA_VOLTERRA } = PROBLEMS
const PATHS = 30
const BETWEEN = 8
/** What is held out: every second snapshot, every third, or the last, which is then forecast. */
const HELD = { 'every second': [1, 3, 5, 7], 'every third': [1, 4, 7], 'the last': [8], none: [] }

export default {
  name: 'snapshots',
  title: 'Paths through snapshots, and times that were never seen',
  words: [
    'Predators and prey, counted at nine times, each animal once: no path was ever seen. A reference dynamics is fitted, the snapshots are coupled under it, and paths are drawn between. Crosses are snapshots that the fit did not see; it is judged there.',
    'With the right equation the paths go round the cycle. Without a drift they cut across, as straight lines do.'
  ],
  command: 'node bench/papers/snapshots.mjs',
  settings: [
    { name: 'reference', label: 'reference', values: ['brownian', 'linear', 'smooth', 'lotka-volterra'], default: 'lotka-volterra' },
    { name: 'particles', label: 'particles a snapshot', values: [10, 20, 30, 50], default: 20 },
    { name: 'sigma', label: 'σ, noise', values: ['auto', 0.03, 0.1, 0.3], default: 'auto' },
    { name: 'held', label: 'held out', values: Object.keys(HELD), default: 'every second' }
  ],
  async run({ reference, particles, sigma, held }, { engine, key }) {
    const problem = { ...LOTKA_VOLTERRA, count: particles, step: 0.01 }
    const clouds = simulate(problem, 7001)
    const options = {
      reference,
      sigma: sigma === 'auto' ? sigma : [sigma],
      holdOut: HELD[held],
      intervals: 'none',
      ...LOTKA_VOLTERRA.options
    }
    const model = await fitMarginals({ times: problem.times, clouds, columnNames: problem.columnNames }, options, { key, engine })
    const times = list(8 * BETWEEN + 1, (k) => k / BETWEEN)
    const paths = sampleTrajectories(model, { count: PATHS, times, key: keyFor(key, 'paths') })
    const scores = await scoreHeldOut(model, keyFor(key, 'scores'))
    const through = rowsOf(paths.values)
    const pathsIn = (a, b) =>
      list(PATHS, (p) => ({
        kind: 'line',
        colour: 'ours',
        thin: true,
        points: list(paths.times.length, (t) => [
          b === undefined ? paths.times[t] : through[p * paths.times.length + t][a],
          through[p * paths.times.length + t][b ?? a]
        ])
      }))
    const particlesIn = (some, kind, a, b) => ({
      kind,
      colour: kind === 'dots' ? 'rows' : 'other',
      points: some.flatMap(({ time, cloud }) => rowsOf(cloud.points).map((row) => [b === undefined ? time : row[a], row[b ?? a]]))
    })
    const panel = (title, [a, b], x, y) => ({
      title,
      x: { label: x },
      y: { label: y },
      marks: [...pathsIn(a, b), particlesIn(model.snapshots, 'dots', a, b), particlesIn(model.heldOut, 'crosses', a, b)],
      key: [['particles', 'rows'], [`${PATHS} paths`, 'ours'], ...(scores.length > 0 ? [['held out', 'other']] : [])]
    })
    // Straight lines do not go beyond the last snapshot.
    const average = (of) => (scores.length > 0 && scores.every((score) => of(score) !== undefined) ? mean(scores.map(of)) : null)
    return {
      panels: [
        panel('Prey and predators', [0, 1], 'prey', 'predators'),
        panel('Prey in time', [0], 'time', 'prey'),
        panel('Predators in time', [1], 'time', 'predators')
      ],
      numbers: [
        ...model.family.parameters.map(({ name }, k) => ({ name: `${name}, as fitted`, value: model.theta[k] })).slice(0, 6),
        { name: 'Wasserstein-1 at held-out times', value: average(({ w1 }) => w1) },
        { name: 'of straight lines', value: average(({ straightLine }) => straightLine) },
        { name: 'of persistence', value: average(({ sanity }) => sanity.persistence.w1) },
        { name: 'between two halves of what was seen', value: average(({ floor }) => floor) }
      ]
    }
  }
}
