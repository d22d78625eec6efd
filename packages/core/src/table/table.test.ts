import { describe, expect, it } from 'vitest'
import { InputError } from '../num/errors.js'
import { keyFromSeed, normals } from '../num/random.js'
import { combinationsOf, placeLevels } from './categories.js'
import { decodeTable, encodeTable, fitEncoder } from './encoder.js'
import { inferTable } from './infer.js'
import { formatDateTime, formatNumber, numberStyle, parseDateTime, parseNumber } from './parse.js'
import { presentTable } from './present.js'
import type { RawTable } from './raw.js'
import { fitScaler, isListed, isLumpy, scaleValues, shareOfUnseen, suggestsQuantile, unscaleValues } from './scaling.js'

const text = (columns: Record<string, (string | null)[]>): RawTable => ({
  columns: Object.entries(columns).map(([name, values]) => ({ name, source: 'text', values })),
  rowCount: Object.values(columns)[0]!.length
})

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof InputError) return error.code
    throw error
  }
  return 'nothing thrown'
}

describe('kinds of columns', () => {
  const raw = text({
    id: ['a1', 'b2', 'c3', 'd4'],
    n: ['1.50', '2.25', '', 'NA'],
    k: ['1', '2', '3', '2'],
    zip: ['01234', '01234', '98765', '11111'],
    flag: ['TRUE', 'FALSE', null, 'TRUE'],
    day: ['2020-01-31', '2021-12-01', '2020-02-29', '2020-01-31']
  })

  it('are inferred from what the cells spell', () => {
    const { table, notes } = inferTable(raw)
    expect(table.columns.map((c) => c.kind)).toEqual(['identifier', 'number', 'integer', 'category', 'boolean', 'datetime'])
    expect(notes.join()).toContain('id: every value differs')
  })

  it('come back in the input’s spelling', () => {
    const { table, formats } = inferTable(raw)
    const back = presentTable(table, formats, 'text').columns.map((c) => c.values)
    expect(back).toEqual([
      ['1', '2', '3', '4'],
      ['1.50', '2.25', null, null],
      ['1', '2', '3', '2'],
      ['01234', '01234', '98765', '11111'],
      ['TRUE', 'FALSE', null, 'TRUE'],
      ['2020-01-31', '2021-12-01', '2020-02-29', '2020-01-31']
    ])
  })

  it('can be set, chosen and excluded', () => {
    const { table } = inferTable(raw, { types: { k: 'category' }, exclude: ['id', 'zip'] })
    expect(table.columns.map((c) => [c.name, c.kind])).toEqual([
      ['n', 'number'],
      ['k', 'category'],
      ['flag', 'boolean'],
      ['day', 'datetime']
    ])
    expect(inferTable(raw, { columns: ['day', 'k'] }).table.columns.map((c) => c.name)).toEqual(['k', 'day'])
  })

  it('refuses what cannot be modelled, saying why', () => {
    expect(codeOf(() => inferTable(text({ x: ['1'] })))).toBe('too-few-rows')
    expect(codeOf(() => inferTable(text({ x: ['a', 'b'] })))).toBe('nothing-to-model')
    expect(codeOf(() => inferTable(text({ x: ['1', 'NaN'] })))).toBe('not-finite')
    expect(codeOf(() => inferTable(text({ x: ['1', '-Infinity'] })))).toBe('not-finite')
    expect(codeOf(() => inferTable(text({ x: ['1', '1e999'] })))).toBe('not-finite')
    expect(codeOf(() => inferTable(text({ x: ['', ''] })))).toBe('column-empty')
    expect(codeOf(() => inferTable(text({ x: ['1', '2'] }), { exclude: ['y'] }))).toBe('column-unknown')
    expect(codeOf(() => inferTable(text({ x: ['1', 'two'] }), { types: { x: 'number' } }))).toBe('kind-unfit')
    expect(codeOf(() => inferTable(text({ x: ['1e300', '2e300'] })))).toBe('spread')
    expect(codeOf(() => inferTable(text({ x: ['1e-300', '2e-300'] })))).toBe('spread')
    // Constants, and probabilities near zero, have no spread that is too small.
    expect(inferTable(text({ x: ['1e300', '1e300'], p: ['1e-300', '0.5'] })).table.columns.length).toBe(2)
    // A cell that is a number, but not whole, asks for another kind of number.
    expect(() => inferTable(text({ x: ['1', '2.5'] }), { types: { x: 'integer' } })).toThrow('--types x=number')
    expect(
      codeOf(() => inferTable({ columns: [...text({ x: ['1', '2'] }).columns, ...text({ x: ['1', '2'] }).columns], rowCount: 2 }))
    ).toBe('column-duplicate')
    expect(inferTable(text({ x: ['1', 'NaN', '2'] }), { missing: ['NaN'] }).table.columns[0]).toMatchObject({
      kind: 'integer',
      missing: Uint8Array.of(0, 1, 0)
    })
  })

  it('says what could be meant by numbers with signs, dates in several spellings and long whole numbers', () => {
    const notesOn = (cells: string[]) => inferTable(text({ x: cells, y: cells.map((_, i) => String(i)) })).notes.join()
    for (const cells of [
      ['1,234', '12,345', '999'],
      ['$1.50', '$2.25'],
      ['5 %', '7.5 %'],
      ["1'234", '12 345']
    ])
      expect(notesOn(cells)).toContain('write them plainly')
    expect(notesOn(['2024-01-02', '03.02.2024'])).toContain('spell all of them in one way')
    for (const cells of [
      ['555-1234', '555-2345'],
      ['12:30', '12:31'],
      ['ann', 'bob']
    ])
      expect(notesOn(cells)).toMatch(/written as 1 … n$/)
    expect(notesOn(['9007199254740993', '9007199254740995'])).toContain('--types x=identifier')
    expect(notesOn(['9007199254740991', '3'])).toBe('')
    // Different names that would become one number stay names.
    expect(inferTable(text({ x: ['9007199254740992', '9007199254740993', '+3'], y: ['1', '2', '3'] })).table.columns[0]!.kind).toBe(
      'identifier'
    )
  })

  it('reads typed columns, with NaN refused and masks kept', () => {
    const column = { name: 'x', source: 'number' as const, values: Float64Array.of(1.25, 7, 3.5), missing: Uint8Array.of(0, 1, 0) }
    const { table, formats } = inferTable({ columns: [column], rowCount: 3 })
    expect(table.columns[0]).toMatchObject({ kind: 'number', missing: column.missing })
    expect(formats[0]!.number!.decimals).toBe(2)
    expect(codeOf(() => inferTable({ columns: [{ ...column, values: Float64Array.of(1, 2, Number.NaN) }], rowCount: 3 }))).toBe(
      'not-finite'
    )
  })
})

