import { keyFor } from 'sbridge/kernels'
import { column, learnedRuns, RANGE, truth } from '../../../examples/lorenz63/system.mjs'
import { autocorrelation, histogram, rootMeanSquare, totalVariation } from '../../../examples/statistics.mjs'
import { list, mean, rowsOf } from '../experiments/points.mjs'

/** States of the true system that stand for all. */
const MANY = 10_000
const LAGS = list(25, (k) => k)
const COORDINATES = ['x', 'y', 'z']

export default {
  name: 'dynamics',
  title: 'A dynamical system out of pairs of its states',
  words: [
    'Lorenz’s three equations of 1963, seen every tenth of a time unit. Pairs of a state and the next are the training rows; the next state is drawn given the last, again and again, and the equations are not known. Trajectories fold onto the true attractor, with its histograms and its memory.',
    'Few pairs leave holes; chains stay on what was seen, and do not blow up.'
  ],
  command: 'node bench/papers/dynamics.mjs',
  settings: [
    { name: 'pairs', label: 'M, pairs', values: [50, 100, 200, 400, 800], default: 200 },
    { name: 'steps', label: 'steps of a trajectory', values: [100, 200, 400], default: 200 },
    { name: 'members', label: 'trajectories', values: [1, 2, 4], default: 4 }
  ],
  async run({ pairs, steps, members }, { engine, key }) {
    const [training, reference] = [truth(pairs + 1, [1, 1, 20]), truth(MANY, [-3, 2, 25])]
    const runs = await learnedRuns(training, { steps, members, engine, key: keyFor(key, 'runs') })
    const scores = COORDINATES.map((_, c) => {
      const [ours, seen, all] = [runs.map((run) => column(run, c)), column(training, c), column(reference, c)]
      const [own, pairsOwn, whole] = [Float64Array.from(ours.flatMap((of) => [...of])), seen, all].map((of) => histogram(of, RANGE[c]))
      const memory = autocorrelation([all], LAGS)
      return {
        own,
        whole,
        distance: totalVariation(own, whole),
        ofPairs: totalVariation(pairsOwn, whole),
        error: rootMeanSquare(autocorrelation(ours, LAGS), memory)
      }
    })
    const path = (points, colour) => ({ kind: 'line', colour, thin: true, points: rowsOf(points).map(([x, , z]) => [x, z]) })
    const attractor = (title, marks) => ({
      title,
      square: true,
      x: { domain: [-22, 22], label: 'x' },
      y: { domain: [0, 50], label: 'z' },
      marks,
      key: []
    })
    const bins = (of, colour) => ({
      kind: 'line',
      colour,
      points: Array.from(of, (share, b) => [RANGE[0].low + ((b + 0.5) * (RANGE[0].high - RANGE[0].low)) / RANGE[0].bins, share])
    })
    return {
      panels: [
        attractor(`${pairs} pairs`, [{ kind: 'dots', colour: 'rows', points: rowsOf(training).map(([x, , z]) => [x, z]) }]),
        attractor(
          `${members} drawn trajectories`,
          runs.map((run) => path(run, 'ours'))
        ),
        {
          title: 'Histogram of x',
          x: { label: 'x' },
          y: { label: 'share of a bin' },
          marks: [bins(scores[0].whole, 'rows'), bins(scores[0].own, 'ours')],
          key: [
            ['the true system', 'rows'],
            ['drawn', 'ours']
          ]
        }
      ],
      numbers: [
        { name: 'distance of histograms to the true ones, mean of x, y, z', value: mean(scores.map((one) => one.distance)) },
        { name: 'of the pairs themselves', value: mean(scores.map((one) => one.ofPairs)) },
        { name: 'error of autocorrelations, mean', value: mean(scores.map((one) => one.error)) },
        {
          name: 'largest |z| (the true attractor: 48)',
          value: Math.max(...runs.map((run) => column(run, 2).reduce((most, z) => Math.max(most, Math.abs(z)), 0)))
        }
      ]
    }
  }
}
