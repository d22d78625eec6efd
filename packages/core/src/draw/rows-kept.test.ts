import { expect, it } from 'vitest'
import type { Evidence } from '../know/evidence.js'
import { columnOf } from '../num/matrix.js'
import { keyFor, keyFromSeed, uniforms } from '../num/random.js'
import { encodeTable, fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import { nothingHeld } from './level-keys.js'
import { levelLimits, withinLimits } from './level-limits.js'
import { movedWithin } from './rows-kept.js'

const n = 400
const key = keyFromSeed(4)
const dice = (label: string) => uniforms(keyFor(key, label), n)
const kind = Array.from(dice('kind'), (u) => (u < 0.5 ? 'child' : 'adult'))
const { table, formats } = inferTable({
  rowCount: n,
  columns: [
    { name: 'kind', source: 'text', values: kind },
    { name: 'age', source: 'number', values: dice('age').map((u, i) => (kind[i] === 'child' ? 14 * u : 14 + 50 * u)) },
    { name: 'fare', source: 'number', values: dice('fare').map((u, i) => (kind[i] === 'child' ? u : 2 + 3 * u)) }
  ]
})
const encoder = fitEncoder(table, formats, () => 'standard')
const rows = encodeTable(encoder, table, key)
const limits = levelLimits({ encoder, rows })
/** All numbers as those of the row before. */
const drawn = {
  ...rows,
  coordinates: {
    ...rows.coordinates,
    data: rows.coordinates.data.map((_, at, all) => all[(at + all.length - rows.coordinates.cols) % all.length]!)
  }
}
const evidence: Evidence = {
  linear: false,
  value: async ({ coordinates }) =>
    Float64Array.from({ length: coordinates.rows }, (_, i) => -(coordinates.data[i * coordinates.cols]! ** 2))
}

it('what is observed stays beyond the ends of its level, and what is not comes within them', async () => {
  const whole = withinLimits(drawn, limits)
  const seen = await movedWithin(drawn, { limits, isHeld: nothingHeld }, { ...evidence, touches: [0] })
  expect(columnOf(whole.coordinates, 0).filter((x, i) => x !== columnOf(drawn.coordinates, 0)[i]).length).toBeGreaterThan(100)
  expect(columnOf(seen.coordinates, 0)).toEqual(columnOf(drawn.coordinates, 0))
  expect(columnOf(seen.coordinates, 1)).toEqual(columnOf(whole.coordinates, 1))
})

it('a row of which anything may be observed moves only where the evidence does not see it', async () => {
  const seen = await movedWithin(drawn, { limits, isHeld: nothingHeld }, evidence)
  const [before, after, whole] = [drawn, seen, withinLimits(drawn, limits)].map(({ coordinates }) =>
    [0, 1].map((c) => columnOf(coordinates, c))
  )
  for (let i = 0; i < n; i++) {
    const isSeen = whole![0]![i] !== before![0]![i]
    expect(after!.map((column) => column[i])).toEqual((isSeen ? before! : whole!).map((column) => column[i]))
  }
})
