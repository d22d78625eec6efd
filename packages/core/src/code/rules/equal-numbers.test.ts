import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { equalColumns, equalsLost } from './equal-numbers.js'

const ROWS = 400
const known = new Map<string, Float64Array>()
const once =
  (of: typeof uniforms) =>
  (label: string, rows = ROWS) => {
    const name = `${of.name} ${label} ${rows}`
    const own = known.get(name) ?? of(keyFor(keyFromSeed(8), label), rows)
    known.set(name, own)
    return own
  }
const [chance, normal] = [once(uniforms), once(normals)] as const
const cents = (x: number) => Math.round(100 * x) / 100
const quantitiesOf = (columns: Readonly<Record<string, ArrayLike<number>>>) =>
  Object.entries(columns).map(([name, values]) => ({ name, values: Float64Array.from(values), isDate: false, unit: 0.01 }))
const found = (columns: Readonly<Record<string, ArrayLike<number>>>) =>
  equalColumns(quantitiesOf(columns)).map(({ column, of }) => [column, of])

const quotes = (rows = ROWS) => Array.from(normal('quoted', rows), (z) => cents(Math.exp(4 + 0.8 * z)))
/** Another price than what is quoted in so many rows. */
const charged = (share: number, rows = ROWS) =>
  quotes(rows).map((x, i) => (chance('other', rows)[i]! < share ? cents(x * (0.7 + 0.7 * chance('by', rows)[i]!)) : x))

it('pairs that have the same number in many rows are found, whether most rows have it or few', () => {
  for (const share of [0.05, 0.5, 0.9]) expect(found({ quoted: quotes(), charged: charged(share) })).toEqual([['charged', 'quoted']])
  expect(found({ quoted: quotes(6000), charged: charged(0.9, 6000) })).toEqual([['charged', 'quoted']])
  // Where one is missing nothing is the same.
  const holes = (values: readonly number[], every: number) => values.map((x, i) => (i % every === 0 ? Number.NaN : x))
  expect(found({ quoted: holes(quotes(), 3), charged: holes(charged(0.3), 7) })).toEqual([['charged', 'quoted']])
})

it('numbers that come near each other, have the same few values, or are mostly 0, are none of them', () => {
  const level = (rows: number) => normal('level', rows)
  for (const rows of [ROWS, 3000]) {
    const pixel = (label: string) => Array.from(level(rows), (x, i) => Math.round(60 + 12 * x + 1.5 * normal(label, rows)[i]!))
    expect(found({ left: pixel('left'), right: pixel('right') })).toEqual([])
    // On a lattice of its own, as of a detector.
    const coarse = (label: string) => pixel(label).map((x) => 4 * Math.round(x / 4))
    expect(found({ left: coarse('left'), right: coarse('right') })).toEqual([])
    const rating = (label: string) =>
      Array.from(level(rows), (x, i) => Math.max(1, Math.min(5, Math.round(3 + x + 0.5 * normal(label, rows)[i]!))))
    expect(found({ first: rating('first'), second: rating('second') })).toEqual([])
    const rare = (label: string) =>
      Array.from(chance(label, rows), (u, i) => (u < 0.85 ? 0 : cents(50 * chance(`${label} amount`, rows)[i]!)))
    expect(found({ gain: rare('gain'), loss: rare('loss') })).toEqual([])
    const heaped = (label: string) => Array.from(chance(label, rows), (u) => 50 * Math.floor(1 + 60 * u))
    expect(found({ rent: heaped('rent'), wage: heaped('wage') })).toEqual([])
  }
})

it('drawn rows lose what they have in fewer rows than chance explains', () => {
  const real = quantitiesOf({ quoted: quotes(), charged: charged(0.5) })
  const pairs = equalColumns(real)
  const count = real[0]!.values.filter((x, i) => x === real[1]!.values[i]).length
  // The same number in `own` of a thousand rows.
  const drawnWith = (own: number) =>
    quantitiesOf({
      quoted: Array.from({ length: 1000 }, (_, i) => i),
      charged: Array.from({ length: 1000 }, (_, i) => i + (i < own ? 0 : 0.5))
    })
  const share = count / ROWS
  const error = Math.sqrt(share * (1 - share) * (1 / ROWS + 1 / 1000))
  const least = Math.ceil(1000 * (share - 4 * error))
  expect(equalsLost(pairs, real, drawnWith(least))).toEqual([])
  expect(equalsLost(pairs, real, drawnWith(least - 1))).toEqual([
    { column: 'charged', of: 'quoted', real: { count, rows: ROWS }, drawn: { count: least - 1, rows: 1000 } }
  ])
  expect(equalsLost(pairs, real, drawnWith(1000))).toEqual([])
  expect(equalsLost(pairs, real, quantitiesOf({ quoted: [1, 2] }))).toEqual([])
})