describe('names', () => {
  const raw = (values: string[]): RawTable => ({
    rowCount: values.length,
    columns: [
      { name: 'name', source: 'text', values },
      { name: 'x', source: 'text', values: values.map((_, i) => String(i % 7)) }
    ]
  })
  const nearlyAll = Array.from({ length: 120 }, (_, i) => `n${Math.min(i, 110)}`)
  it('that nearly all differ are categories with a note, or identifiers when told so', () => {
    const guessed = inferTable(raw(nearlyAll))
    expect([guessed.table.columns[0]!.kind, guessed.notes.length]).toEqual(['category', 1])
    expect(guessed.notes[0]).toMatch(/^name: 111 different values in 120 cells/)
    const told = inferTable(raw(nearlyAll), { types: { name: 'identifier' } })
    expect(told.table.columns[0]!.kind).toBe('identifier')
    expect(told.notes).toEqual(['name: counts as an identifier: left out of the model, written as 1 … n'])
  })
  it('that is a number in almost every cell has a note that names the cell that is none, and its text where it recurs', () => {
    const strays = (...at: number[]) => Array.from({ length: 40 }, (_, i) => (at.includes(i) ? 'oops' : String(i % 9)))
    const { table, notes } = inferTable(raw(strays(7, 9, 20)))
    expect(table.columns[0]!.kind).toBe('category')
    expect(notes).toEqual([
      "name: 37 of 40 cells are numbers, but not “oops” in row 8, so it counts as a category; if that stands for a missing value, add --missing 'oops'"
    ])
    const cells = strays(7)
    expect(inferTable(raw(cells)).notes).toEqual([
      'name: 39 of 40 cells are numbers, but not the one in row 8, so it counts as a category; if that stands for a missing value, add --missing with its text'
    ])
    expect(inferTable(raw(cells), { types: { name: 'category' } }).notes).toEqual([])
  })
  it('that recur have no note', () => {
    expect(inferTable(raw(nearlyAll.map((_, i) => `n${i % 55}`))).notes).toEqual([])
  })
})

