import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { withSerial, withSeries } from './serial.js'

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

it('columns go with the row before of the same level where each is a series', () => {
  for (const seed of [1, 2, 3]) {
    const noise = normals(keyFor(keyFromSeed(seed), 'sensors'), ROWS)
    const walks = [20, 30, 10]
    const codes = Int32Array.from({ length: ROWS }, (_, i) => i % 3)
    const temp = noise.map((x, i) => {
      walks[codes[i]!]! += 0.3 * x
      return walks[codes[i]!]!
    })
    const other = Int32Array.from({ length: ROWS }, (_, i) => ((i * 7919) % 1009) % 3)
    const levels = ['a', 'b', 'c']
    const table = (device: Int32Array) => ({
      rowCount: ROWS,
      columns: [
        { name: 'device', kind: 'category' as const, codes: device, levels },
        { name: 'temp', kind: 'number' as const, values: temp },
        { name: 'noise', kind: 'number' as const, values: noise }
      ]
    })
    expect(withSeries(table(codes), { column: 'ts' })).toEqual({ column: 'ts', apart: { by: 'device', count: 3, serial: ['temp'] } })
    expect(withSeries(table(other), { column: 'ts' })).toEqual({ column: 'ts' })
  }
})
