import { describe, expect, it } from 'vitest'
import { textTable } from '../../../../test/planted-tables.js'
import { keyFromSeed, normals } from '../num/random.js'
import { inferTable } from './infer.js'
import { presentTable } from './present.js'
import { shortNumbers } from './short-numbers.js'

const ROWS = 200
const measured = Array.from(normals(keyFromSeed(3), ROWS), (z) => Math.round(4000 + 900 * z) / 100)
/** As a program writes what it keeps in single precision, to fifteen digits, halves of the last one down. */
const single = (x: number) => {
  const whole = Math.fround(x)
  const text = whole.toPrecision(15)
  const down = (Number(text) - whole) * 10 ** (text.length - text.indexOf('.') - 1)
  return down > 0.49 ? whole.toPrecision(16).slice(0, -1) : String(Number(text))
}

const read = (cells: readonly string[]) => {
  const inferred = inferTable(textTable({ x: cells }))
  const [column] = inferred.table.columns
  return { column: column!, format: inferred.formats[0]!, ...inferred }
}
const writtenAgain = (cells: readonly string[]) => {
  const { table, formats } = read(cells)
  return presentTable(table, formats, 'text').columns[0]!.values
}

describe('numbers of single precision that were written to fifteen digits', () => {
  it('are the short ones that they stand for, whichever way halves were rounded', () => {
    const cells = measured.map(single)
    expect(cells.filter((cell) => cell.length > 14).length).toBeGreaterThan(150)
    const { column, format } = read(cells)
    expect(Array.from((column as { values: Float64Array }).values)).toEqual(measured)
    expect(format.number).toMatchObject({ single: true, long: true, digits: 15, decimals: 2 })
    const halves = ['140.119995117187', '140.119995117188', '0.5', '82.9000015258789']
    expect(shortNumbers(Float64Array.from(halves, Number))).toMatchObject({ digits: 15, decimals: 2 })
  })

  it('are written to as many again', () => {
    const cells = measured.map((x) => String(Number(Math.fround(x).toPrecision(15))))
    expect(writtenAgain(cells)).toEqual(cells)
  })

  it('are so with few decimals, where they have more digits than single precision', () => {
    const cells = measured.map((x) => String(Math.fround(3000.1 + 600 * x)))
    expect(Math.max(...cells.map((cell) => cell.split('.')[1]?.length ?? 0))).toBeLessThanOrEqual(12)
    expect(read(cells).format.number).toMatchObject({ single: true, decimals: 1 })
    expect(writtenAgain(cells)).toEqual(cells)
    // Sixteenths are measured, though single precision has them all.
    expect(read(measured.map((x) => String(Math.round(16 * x) / 16))).format.number).toEqual({ decimals: 4, padded: false })
  })

  it('are doubles where one has more precision', () => {
    const cells = measured.map((x, i) => (i === 7 ? '41.4399986' : single(x)))
    expect(read(cells).format.number?.single).toBeUndefined()
  })
})

describe('doubles', () => {
  it('of which a few are written with more digits than they have are written with those that they have', () => {
    // 2.2467800000000002 and 2.24678 are one number, to the last bit.
    const cells = ['2.61776', '2.2467800000000002', '3.1', '2.7', '4.05', '2.61814']
    expect(read(cells).format.number).toEqual({ decimals: 5, padded: false })
    expect(writtenAgain(cells)).toEqual(cells.with(1, '2.24678'))
  })

  it('that most cells leave the last digits out of are written to as many digits, and to all where they have all', () => {
    const logs = measured.map((x) => Math.log(x))
    const most = logs.map((x, i) => String(i % 40 === 0 ? x : Number(x.toPrecision(15))))
    expect(read(most).format.number?.digits).toBe(15)
    const { table, formats } = read(most)
    const drawn = { ...table, columns: [{ ...table.columns[0]!, values: Float64Array.from(logs, (x) => x / 3) }] } as typeof table
    const digits = presentTable(drawn, formats, 'text').columns[0]!.values as readonly string[]
    expect(Math.max(...digits.map((cell) => cell.replace(/\D/g, '').replace(/^0+/, '').length))).toBe(15)
    expect(read(logs.map(String)).format.number?.digits).toBeUndefined()
  })
})