describe('cells', () => {
  it('numbers, and codes that only look like numbers', () => {
    expect(['1', '-2.5', '.5', '1e-3', '+4.'].map(parseNumber)).toEqual([1, -2.5, 0.5, 1e-3, 4])
    expect(['', '007', '1,5', '0x10', 'Infinity', '1 2', '--1'].map(parseNumber)).toEqual(Array(7).fill(undefined))
  })
  it('decimals: the most that occur, padded only when all are', () => {
    expect(numberStyle(['1.50', '2.25', null])).toEqual({ decimals: 2, padded: true })
    expect(numberStyle(['1.5', '2', '3.25'])).toEqual({ decimals: 2, padded: false })
    expect(formatNumber(2, { decimals: 2, padded: false })).toBe('2')
    expect(formatNumber(-0.001, { decimals: 2, padded: false })).toBe('0')
    expect(formatNumber(120, { decimals: 0, padded: false })).toBe('120')
  })
  it('dates that exist, with zones', () => {
    expect(parseDateTime('2021-02-30')).toBeUndefined()
    expect(parseDateTime('2021-03-04T05:06:07+02:00')!.time).toBe(Date.UTC(2021, 2, 4, 3, 6, 7))
  })
  it('dates with slashes or the name of a month come back as they were spelled; orders that mean two days are no dates', () => {
    for (const text of ['2001/01/31 06:02', '2001/12/31', 'Jun 12 1998', '31.01.2001', '2001-01-31T06:02:03Z']) {
      const { time, style } = parseDateTime(text)!
      expect(formatDateTime(time, style)).toBe(text)
    }
    expect(parseDateTime('Jun 12 1998')!.time).toBe(Date.UTC(1998, 5, 12))
    expect(parseDateTime('03.04.2024')!.time).toBe(Date.UTC(2024, 3, 3))
    expect(['31.02.2024', '3.4.24', '3/4/2024', '2001/02/30', '2001/01-31', 'Foo 12 1998', 'Feb 30 1998'].map(parseDateTime)).toEqual(
      Array(7).fill(undefined)
    )
  })
})

