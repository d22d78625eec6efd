import { keyFor } from 'sbridge/kernels'
import { partOf, SCALES, UNEVEN } from '../experiments/laws.mjs'
import { mean, rowsOf } from '../experiments/points.mjs'
import { medianNearest, newRows } from '../experiments/tables.mjs'
import { ROWS } from './settings.mjs'

const DRAWN = 400
/** Half of the width of the picture of the thin part. */
const VIEW = 4

const deviationOf = ({ data }) => Math.sqrt(mean(Array.from(data, (x) => x * x)))

export default {
  name: 'bandwidth',
  title: 'A bandwidth that follows the density',
  words: [
    'Rows of two scales, one thirty-two times the other: their densities differ a thousandfold. One bandwidth for both is too wide for the dense part or too narrow for the thin one. A bandwidth that follows the density is narrow in the one and wide in the other.',
    'A ratio of distances says whether rows are new: the distance of drawn rows to the nearest training row, over that of fresh rows of the law. 1 is right, 0 is copying.'
  ],
  command: 'node bench/papers/density-range.mjs',
  settings: [
    { name: 'epsilon', label: 'ε, of columns of deviation 1', values: ['auto', 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03], default: 0.003 },
    ROWS,
    { name: 'law', label: 'law', values: Object.keys(UNEVEN), default: 'two groups' }
  ],
  async run({ epsilon, rows: count, law }, { engine, key }) {
    const place = UNEVEN[law]
    const [rows, fresh] = [place.draw(count, keyFor(key, 'rows')), place.draw(DRAWN, keyFor(key, 'fresh'))]
    const [panels, numbers] = [[], []]
    for (const kernel of ['fixed', 'variable']) {
      const fitting = { kernel, bandwidth: epsilon, scaling: 'standard', rules: 'off', seed: 1 }
      const drawn = await newRows(rows, fitting, { rows: DRAWN, seed: 1 }, engine)
      const parts = (dense) => [drawn, rows, fresh].map((points) => partOf(points, place, dense))
      const ratio = async ([one, seen, other]) =>
        one.rows === 0 ? null : (await medianNearest(one, seen, engine)) / (await medianNearest(other, seen, engine))
      const colour = kernel === 'variable' ? 'ours' : 'other'
      const picture = (part, middle, half) => ({
        title: `${kernel}: ${part}`,
        square: true,
        x: { domain: [middle - half, middle + half] },
        y: { domain: [-half, half] },
        marks: [
          { kind: 'dots', colour: 'rows', points: rowsOf(rows) },
          { kind: 'dots', colour, points: rowsOf(drawn) }
        ],
        key: [
          ['training rows', 'rows'],
          [`${DRAWN} drawn`, colour]
        ]
      })
      const [dense, thin] = [parts(true), parts(false)]
      panels.push(picture('the dense part', place.middle, VIEW / SCALES), picture('the thin part', 0, VIEW))
      numbers.push(
        { name: `${kernel}: ratio of distances, dense part`, value: await ratio(dense) },
        { name: `${kernel}: ratio of distances, thin part`, value: await ratio(thin) },
        {
          name: `${kernel}: deviation of the dense part, that of fresh rows 1`,
          value: dense[0].rows === 0 ? null : deviationOf(dense[0]) / deviationOf(dense[2])
        }
      )
    }
    return { panels, numbers }
  }
}
