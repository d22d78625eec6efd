import { expect, it } from 'vitest'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { fitModel } from '../system.js'
import { embedding } from './system.js'

/** Rows of a circle, and one in its middle in place of the fifth. */
const circle = (lonely: boolean) =>
  ['x', 'y'].map((name, c) => ({
    name,
    source: 'number' as const,
    values: Float64Array.from({ length: 90 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 90
      return lonely && i === 4 ? 0 : c === 0 ? Math.cos(angle) : Math.sin(angle)
    })
  }))

it('a row that the kernel does not join has the first coordinate to itself, is named, and may be joined or left out', async () => {
  const fitted = (lonely: boolean, options = {}) =>
    fitModel(embedding, { input: { rowCount: 90, columns: circle(lonely) }, options }, { engine: new ReferenceEngine() })
  const { coordinates, summary } = await fitted(true)
  const first = Array.from({ length: 90 }, (_, i) => coordinates!.data[i * coordinates!.cols]!)
  // ψ of mean square 1 that is constant but for one of 90 rows, or that constant beside it.
  expect(Math.abs(first[4]!)).toBeGreaterThan(Math.sqrt(89) - 1e-3)
  const note = summary.notes.find((one) => one.startsWith('row 5 sees only itself'))!
  const epsilon = Number(/ε = ([\d.]+) would join it$/.exec(note)![1])
  expect((await fitted(true, { bandwidth: epsilon })).summary.notes.join()).not.toContain('only itself')
  expect((await fitted(false)).summary.notes).toEqual([])
})