describe('scaling', () => {
  const key = keyFromSeed(4)
  it('standard gives mean 0 and variance 1 and comes back', () => {
    const values = Float64Array.of(-3, 1, 4, 10)
    const scaler = fitScaler(values, 'standard')
    const z = scaleValues(scaler, values)
    expect(z.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 12)
    expect(z.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(1, 12)
    const back = unscaleValues(scaler, z)
    for (let i = 0; i < 4; i++) expect(back[i]).toBeCloseTo(values[i]!, 12)
  })
  it('tells lumpy columns from those that are only rounded', () => {
    const read = Float64Array.from({ length: 200 }, (_, i) => 3000 + 25 * Math.floor((i * i) / 1000) + (i % 2 === 0 ? 0 : 75))
    const rounded = Float64Array.from(normals(key, 200, 0), (z) => Math.round(40 + 6 * z))
    const exact = read.map((x, i) => x + i)
    expect([read, rounded, exact, read.subarray(0, 12)].map(isLumpy)).toEqual([true, false, false, false])
    // Mostly whole numbers, now and then to a decimal, as miles per gallon are.
    const mixed = Float64Array.from(normals(key, 300, 0), (z, i) =>
      i % 4 === 0 ? Math.round(10 * (24 + 7 * z)) / 10 : Math.round(24 + 7 * z)
    )
    expect(isLumpy(mixed)).toBe(true)
  })
  it('quantile takes values from a list only where a column is one', () => {
    const z = normals(keyFromSeed(8), 400)
    // Zero in 60 % of the rows, else an amount of its own: amounts are not taken from rows.
    const amounts = z.map((x, i) => (i % 5 < 3 ? 0 : 100 + x))
    const ratings = z.map((x) => Math.max(1, Math.min(5, Math.round(3 + x))))
    const visits = z.map((x) => Math.max(0, Math.round(12 * x - 3)))
    expect([amounts, ratings, visits].map((values) => (fitScaler(values, 'quantile') as { discrete: boolean }).discrete)).toEqual([
      false,
      true,
      true
    ])
    expect([amounts, ratings, visits, z].map(isListed)).toEqual([false, true, false, false])
    expect(isListed(Float64Array.of(1, 1, 2, 2))).toBe(false)
    const scaler = fitScaler(amounts, 'quantile')
    const back = unscaleValues(scaler, normals(keyFromSeed(9), 1000))
    const zeros = back.filter((x) => x === 0).length
    // Three standard errors of a share of 0.6 of 1,000.
    expect(Math.abs(zeros / 1000 - 0.6)).toBeLessThan(3 * Math.sqrt(0.24 / 1000))
    const known = new Set(amounts)
    expect(back.filter((x) => x !== 0 && known.has(x)).length).toBeLessThan(20)
    expect(Math.min(...back.filter((x) => x !== 0))).toBeGreaterThan(90)
  })
  it('standard keeps a column without negative values so', () => {
    const scaler = fitScaler(Float64Array.of(0, 0.1, 0.2, 5), 'standard')
    expect(Math.min(...unscaleValues(scaler, Float64Array.of(-4, -1, 0)))).toBeGreaterThanOrEqual(0)
  })
  it('quantile returns exact atoms of a discrete column in their proportions', () => {
    const values = Float64Array.from({ length: 400 }, (_, i) => (i < 200 ? 0 : i < 300 ? 1 : 7))
    const scaler = fitScaler(values, 'quantile')
    const z = scaleValues(scaler, values, key)
    expect([...unscaleValues(scaler, z)]).toEqual([...values])
    expect(z.reduce((a, b) => a + b * b, 0) / 400).toBeGreaterThan(0.8)
    const grid = Float64Array.from({ length: 1000 }, (_, i) => -3 + (6 * i) / 999)
    expect(new Set(unscaleValues(scaler, grid))).toEqual(new Set([0, 1, 7]))
  })
  it('an incomplete list gives room to values that it lacks, as round as those beside them', () => {
    // 60 values occur once and 20 twice: N₁/(N₁ + 2 N₂) = 0.6.
    const times = [4, 1, 2, 1, 4, 1, 2, 1, 4, 1, 1]
    const values = Float64Array.from(
      Array.from({ length: 110 }, (_, v) => Array<number>(times[v % times.length]!).fill(3000 + 100 * v)).flat()
    )
    const scaler = fitScaler(values, 'quantile')
    expect(shareOfUnseen(values)).toBeCloseTo(0.6, 10)
    // Training rows come back as they are, wherever ties are spread.
    expect([...unscaleValues(scaler, scaleValues(scaler, values, key))]).toEqual([...values])
    const drawn = unscaleValues(scaler, normals(keyFromSeed(3), 20_000))
    const known = new Set(values)
    // Steps of one unit of the last digit leave no room: nothing is invented with more digits.
    expect(drawn.every((x) => known.has(x))).toBe(true)
  })
  it('new values lie between those of the list, and none beside an atom', () => {
    // Values about 7 apart, half of them once, beside a spike of 30 % at zero.
    const value = (k: number) => 7 * k + (k % 3 === 0 ? 1 : 0)
    const values = Float64Array.from({ length: 400 }, (_, i) => (i < 120 ? 0 : value(20 + Math.floor(i < 270 ? (i - 120) / 2 : i))))
    const scaler = fitScaler(values, 'quantile')
    expect((scaler as { discrete: boolean }).discrete).toBe(true)
    const drawn = unscaleValues(scaler, normals(keyFromSeed(4), 20_000))
    const known = new Set(values)
    const fresh = drawn.filter((x) => !known.has(x))
    // 130 values once, 75 twice: each of the 205 gives 130/280 of a rank, a seventh of which rounds to the value itself.
    const expected = (205 * (130 / 280) * (6 / 7)) / 400
    expect(Math.abs(fresh.length / drawn.length - expected)).toBeLessThan(0.02)
    expect(fresh.every((x) => Number.isInteger(x) && x >= 70 && x < 7 * 420)).toBe(true)
    // On a lattice of 25 they keep to it.
    const masses = unscaleValues(
      fitScaler(
        values.map((x) => 25 * x),
        'quantile'
      ),
      normals(keyFromSeed(4), 20_000)
    )
    expect(masses.every((x) => x % 25 === 0)).toBe(true)
    expect(masses.some((x) => !known.has(x / 25))).toBe(true)
    expect(Math.abs(drawn.filter((x) => x === 0).length / drawn.length - 0.3)).toBeLessThan(0.015)
  })
  it('quantile of a continuous column interpolates inside its range and is monotone', () => {
    const values = Float64Array.of(1, 2, 4, 8, 16)
    const scaler = fitScaler(values, 'quantile')
    const back = unscaleValues(scaler, scaleValues(scaler, values))
    for (let i = 0; i < 5; i++) expect(back[i]).toBeCloseTo(values[i]!, 10)
    const decoded = unscaleValues(
      scaler,
      Float64Array.from({ length: 200 }, (_, i) => -4 + i / 25)
    )
    for (let i = 1; i < 200; i++) expect(decoded[i]).toBeGreaterThanOrEqual(decoded[i - 1]!)
    expect(decoded[199]).toBe(16)
  })
  it('a spike does not bleed into the gap beside it', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => (i < 40 ? 0 : 100 + i * 1.37))
    const scaler = fitScaler(values, 'quantile')
    const decoded = unscaleValues(
      scaler,
      Float64Array.from({ length: 5000 }, (_, i) => -3 + (6 * i) / 4999)
    )
    expect(decoded.some((x) => x > 0 && x < 150)).toBe(false)
  })
  it('suggests quantile for atoms, tails and skew only', () => {
    const spread = Float64Array.from({ length: 200 }, (_, i) => i + 0.001 * ((i * 7919) % 13))
    expect(suggestsQuantile(spread)).toBe(false)
    expect(suggestsQuantile(spread.map((x) => Math.floor(x / 40)))).toBe(true)
    expect(suggestsQuantile(spread.map((x) => Math.exp(x / 30)))).toBe(true)
  })
})

