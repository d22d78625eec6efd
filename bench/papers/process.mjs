// A temporal process, its whole paths as rows: one bridge on all times, one for each time on its neighbours, and the Schrödinger bridge
// of time series (SBTS: Hamdouche, Henry-Labordère, Pham 2023), which draws a path forwards with a kernel on its past.
import { fit as fitModel, sample } from 'sbridge'
import { cloud, gaussianKernel, keyAtStep, keyFor, matrix, normals } from 'sbridge/kernels'
import { columnOf, covarianceOf, digits, experiment, list, mean, pointsOf, relativeError, sliced, tableOf } from './experiment.mjs'
import { BLUE, curves, GREEN, GREY, PURPLE, VERMILION } from './figure.mjs'

/** A particle in a double well, seen every 0.2: dX = (X − X³) dt + 0.8 dW, in its stationary law. */
const [INTERVAL, NOISE, INNER] = [0.2, 0.8, 20]
function paths(n, times, key) {
  const out = matrix(n, times)
  const dt = INTERVAL / INNER
  for (let i = 0; i < n; i++) {
    const z = normals(key, (times + 25) * INNER + 1, i)
    let [x, at] = [Math.sign(z[0]), 1]
    for (let t = -25; t < times; t++) {
      for (let s = 0; s < INNER; s++) x += (x - x ** 3) * dt + NOISE * Math.sqrt(dt) * z[at++]
      if (t >= 0) out.data[i * times + t] = x
    }
  }
  return out
}

/** Euler steps of SBTS in an interval, in units of which it lasts 1. */
const EULER = 20
/**
 * SBTS with a Gaussian kernel of bandwidth h on the last `memory` values of the past: between two times the drift is
 * Σ w_m F_m (X^m − x) / ((1 − s) Σ w_m F_m), F_m = exp(−(X^m − x)²/(2σ²(1 − s)) + (X^m − x_i)²/(2σ²)), σ² the variance of an increment.
 */
function timeSeriesBridge(rows, { count, memory, h, key }) {
  const { rows: M, cols: times } = rows
  const out = matrix(count, times)
  let variance = 0
  for (let m = 0; m < M; m++) for (let t = 1; t < times; t++) variance += (rows.data[m * times + t] - rows.data[m * times + t - 1]) ** 2
  variance /= M * (times - 1)
  const logs = new Float64Array(M)
  for (let i = 0; i < count; i++) {
    const z = normals(keyAtStep(key, i), times * EULER)
    out.data[i * times] = rows.data[(i % M) * times]
    for (let t = 1; t < times; t++) {
      const from = out.data[i * times + t - 1]
      for (let m = 0; m < M; m++) {
        logs[m] = (rows.data[m * times + t] - from) ** 2 / (2 * variance)
        for (let a = 1; a <= Math.min(memory, t); a++)
          logs[m] -= (rows.data[m * times + t - a] - out.data[i * times + t - a]) ** 2 / (2 * h * h)
      }
      let x = from
      for (let s = 0; s < EULER; s++) {
        const left = 1 - s / EULER
        let [most, total, moved] = [Number.NEGATIVE_INFINITY, 0, 0]
        const exponents = logs.map((log, m) => log - (rows.data[m * times + t] - x) ** 2 / (2 * variance * left))
        for (const e of exponents) most = Math.max(most, e)
        exponents.forEach((e, m) => {
          const w = Math.exp(e - most)
          total += w
          moved += w * (rows.data[m * times + t] - x)
        })
        x += moved / total / left / EULER + Math.sqrt(variance / EULER) * z[(t - 1) * EULER + s]
      }
      out.data[i * times + t] = x
    }
  }
  return out
}

/** Sets of fresh paths that the error of the covariance is divided by. */
const SETS = 10
/** Variance at the last time: what goes wrong a little at every time shows here. */
const lastVariance = (points) => {
  const last = columnOf(points, points.cols - 1)
  return mean(Array.from(last, (x) => x * x)) - mean(Array.from(last)) ** 2
}
/** Share of steps on which a path changes wells. */
const changes = ({ data, rows, cols }) => {
  let sum = 0
  for (let i = 0; i < rows; i++)
    for (let t = 1; t < cols; t++) sum += Math.sign(data[i * cols + t]) === Math.sign(data[i * cols + t - 1]) ? 0 : 1
  return sum / rows / (cols - 1)
}
const increments = (points) => {
  const columns = list(points.cols, (c) => columnOf(points, c))
  return mean(columns.slice(1).map((column, t) => mean(Array.from(column, (x, i) => (x - columns[t][i]) ** 2))))
}

