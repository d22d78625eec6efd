import { keyFor, matrix, normals } from 'sbridge/kernels'
import { denoised, PHI, squared, wiener } from '../experiments/denoise.mjs'
import { gaussianField, rowsOf } from '../experiments/points.mjs'
import { ROWS } from './settings.mjs'

const NOISY = 200
const RADII = { 'whole rows': Number.POSITIVE_INFINITY, 'windows of 3': 1, 'windows of 5': 2 }

export default {
  name: 'denoising',
  title: 'A denoiser that looks at neighbours alone',
  words: [
    'The mean of the training rows, weighted by how near they are to a noisy row, takes the noise off: by Tweedie’s formula that is a step along the score. In many columns no training row is near, and the mean of whole rows becomes that of one row. A mean for each column, of rows that are near in its window, does not mind how many columns there are.',
    'The field is Gaussian, so that the best filter there is, Wiener’s, is known: its error is 1.'
  ],
  command: 'node bench/papers/denoising.mjs',
  settings: [
    { name: 'columns', label: 'd, columns', values: [2, 5, 10, 20, 50], default: 20 },
    { name: 'sigma', label: 'σ, noise', values: [0.1, 0.2, 0.3, 0.5, 0.7, 1], default: 0.5 },
    ROWS
  ],
  async run({ columns, sigma, rows: count }, { engine, key }) {
    const [rows, clean] = [count, NOISY].map((n, i) => gaussianField(n, columns, PHI, keyFor(key, i)))
    const z = normals(keyFor(key, 'noise'), NOISY * columns)
    const noisy = matrix(
      NOISY,
      columns,
      clean.data.map((x, i) => x + sigma * z[i])
    )
    const best = squared(wiener(noisy, columns, sigma), clean)
    const lineOf = (points, colour) => ({ kind: 'line', colour, points: rowsOf(points)[0].map((y, c) => [c + 1, y]) })
    const truth = lineOf(clean, 'rows')
    const [panels, numbers] = [[], [{ name: 'squared error of the noisy rows, Wiener’s filter 1', value: sigma ** 2 / best }]]
    for (const [name, radius] of Object.entries(RADII)) {
      const out = await denoised(rows, noisy, { radius, engine, sigma })
      const colour = radius === 1 ? 'ours' : 'other'
      if (radius !== 2)
        panels.push({
          title: `One row, by ${name}`,
          x: { label: 'column' },
          y: { domain: [-3.5, 3.5] },
          marks: [{ kind: 'crosses', colour: 'rows', points: rowsOf(noisy)[0].map((y, c) => [c + 1, y]) }, truth, lineOf(out, colour)],
          key: [
            ['noisy, and without noise', 'rows'],
            ['denoised', colour]
          ]
        })
      numbers.push({ name: `squared error of ${name}`, value: squared(out, clean) / best })
    }
    return { panels, numbers }
  }
}