describe('categories', () => {
  it('levels are √2 apart', () => {
    for (const count of [2, 3, 7, 12]) {
      const places = placeLevels(count)
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < a; b++) {
          let squared = 0
          for (let c = 0; c < places.cols; c++) squared += (places.data[a * places.cols + c]! - places.data[b * places.cols + c]!) ** 2
          expect(squared).toBeCloseTo(2, 12)
        }
      }
    }
    const many = placeLevels(200)
    expect(many.cols).toBe(12)
  })
  it('combinations group equal rows of codes', () => {
    const { ofRow, rows } = combinationsOf(Int32Array.of(0, 1, 2, 0, 0, 1, 2, 0), 4)
    expect([...ofRow]).toEqual([0, 1, 0, 1])
    expect(rows.map((r) => [...r])).toEqual([
      [0, 2],
      [1, 3]
    ])
  })
})

describe('encoder', () => {
  const raw = text({
    x: ['1.5', '2.5', '', '4.0', '3.0'],
    c: ['a', 'b', 'a', null, 'b'],
    one: ['7', '7', '7', '7', '7'],
    id: ['p', 'q', 'r', 's', 't']
  })
  it('encodes and decodes to the same table, missing cells and constants included', () => {
    for (const method of ['standard', 'quantile'] as const) {
      const { table, formats } = inferTable(raw)
      const encoder = fitEncoder(table, formats, () => method)
      expect(encoder.coordinateCount).toBe(1)
      expect(encoder.factors.map((f) => f.levelCount)).toEqual([2, 3])
      const back = decodeTable(encoder, encodeTable(encoder, table, keyFromSeed(1)))
      expect(presentTable(back, formats, 'text')).toEqual(presentTable(table, formats, 'text'))
    }
  })
  it('refuses a table of other columns or levels', () => {
    const { table, formats } = inferTable(raw)
    const encoder = fitEncoder(table, formats, () => 'standard')
    const other = (change: Record<string, (string | null)[]>) => {
      const columns = Object.fromEntries(raw.columns.map((c) => [c.name, c.values as (string | null)[]]))
      return inferTable(text({ ...columns, ...change }), { types: { c: 'category', x: 'number', one: 'integer', id: 'identifier' } }).table
    }
    expect(codeOf(() => encodeTable(encoder, other({ c: ['a', 'b', 'zzz', 'a', 'b'] }), keyFromSeed(1)))).toBe('level-unknown')
    expect(codeOf(() => encodeTable(encoder, { columns: table.columns.slice(1), rowCount: 5 }, keyFromSeed(1)))).toBe('columns-differ')
  })
})