await experiment({
  name: 'process',
  title: 'A temporal process, localised',
  paper: 'GR',
  async run({ full, engine, key }) {
    const sizes = full ? [5, 10, 20, 40, 80] : [10, 30]
    const [count, drawnCount] = full ? [1000, 1000] : [300, 400]
    const sampled = async (rows, options) => {
      const model = await fitModel(tableOf(rows), { ...options, scaling: 'standard', rules: 'off', seed: 1, engine })
      return pointsOf(await sample(model, { rows: drawnCount, seed: 1, engine }))
    }
    const methods = {
      global: (rows) => sampled(rows, {}),
      'localised, in order': (rows) => sampled(rows, { local: 'window:1' }),
      'localised, as in [2]': (rows) => sampled(rows, { local: 'window:1', sweep: 'simultaneous' }),
      'SBTS, whole past': (rows, own) => timeSeriesBridge(rows, { count: drawnCount, memory: rows.cols, h: 0.5, key: own }),
      'SBTS, last value': (rows, own) => timeSeriesBridge(rows, { count: drawnCount, memory: 1, h: 0.1, key: own })
    }
    const [table, found] = [[], {}]
    const nearest = async (from, to) => {
      const { squaredDistances } = await engine.nearest({ from: cloud(from), to: cloud(to), kernel: gaussianKernel(1) }, 1)
      return Math.sqrt(squaredDistances.toSorted()[squaredDistances.length >> 1])
    }
    for (const d of sizes) {
      const [rows, fresh, many] = [count, drawnCount, 10 * count].map((n, i) => paths(n, d, keyFor(key, `${d} ${i}`)))
      const truth = covarianceOf(many)
      // Of one set of paths it is mostly chance: the mean of several.
      const errors = list(SETS, (k) => relativeError(covarianceOf(paths(count, d, keyFor(key, `${d} set ${k}`))), truth))
      const own = { covariance: mean(errors), distance: await sliced(rows, fresh), near: await nearest(fresh, rows) }
      table.push([
        d,
        'fresh paths',
        digits(relativeError(covarianceOf(fresh), truth) / own.covariance),
        1,
        1,
        digits(increments(fresh) / increments(many)),
        digits(lastVariance(fresh) / lastVariance(many)),
        digits(changes(fresh), 3)
      ])
      for (const [name, draw] of Object.entries(methods)) {
        const drawn = await draw(rows, keyFor(key, `${name} ${d}`))
        const of = {
          covariance: relativeError(covarianceOf(drawn), truth) / own.covariance,
          distance: (await sliced(drawn, fresh)) / own.distance,
          ratio: (await nearest(drawn, rows)) / own.near,
          increments: increments(drawn) / increments(many),
          last: lastVariance(drawn) / lastVariance(many),
          changes: changes(drawn)
        }
        found[name] = [...(found[name] ?? []), of]
        table.push([
          d,
          name,
          ...['covariance', 'distance', 'ratio', 'increments', 'last'].map((what) => digits(of[what])),
          digits(of.changes, 3)
        ])
      }
    }
    const last = (name) => found[name].at(-1)
    const local = last('localised, in order')
    return {
      claims: [
        ...[
          ['the localised sampler of [2] on a temporal process', 'localised, as in [2]'],
          ['in order, our default', 'localised, in order']
        ].map(([words, name]) => ({
          claim: `${words}: error of the covariance over that of as many fresh paths (under 1.5), and variance at the last of ${sizes.at(-1)} times (the truth 1)`,
          found: `${digits(last(name).covariance)} and ${digits(last(name).last)}; global ${digits(last('global').covariance)} and ${digits(last('global').last)}, SBTS with the last value ${digits(last('SBTS, last value').covariance)} and ${digits(last('SBTS, last value').last)}`,
          met: last(name).covariance < 1.5 && Math.abs(last(name).last - 1) < 0.1
        })),
        {
          claim: 'paths are new: nearest-neighbour ratio (1 is right, 0 is copying), as in [2], in order, global, SBTS with the last value',
          found: `${['localised, as in [2]', 'localised, in order', 'global', 'SBTS, last value'].map((name) => digits(last(name).ratio)).join(', ')}, SBTS with its whole past ${digits(last('SBTS, whole past').ratio)}`,
          met: local.ratio > 0.85
        }
      ],
      tables: [
        {
          title: `${count} training paths in a double well, ${drawnCount} drawn`,
          head: [
            'times',
            'sampler',
            'covariance error, fresh paths 1',
            'sliced W2, training paths 1',
            'nearest-neighbour ratio',
            'squared increments, truth 1',
            'variance at the end, truth 1',
            'changes of the well a step'
          ],
          rows: table
        }
      ],
      picture: {
        words: 'Errors against the number of times',
        panels: [
          ['covariance', 'error of the covariance, fresh paths 1'],
          ['ratio', 'nearest-neighbour ratio, 1 is right']
        ].map(([what, yName]) => ({
          title: what === 'ratio' ? 'new or copied' : 'covariance',
          key: [
            ['global', VERMILION],
            ['localised', BLUE],
            ['as in [2]', GREEN],
            ['SBTS', PURPLE],
            ['past', GREY]
          ],
          x: { type: 'log', ticks: sizes, tickFormat: String },
          y: { nice: true, domain: [0, 1.1 * Math.max(1, ...Object.values(found).flatMap((of) => of.map((one) => one[what])))] },
          xName: 'times',
          yName,
          marks: curves(
            Object.entries(found).map(([name, of]) => ({
              colour:
                { global: VERMILION, 'localised, in order': BLUE, 'localised, as in [2]': GREEN, 'SBTS, whole past': GREY }[name] ?? PURPLE,
              points: sizes.map((d, i) => [d, of[i][what]])
            }))
          )
        }))
      }
    }
  }
})
