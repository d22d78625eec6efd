import { expect, it } from 'vitest'
import { exp } from '../../num/elementary.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { endLifts, fitUrns, levelsAmong, NEVER_AGAIN, UrnCounts, type Urns } from './urns.js'

const factor = (name: string, levelCount: number) => ({ name, levelCount, places: { data: new Float64Array(0), rows: 0, cols: 0 } })
const encoder = { factors: [factor('mood', 3)] }

/** Groups of `rows` rows each whose levels are drawn from urns. */
function drawn(urns: Urns, groups: number, rows: number) {
  const counts = new UrnCounts(urns, encoder, groups)
  const codes = new Int32Array(groups * rows)
  const u = uniforms(keyFor(keyFromSeed(1), 'urns'), codes.length)
  const lifts = new Float64Array(3)
  for (let i = 0; i < codes.length; i++) {
    const g = Math.floor(i / rows)
    counts.write(g, lifts)
    let [level, left] = [0, u[i]!]
    while (level < 2 && left >= urns.shares[level]! * exp(lifts[level]!)) left -= urns.shares[level]! * exp(lifts[level++]!)
    codes[i] = level
    counts.add(g, codes, i)
  }
  return { codes, first: Uint32Array.from({ length: groups + 1 }, (_, g) => g * rows) }
}

it.each([
  [0.1, 3],
  [0.25, 12],
  [0.6, 5]
])('rows drawn from urns of which %d is between groups have that share, and the shares of levels', (between, rows) => {
  const urns = { shares: Float64Array.of(0.2, 0.3, 0.5), between: Float64Array.of(between), stays: Float64Array.of(0) }
  const { codes, first } = drawn(urns, 4000, rows)
  const found = fitUrns(encoder, codes, { first, ordered: false })
  // 4,000 groups: standard errors are below 0.01.
  expect(Math.abs(found.between[0]! - between)).toBeLessThan(0.04)
  for (const [c, share] of found.shares.entries()) expect(Math.abs(share - urns.shares[c]!)).toBeLessThan(0.03)
})

it.each([
  [0, 0],
  [0, 0.3],
  [0, 0.9],
  [0.4, 0],
  [0.4, 0.7]
])(
  'of rows in time of whose urns %d is between groups and whose level stays with %d both are found, and shares at all times',
  (between, stay) => {
    const urns = { shares: Float64Array.of(0.2, 0.3, 0.5), between: Float64Array.of(between), stays: Float64Array.of(stay) }
    const [groups, rows] = [1000, 12]
    const { codes, first } = drawn(urns, groups, rows)
    const found = fitUrns(encoder, codes, { first, ordered: true })
    // 11,000 rows that follow others: four standard errors of a share of them are below 0.02; of 1,000 groups a share between them has 0.02.
    expect(Math.abs(found.stays[0]! - stay)).toBeLessThan(0.03)
    expect(Math.abs(found.between[0]! - between)).toBeLessThan(0.08)
    for (const row of [0, rows - 1])
      for (const [c, share] of urns.shares.entries()) {
        const count = Array.from({ length: groups }, (_, g) => Number(codes[g * rows + row] === c)).reduce((a, b) => a + b, 0)
        expect(Math.abs(count / groups - share), `row ${row}`).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / groups))
      }
  }
)

it('what stays once more is likelier by s/π, and what never moved may move', () => {
  const counts = new UrnCounts(
    { shares: Float64Array.of(0.25, 0.75, 0), between: Float64Array.of(0), stays: Float64Array.of(0.6) },
    encoder,
    1
  )
  const lifts = new Float64Array(3)
  for (const level of [1, 0]) counts.add(0, Int32Array.of(level), 0)
  counts.write(0, lifts)
  expect(lifts[0]).toBeCloseTo(Math.log(0.4 + 0.6 / 0.25), 12)
  expect(lifts[1]).toBeCloseTo(Math.log(0.4), 12)
  expect(lifts[2]).toBe(0)
  // Of two groups the one changes at its third row.
  const codes = Int32Array.of(0, 0, 1, 1, 1, 1)
  expect(fitUrns(encoder, codes, { first: Uint32Array.of(0, 3, 6), ordered: true }).stays[0]).toBeLessThan(1)
})

it('of p = (aπ + n)/(a + k) the lift is log p/π; levels that never occur and groups that do not differ have none', () => {
  const counts = new UrnCounts(
    { shares: Float64Array.of(0.25, 0.75, 0), between: Float64Array.of(0.2), stays: Float64Array.of(0) },
    encoder,
    1
  )
  const lifts = new Float64Array(3)
  for (const level of [0, 0, 1]) counts.add(0, Int32Array.of(level), 0)
  counts.write(0, lifts)
  // a = 4, k = 3: p = (1 + 2)/7 and (3 + 1)/7.
  expect(lifts[0]).toBeCloseTo(Math.log(3 / 7 / 0.25), 12)
  expect(lifts[1]).toBeCloseTo(Math.log(4 / 7 / 0.75), 12)
  expect(lifts[2]).toBe(0)
  const alike = new UrnCounts(
    { shares: Float64Array.of(0.25, 0.75, 0), between: Float64Array.of(0), stays: Float64Array.of(0) },
    encoder,
    1
  )
  alike.add(0, Int32Array.of(0), 0)
  alike.write(0, lifts)
  expect([...lifts]).toEqual([0, 0, 0])
})

