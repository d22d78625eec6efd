import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { encodeTable, fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import type { RawColumn } from '../table/raw.js'
import { levelLimits, withinLimits } from './level-limits.js'

const n = 600
const key = keyFromSeed(9)

function training(columns: readonly RawColumn[]) {
  const { table, formats } = inferTable({ columns, rowCount: n })
  const encoder = fitEncoder(table, formats, () => 'standard')
  return { encoder, rows: encodeTable(encoder, table, key) }
}

const age = uniforms(keyFor(key, 'age'), n).map((u) => 5 + 75 * u)
const ticket = Array.from(age, (x) => (x < 14 ? 'child' : x < 65 ? 'adult' : 'senior'))
const visits = uniforms(keyFor(key, 'visits'), n)
const tickets = training([
  { name: 'age', source: 'number', values: age },
  { name: 'ticket', source: 'text', values: ticket },
  { name: 'visits', source: 'number', values: visits, missing: Uint8Array.from(ticket, (one, i) => (one === 'child' && i % 2 ? 1 : 0)) }
])
const ages = (of: typeof tickets.rows) => Array.from({ length: n }, (_, i) => of.coordinates.data[i * of.coordinates.cols]!)
const own = ages(tickets.rows)
const among = (level: string) => own.filter((_, i) => ticket[i] === level)
const levels = tickets.encoder.kinds[1]!.levels!

it('a number ends where the rows of a level do, and goes on where all others end', () => {
  const ends = levelLimits(tickets)
    .filter(({ coordinate }) => coordinate === 0)
    .flatMap((one) => one.ends!.sources.filter(({ factor }) => factor === 0))
  expect(ends).toHaveLength(1)
  const [low, high] = [ends[0]!.low, ends[0]!.high].map((side) => Object.fromEntries(levels.map((level, k) => [level, side[k]])))
  expect(high).toEqual({ child: Math.max(...among('child')), adult: Math.max(...among('adult')), senior: Number.POSITIVE_INFINITY })
  expect(low).toEqual({ child: Number.NEGATIVE_INFINITY, adult: Math.min(...among('adult')), senior: Math.min(...among('senior')) })
})

it('rows that noise carries over an end are reflected at it, others stay, and so does what is held', () => {
  const drawn = {
    ...tickets.rows,
    coordinates: {
      ...tickets.rows.coordinates,
      data: tickets.rows.coordinates.data.map((x, at) => x + (at % tickets.rows.coordinates.cols === 0 ? 0.05 : 0))
    }
  }
  const [before, after] = [ages(drawn), ages(withinLimits(drawn, levelLimits(tickets)))]
  const most = { child: Math.max(...among('child')), adult: Math.max(...among('adult')), senior: Number.POSITIVE_INFINITY }
  const end = (i: number) => most[ticket[i] as keyof typeof most]
  after.forEach((x, i) => {
    expect(x).toBeCloseTo(before[i]! > end(i) ? 2 * end(i) - before[i]! : before[i]!, 12)
  })
  expect(before.filter((x, i) => x > end(i)).length).toBeGreaterThan(5)
  expect(ages(withinLimits(drawn, levelLimits(tickets), () => true))).toEqual(before)
  expect(withinLimits(tickets.rows, levelLimits(tickets))).toEqual(tickets.rows)
})

it('levels that say nothing of numbers have no ends, but in one of twenty tables', () => {
  let found = 0
  for (let seed = 0; seed < 60; seed++) {
    const at = keyFor(key, seed)
    const word = (name: string, count: number): RawColumn => ({
      name,
      source: 'text',
      values: Array.from(uniforms(keyFor(at, name), n), (u) => `${name}${Math.floor(count * u * u)}`)
    })
    const number = (name: string, values: Float64Array): RawColumn => ({ name, source: 'number', values })
    const columns = [word('a', 2), word('b', 5), number('x', normals(keyFor(at, 'x'), n)), number('u', uniforms(keyFor(at, 'u'), n))]
    found += Math.min(1, levelLimits(training(columns)).length)
  }
  // Three are expected, and more than eight have a chance of one in 400.
  expect(found).toBeLessThanOrEqual(8)
})
