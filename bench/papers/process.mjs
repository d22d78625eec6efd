// A temporal process, its whole paths as rows: one bridge on all times, one for each time on its neighbours, and the Schrödinger bridge
// of time series (SBTS: Hamdouche, Henry-Labordère, Pham 2023), which draws a path forwards with a kernel on its past.
import { keyFor } from 'sbridge/kernels'
import { covarianceOf, digits, experiment, list, mean, relativeError, sliced } from './experiment.mjs'
import { changes, increments, lastVariance, paths, timeSeriesBridge } from './experiments/process.mjs'
import { medianNearest, newRows } from './experiments/tables.mjs'
import { BLUE, curves, GREEN, GREY, PURPLE, VERMILION } from './figure.mjs'

/** Sets of fresh paths that the error of the covariance is divided by. */
const SETS = 10
await experiment({
  name: 'process',
  title: 'A temporal process, localised',
  paper: 'GR',
  async run({ full, engine, key }) {
    const sizes = full ? [5, 10, 20, 40, 80] : [10, 30]
    const [count, drawnCount] = full ? [1000, 1000] : [300, 400]
    const sampled = (rows, options) =>
      newRows(rows, { ...options, scaling: 'standard', rules: 'off', seed: 1 }, { rows: drawnCount, seed: 1 }, engine)
    const methods = {
      global: (rows) => sampled(rows, {}),
      'localised, in order': (rows) => sampled(rows, { local: 'window:1' }),
      'localised, as in [2]': (rows) => sampled(rows, { local: 'window:1', sweep: 'simultaneous' }),
      'SBTS, whole past': (rows, own) => timeSeriesBridge(rows, { count: drawnCount, memory: rows.cols, h: 0.5, key: own }),
      'SBTS, last value': (rows, own) => timeSeriesBridge(rows, { count: drawnCount, memory: 1, h: 0.1, key: own })
    }
    const [table, found] = [[], {}]
    for (const d of sizes) {
      const [rows, fresh, many] = [count, drawnCount, 10 * count].map((n, i) => paths(n, d, keyFor(key, `${d} ${i}`)))
      const truth = covarianceOf(many)
      // Of one set of paths it is mostly chance: the mean of several.
      const errors = list(SETS, (k) => relativeError(covarianceOf(paths(count, d, keyFor(key, `${d} set ${k}`))), truth))
      const own = { covariance: mean(errors), distance: await sliced(rows, fresh), near: await medianNearest(fresh, rows, engine) }
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
          ratio: (await medianNearest(drawn, rows, engine)) / own.near,
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