it('levels of some factors are found among those of all', () => {
  const all = { factors: [factor('a', 2), factor('b', 3), factor('c', 2)] }
  expect([...levelsAmong({ factors: [factor('b', 2), factor('c', 2)] }, all)!]).toEqual([2, 3, 5, 6])
  expect(levelsAmong({ factors: [factor('d', 2)] }, all)).toBeUndefined()
  expect(levelsAmong({ factors: [factor('a', 3)] }, all)).toBeUndefined()
})

it('a level that never comes twice where chance would have it is not put back', () => {
  // Groups of two of three levels: by chance 0.38 of 60 pairs would agree.
  const codes = Int32Array.from({ length: 120 }, (_, i) => (Math.floor(i / 2) + (i % 2) * (1 + (Math.floor(i / 6) % 2))) % 3)
  const first = Uint32Array.from({ length: 61 }, (_, g) => 2 * g)
  const urns = fitUrns(encoder, codes, { first, ordered: false })
  expect(urns.between[0]).toBe(-1)
  const counts = new UrnCounts(urns, encoder, 1)
  const lifts = new Float64Array(3)
  counts.add(0, Int32Array.of(1), 0)
  counts.write(0, lifts)
  expect([...lifts]).toEqual([0, NEVER_AGAIN, 0])
  const few = fitUrns(encoder, codes.slice(0, 12), { first: first.slice(0, 7), ordered: false })
  expect(few.between[0]).toBeGreaterThanOrEqual(0)
  const twice = codes.slice()
  twice[1] = twice[0]!
  expect(fitUrns(encoder, twice, { first, ordered: false }).between[0]).toBeGreaterThanOrEqual(0)
})

/** Subscriptions of firms: one at most is the main one, only the last may go on, and none is a trial at the end. */
function subscriptions(groups: number) {
  const u = uniforms(keyFor(keyFromSeed(5), 'subscriptions'), 4 * groups)
  const first = [0]
  const codes: number[] = []
  for (let g = 0; g < groups; g++) {
    const rows = 1 + Math.floor(4 * u[4 * g]!)
    const main = Math.floor(rows * u[4 * g + 1]!)
    for (let k = 0; k < rows; k++) {
      const state = k + 1 < rows ? Math.floor(2 * u[4 * g + 2]! + k) % 2 : u[4 * g + 3]! < 0.7 ? 2 : 1
      codes.push(Number(k === main), state)
    }
    first.push(codes.length / 2)
  }
  return { codes: Int32Array.from(codes), first: Uint32Array.from(first) }
}

const ofFirms = { factors: [factor('main', 2), factor('state', 3)] }

it('levels that no group has twice, and levels of last rows alone or never there, are told beyond chance and never drawn elsewhere', () => {
  const { codes, first } = subscriptions(200)
  const urns = fitUrns(ofFirms, codes, { first, ordered: true })
  expect([...urns.once!]).toEqual([0, 1, 0, 0, 1])
  expect([...urns.ends!]).toEqual([0, 0, -1, 0, 1])
  // Of rows in no order none is the last, and of few nothing is beyond chance.
  expect(fitUrns(ofFirms, codes, { first, ordered: false }).ends).toBeUndefined()
  const few = first.subarray(0, 5)
  expect(fitUrns(ofFirms, codes.subarray(0, 2 * few[4]!), { first: few, ordered: true })).toMatchObject({ between: expect.anything() })
  expect(fitUrns(ofFirms, codes.subarray(0, 2 * few[4]!), { first: few, ordered: true }).ends).toBeUndefined()
  const counts = new UrnCounts(urns, ofFirms, 1)
  const lifts = new Float64Array(5)
  const never = (isLast: boolean) => {
    counts.write(0, lifts, isLast)
    return Array.from(lifts, (lift) => lift === NEVER_AGAIN)
  }
  expect(never(false)).toEqual([false, false, false, false, true])
  expect(never(true)).toEqual([false, false, true, false, false])
  counts.add(0, Int32Array.of(1, 1), 0)
  expect(never(false)).toEqual([false, true, false, false, true])
  expect([...endLifts(ofFirms, { encoder: ofFirms, urns }, Float64Array.of(1, 3))!.data]).toEqual([
    0,
    0,
    NEVER_AGAIN,
    0,
    0,
    0,
    0,
    0,
    0,
    NEVER_AGAIN
  ])
})

it.each([false, true])('groups of one level alone, as schools of girls, are more than urns make, and stay so (in time: %s)', (ordered) => {
  const urns: Urns = {
    shares: Float64Array.of(0.2, 0.3, 0.5),
    between: Float64Array.of(0.1),
    stays: Float64Array.of(0),
    whole: Float64Array.of(0.25)
  }
  const { codes, first } = drawn(urns, 400, 15)
  const found = fitUrns(encoder, codes, { first, ordered })
  // 400 groups: a standard error of the share is 0.022, of what lies between 0.015.
  expect(Math.abs(found.whole![0]! - 0.25)).toBeLessThan(0.09)
  expect(Math.abs(found.between[0]! - 0.1)).toBeLessThan(0.06)
  const areWhole = (all: typeof codes) =>
    Array.from({ length: 400 }, (_, g) => Number(all.subarray(15 * g, 15 * g + 15).every((level) => level === all[15 * g]))).reduce(
      (a, b) => a + b
    )
  expect(Math.abs(areWhole(drawn(found, 400, 15).codes) - areWhole(codes))).toBeLessThan(45)
  // Urns alone of as much between groups make few.
  const alone = drawn({ ...urns, whole: undefined, between: Float64Array.of(0.4) }, 400, 15)
  expect(fitUrns(encoder, alone.codes, { first: alone.first, ordered }).whole).toBeUndefined()
})
