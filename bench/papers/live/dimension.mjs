import { InputError } from '@sbridge/core'
import { keyFor } from 'sbridge/kernels'
import { covarianceOf, fieldCovariance, gaussianField, relativeError, sliced } from '../experiments/points.mjs'
import { medianNearest, newRows } from '../experiments/tables.mjs'

const [DRAWN, PHI] = [400, 0.7]
const SAMPLERS = { global: {}, localised: { local: 'window:1' } }

/** New rows; undefined where the bandwidth is refused, since no row has a neighbour at it. */
async function drawnWith(options, rows, engine) {
  try {
    return await newRows(rows, { ...options, scaling: 'standard', rules: 'off', seed: 1 }, { rows: DRAWN, seed: 1 }, engine)
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

export default {
  name: 'dimension',
  title: 'Many columns, one bridge or many small ones',
  words: [
    'A field on a line: each column depends on its neighbours. One bridge on all d columns needs a wider bandwidth, or ever more rows, as d grows: at a narrow one no row is near another, and what it draws are copies. One small bridge for each column on its neighbourhood draws new rows at bandwidths at which the one bridge copies.',
    'The pictures are covariance matrices, orange above zero and purple below. The ratio of distances is 1 for new rows and 0 for copies. At a bandwidth at which no row has a neighbour there is no bridge.'
  ],
  command: 'node bench/papers/dimensions.mjs',
  settings: [
    { name: 'columns', label: 'd, columns', values: [2, 3, 5, 8, 12, 16, 20], default: 8 },
    { name: 'epsilon', label: 'ε, bandwidth', values: ['auto', 0.03, 0.1, 0.3, 1, 3, 10], default: 'auto' },
    { name: 'rows', label: 'M, training rows', values: [50, 100, 200], default: 100 }
  ],
  async run({ columns, epsilon, rows: count }, { engine, key }) {
    const [rows, fresh] = ['rows', 'fresh'].map((part) => gaussianField(part === 'rows' ? count : DRAWN, columns, PHI, keyFor(key, part)))
    const truth = fieldCovariance(columns, PHI)
    const cells = (title, covariance) => ({ title, square: true, marks: [{ kind: 'cells', values: covariance }], x: {}, y: {}, key: [] })
    const panels = [cells('The truth', truth)]
    const own = { covariance: relativeError(covarianceOf(rows), truth), distance: await sliced(rows, fresh) }
    const expected = await medianNearest(fresh, rows, engine)
    const numbers = []
    for (const [sampler, options] of Object.entries(SAMPLERS)) {
      const drawn = await drawnWith({ ...options, bandwidth: epsilon }, rows, engine)
      const title = sampler === 'global' ? 'One bridge' : `${columns} small bridges`
      const covariance = drawn && covarianceOf(drawn)
      if (drawn) panels.push(cells(title, covariance))
      const over = (value, one) => (drawn ? value / one : null)
      numbers.push(
        {
          name: `${sampler}: error of the covariance, that of the training rows 1`,
          value: over(drawn && relativeError(covariance, truth), own.covariance)
        },
        {
          name: `${sampler}: sliced distance to fresh rows, that of the training rows 1`,
          value: over(drawn && (await sliced(drawn, fresh)), own.distance)
        },
        {
          name: `${sampler}: ratio of distances to the nearest training row`,
          value: over(drawn && (await medianNearest(drawn, rows, engine)), expected)
        }
      )
    }
    return { panels, numbers }
  }
}
