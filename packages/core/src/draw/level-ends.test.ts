import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { decodeTable, type Encoded, encodeTable, fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import type { RawColumn } from '../table/raw.js'
import type { ScalingMethod } from '../table/scaling.js'
import type { NumericColumn } from '../table/table.js'
import { levelLimits, withinLimits } from './level-limits.js'

const n = 600
const key = keyFromSeed(9)

function training(columns: readonly RawColumn[], scaling: ScalingMethod = 'standard') {
  const { table, formats } = inferTable({ columns, rowCount: n })
  const encoder = fitEncoder(table, formats, () => scaling)
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
  // Those of seniors are those of all: ages are spread evenly, and end at once.
  const most = { child: Math.max(...among('child')), adult: Math.max(...among('adult')), senior: Math.max(...own) }
  const end = (i: number) => most[ticket[i] as keyof typeof most]
  after.forEach((x, i) => {
    expect(x).toBeCloseTo(before[i]! > end(i) ? 2 * end(i) - before[i]! : before[i]!, 12)
  })
  expect(before.filter((x, i) => x > end(i)).length).toBeGreaterThan(5)
  expect(ages(withinLimits(drawn, levelLimits(tickets), () => true))).toEqual(before)
  expect(withinLimits(tickets.rows, levelLimits(tickets))).toEqual(tickets.rows)
})

it('levels that say too little by themselves end a number together, and a level of few rows with them', () => {
  const ward = Array.from(age, (x, i) => (x < 14 ? 'children' : i % 97 === 5 ? 'rare' : `ward ${i % 11}`))
  const visit = training([
    { name: 'age', source: 'number', values: age },
    { name: 'ward', source: 'text', values: ward }
  ])
  const [ends] = levelLimits(visit)[0]!.ends!.sources
  const first = Math.min(...own.filter((_, i) => ward[i] !== 'children'))
  visit.encoder.kinds[1]!.levels!.forEach((level, k) => {
    // The end of its own, or of those that end before it.
    const low = level === 'children' ? Number.NEGATIVE_INFINITY : first
    expect(ends!.low[k]! >= low && ends!.low[k]! <= ends!.least[k]!, level).toBe(true)
    if (level !== 'children') expect(ends!.low[k]).toBeGreaterThan(Math.max(...own.filter((_, i) => ward[i] === 'children')))
  })
  // Were the wards to say nothing, every one had its children.
  const shifted = ward.map((_, i) => ward[(i + 300) % n]!)
  const none = training([
    { name: 'age', source: 'number', values: age },
    { name: 'ward', source: 'text', values: shifted }
  ])
  // Then the ages of all end at once, and those of no ward.
  expect(levelLimits(none).flatMap(({ ends }) => ends!.sources.map(({ count }) => count))).toEqual([1])
})

// Where a machine stood still it made less, and more than so much where it did not; a few rows apart are those of one that was tried out.
const still = uniforms(keyFor(key, 'still'), n).map((u) => (u < 0.6 ? 0 : Math.round(100 * u) / 10))
const trial = Array.from(still, (_, i) => (i < 8 ? 'yes' : 'no'))
const made = uniforms(keyFor(key, 'made'), n).map((u, i) => (i < 8 ? 200 + u : still[i] === 0 ? 60 + 40 * u : 40 + 40 * u))
const machines = training(
  [
    { name: 'made', source: 'number', values: made },
    { name: 'still', source: 'number', values: still },
    { name: 'trial', source: 'text', values: trial }
  ],
  'quantile'
)

it('numbers end by whether another is zero, and where few rows stand apart from all others', () => {
  const limits = levelLimits(machines)
  expect(withinLimits(machines.rows, limits)).toEqual(machines.rows)
  // What was made is that of other rows, whatever these were.
  const { coordinates } = machines.rows
  const data = coordinates.data.map((x, at) =>
    at % coordinates.cols === 0 ? coordinates.data[(at + 331 * coordinates.cols) % coordinates.data.length]! : x
  )
  const drawn = { ...machines.rows, coordinates: { ...coordinates, data } }
  const values = (of: Encoded) => (decodeTable(machines.encoder, of).columns[0] as NumericColumn).values
  const isWrong = (x: number, i: number) => (trial[i] === 'yes') !== x >= 200 || (i >= 8 && (still[i] === 0 ? x < 60 : x > 80))
  expect(values(drawn).filter(isWrong).length).toBeGreaterThan(150)
  const kept = values(withinLimits(drawn, limits))
  expect(kept.filter(isWrong)).toHaveLength(0)
  // What lay far beyond an end lies spread in what is left, and not at its ends.
  expect(new Set(kept).size).toBe(n)
  expect(kept.filter((x) => x > 100 && x < 200)).toHaveLength(0)
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
    const zeros = uniforms(keyFor(at, 'z'), n).map((u) => Math.max(0, u - 0.4))
    const columns = [word('a', 2), word('b', 5), number('x', normals(keyFor(at, 'x'), n)), number('z', zeros)]
    found += Number(levelLimits(training(columns, 'quantile')).some(({ ends }) => ends))
  }
  // Three are expected, and more than eight have a chance of one in 400.
  expect(found).toBeLessThanOrEqual(8)
})
