import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { withSerial } from './serial.js'

const ROWS = 300

it('a walk goes with the row before; noise about a trend, short memory and few rows do not', () => {
  for (const seed of [1, 2, 3]) {
    const noise = normals(keyFor(keyFromSeed(seed), 'noise'), ROWS)
    let [walk, short] = [0, 0]
    const columns = {
      walk: noise.map((x) => (walk += x)),
      trend: noise.map((x, i) => 0.05 * i + Math.sin(i / 40) + x),
      short: noise.map((x) => (short = 0.3 * short + x)),
      flat: noise.map(() => 2)
    }
    const of = (rows: number) => ({
      rowCount: rows,
      columns: Object.entries(columns).map(([name, values]) => ({ name, kind: 'number' as const, values: values.slice(0, rows) }))
    })
    expect(withSerial(of(ROWS), { column: 'day' })).toEqual({ column: 'day', serial: ['walk'] })
    // A mean of the last twenty is missing where the rows begin.
    const gaps = Uint8Array.from({ length: ROWS }, (_, i) => Number(i < 19))
    const mean = { name: 'mean', kind: 'number' as const, values: columns.walk.map((x, i) => (i < 19 ? 0 : x)), missing: gaps }
    const late = { name: 'late', kind: 'number' as const, values: columns.short, missing: gaps }
    expect(withSerial({ rowCount: ROWS, columns: [mean, late] }, { column: 'day' })).toEqual({ column: 'day', serial: ['mean'] })
    expect(withSerial(of(90), { column: 'day' })).toEqual({ column: 'day' })
  }
})
