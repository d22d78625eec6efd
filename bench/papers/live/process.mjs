import { keyFor } from 'sbridge/kernels'
import { covarianceOf, relativeError, rowsOf } from '../experiments/points.mjs'
import { changes, INTERVAL, increments, lastVariance, paths, timeSeriesBridge } from '../experiments/process.mjs'
import { medianNearest, newRows } from '../experiments/tables.mjs'

const [DRAWN, SHOWN] = [200, 25]
/** Sets of fresh paths stand for the truth by so many paths. */
const MANY = 4000

export default {
  name: 'process',
  title: 'Paths of a process as rows',
  words: [
    'A particle in a double well, seen at many times: a path is a row. One bridge on whole paths has as many columns as there are times; where a value depends on the one before it alone, a small bridge for each time on its neighbours loses nothing. Beside them the Schrödinger bridge of time series, which draws a path forwards.',
    'A ratio of distances of 1 says that paths are new, 0 that they are copies.'
  ],
  command: 'node bench/papers/process.mjs',
  settings: [
    { name: 'times', label: 'times', values: [4, 8, 12, 16, 20], default: 8 },
    { name: 'rows', label: 'M, training paths', values: [50, 100, 200], default: 100 },
    {
      name: 'sampler',
      label: 'sampler',
      values: ['one bridge', 'localised, as in [2]', 'localised, in order', 'time-series bridge'],
      default: 'localised, as in [2]'
    }
  ],
  async run({ times, rows: count, sampler }, { engine, key }) {
    const [rows, fresh, many] = [count, DRAWN, MANY].map((n, i) => paths(n, times, keyFor(key, i)))
    const fitted = (options) => newRows(rows, { ...options, scaling: 'standard', rules: 'off', seed: 1 }, { rows: DRAWN, seed: 1 }, engine)
    const drawn = await {
      'one bridge': () => fitted({}),
      'localised, as in [2]': () => fitted({ local: 'window:1', sweep: 'simultaneous' }),
      'localised, in order': () => fitted({ local: 'window:1' }),
      'time-series bridge': () => timeSeriesBridge(rows, { count: DRAWN, memory: 1, h: 0.1, key: keyFor(key, 'forwards') })
    }[sampler]()
    const picture = (title, points, colour) => ({
      title,
      x: { label: 'time' },
      y: { domain: [-2.5, 2.5] },
      marks: rowsOf(points)
        .slice(0, SHOWN)
        .map((row) => ({ kind: 'line', colour, thin: true, points: row.map((y, t) => [t * INTERVAL, y]) })),
      key: []
    })
    const truth = covarianceOf(many)
    return {
      panels: [picture(`${SHOWN} training paths`, rows, 'rows'), picture(`Drawn: ${sampler}`, drawn, 'ours')],
      numbers: [
        {
          name: 'error of the covariance, that of the training paths 1',
          value: relativeError(covarianceOf(drawn), truth) / relativeError(covarianceOf(rows), truth)
        },
        {
          name: 'ratio of distances to the nearest training path',
          value: (await medianNearest(drawn, rows, engine)) / (await medianNearest(fresh, rows, engine))
        },
        { name: 'squared increments, the truth 1', value: increments(drawn) / increments(many) },
        { name: 'variance at the last time, the truth 1', value: lastVariance(drawn) / lastVariance(many) },
        { name: 'changes of the well a step', value: changes(drawn) },
        { name: 'changes of the truth', value: changes(many) }
      ]
    }
  }
}
