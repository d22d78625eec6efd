import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../num/random.js'
import { cellAt } from '../table/cells.js'
import { decodeTable, encodeTable, fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import { isNumeric } from '../table/table.js'
import { exchangedWithin, levelLimits, withinLimits, withoutEnds } from './level-limits.js'

const n = 1000
const key = keyFromSeed(5)
const dice = (label: string) => Array.from(uniforms(keyFor(key, label), n))
const codes = dice('code').map((u) => (u < 0.7 ? 200 : u < 0.85 ? 304 : 404))
const size = dice('size').map((u, i) => (codes[i] === 200 ? 600 + 5000 * u : codes[i] === 304 ? 0 : 512))
const returned = dice('returned').map((u) => (u < 0.2 ? 'yes' : 'no'))
const refund = dice('refund').map((u, i) => (returned[i] === 'yes' ? 1 + 80 * u * u : 0))
// A level of few rows, none of which has a cell of a tenth of all.
const rare = dice('rare').map((_, i) => (i < 5 ? 'few' : 'many'))
const bonus = dice('bonus').map((u, i) => (i >= 5 && u < 0.1 ? 0 : 10 + u))

// A number of few values that is 0 at one level and nowhere else.
const visits = dice('visits').map((u, i) => (returned[i] === 'yes' ? 0 : 1 + Math.floor(6 * u)))

const column = (name: string, values: readonly (string | number)[]) =>
  typeof values[0] === 'string'
    ? { name, source: 'text' as const, values: values as string[] }
    : { name, source: 'number' as const, values: Float64Array.from(values as number[]) }
const { table, formats } = inferTable({
  columns: [
    column('code', codes),
    column('size', size),
    column('returned', returned),
    column('refund', refund),
    column('rare', rare),
    column('bonus', bonus),
    column('visits', visits)
  ],
  rowCount: n
})
const encoder = fitEncoder(table, formats, () => 'quantile')
const rows = encodeTable(encoder, table, key)
const limits = withoutEnds(levelLimits({ encoder, rows }))

const valuesOf = (drawn: typeof rows) => {
  const decoded = decodeTable(encoder, drawn)
  return (name: string) => {
    const own = decoded.columns.find((one) => one.name === name)!
    return isNumeric(own)
      ? Array.from(own.values)
      : Array.from(own.kind === 'identifier' ? [] : own.codes, (code) => own.kind !== 'identifier' && own.levels[code]!)
  }
}
const coordinateOf = (name: string): number => {
  const code = encoder.columns.find((one) => one.name === name)!
  return code.carries === 'coordinate' ? code.coordinate : -1
}
/** The rows with one column as that of others, as noise that knows nothing of levels would have it. */
function shuffled(name: string): typeof rows {
  const coordinates = { ...rows.coordinates, data: rows.coordinates.data.slice() }
  const c = coordinateOf(name)
  for (let i = 0; i < n; i++) coordinates.data[i * coordinates.cols + c] = rows.coordinates.data[((i + 331) % n) * coordinates.cols + c]!
  return { ...rows, coordinates }
}

it('rows stay that have what others of their levels have', () => {
  expect(withinLimits(rows, limits)).toEqual(rows)
})

it('an amount is nought where its level has none, and some where it always has, in the shares that ranks give', () => {
  const drawn = shuffled('refund')
  const wrong = (of: typeof rows) => {
    const value = valuesOf(of)
    return value('refund').filter((x, i) => (x === 0) !== (value('returned')[i] === 'no')).length
  }
  expect(wrong(drawn)).toBeGreaterThan(200)
  const kept = withinLimits(drawn, limits)
  expect(wrong(kept)).toBe(0)
  // Moved ones fill the amounts as rows do: the quartiles of 200 amounts 1 + 80 u² by the binomial law of their ranks, four deviations.
  const amounts = valuesOf(kept)('refund').filter((x) => Number(x) > 0) as number[]
  for (const share of [0.25, 0.5, 0.75]) {
    const below = amounts.filter((x) => x < 1 + 80 * share * share).length / amounts.length
    expect(Math.abs(below - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 100))
  }
})

it('a number of few values says so too, and is not moved itself', () => {
  const drawn = shuffled('size')
  const kept = withinLimits(drawn, limits)
  const value = valuesOf(kept)
  expect(value('code')).toEqual(codes)
  expect(value('size').every((x, i) => (codes[i] === 200 ? Number(x) >= 512 && x !== 512 : x === (codes[i] === 304 ? 0 : 512)))).toBe(true)
})

it('a number of few values goes with the levels of categories', () => {
  const wrong = (of: typeof rows) => {
    const value = valuesOf(of)
    return value('visits').filter((x, i) => (x === 0) !== (value('returned')[i] === 'yes')).length
  }
  expect(wrong(shuffled('visits'))).toBeGreaterThan(200)
  expect(wrong(withinLimits(shuffled('visits'), limits))).toBe(0)
})

it('what few rows of a level lack by chance they may have', () => {
  const kept = withinLimits(shuffled('bonus'), limits)
  expect(kept.coordinates.data.filter((_, at) => at % kept.coordinates.cols === coordinateOf('bonus'))).toEqual(
    shuffled('bonus').coordinates.data.filter((_, at) => at % kept.coordinates.cols === coordinateOf('bonus'))
  )
})

it('what is held stays, whatever its level says', () => {
  const drawn = shuffled('refund')
  const c = coordinateOf('refund')
  const kept = withinLimits(drawn, limits, (row, coordinate) => coordinate === c && row % 2 === 0)
  const changed = (parity: number) =>
    Array.from({ length: n }, (_, i) => i).filter((i) => {
      const at = i * drawn.coordinates.cols + c
      return i % 2 === parity && kept.coordinates.data[at] !== drawn.coordinates.data[at]
    }).length
  expect(changed(0)).toBe(0)
  expect(changed(1)).toBeGreaterThan(100)
})

it('rows of one law change places: as many have each value as before', () => {
  // A tenth of the rows has its neighbour's number, as noise over an edge would have it.
  const coordinates = { ...rows.coordinates, data: rows.coordinates.data.slice() }
  const at = (i: number) => i * coordinates.cols + coordinateOf('visits')
  for (let i = 20; i + 1 < n; i += 20)
    [coordinates.data[at(i)], coordinates.data[at(i + 1)]] = [coordinates.data[at(i + 1)]!, coordinates.data[at(i)]!]
  const drawn = { ...rows, coordinates }
  const value = valuesOf(exchangedWithin(drawn, limits))
  expect(valuesOf(drawn)('visits').filter((x, i) => (x === 0) !== (returned[i] === 'yes')).length).toBeGreaterThan(20)
  expect(value('visits').filter((x, i) => (x === 0) !== (returned[i] === 'yes'))).toEqual([])
  const sorted = (values: unknown[]) => values.map(Number).sort((a, b) => a - b)
  expect(sorted(value('visits'))).toEqual(sorted(visits))
})

describe('categories of hundreds of levels', () => {
  // Of each person some eight rows, in one season or two; some things that hardly anybody had.
  const count = 900
  const throws = (label: string) => Array.from(uniforms(keyFor(key, label), count))
  const who = throws('who').map((u) => Math.floor(110 * u))
  const season = who.map((person, i) => 1 + (throws('second')[i]! < 0.5 && person % 5 === 0 ? (person % 12) + 1 : person % 12))
  const person = who.map((k) => `p${String(k).padStart(3, '0')}`)
  const thing = throws('thing').map((u) => `thing ${Math.floor(30 * u * u)}`)
  const [feed, salt] = ['feed', 'salt'].map((label) => throws(label).map((u) => `${label} ${Math.floor(3 * u)}`)) as [string[], string[]]
  // What two categories together tell about, and neither alone.
  const litter = feed.map((one, i) => 1 + 3 * ((Number(one.at(-1)) + Number(salt[i]!.at(-1))) % 3) + Math.floor(3 * throws('litter')[i]!))
  const read = inferTable({
    columns: [
      column('person', person),
      column('season', season),
      column('thing', thing),
      column('feed', feed),
      column('salt', salt),
      column('litter', litter)
    ],
    rowCount: count
  })
  const own = fitEncoder(read.table, read.formats, () => 'quantile')
  const encoded = encodeTable(own, read.table, key)
  const found = levelLimits({ encoder: own, rows: encoded })
  const drawn = (name: string): typeof encoded => {
    const { coordinate } = own.columns.find((one) => one.name === name) as { readonly coordinate: number }
    const coordinates = { ...encoded.coordinates, data: encoded.coordinates.data.slice() }
    const at = (i: number) => i * coordinates.cols + coordinate
    for (let i = 0; i < count; i++) coordinates.data[at(i)] = encoded.coordinates.data[at((i + 331) % count)]!
    return { ...encoded, coordinates }
  }
  const pairs = (of: typeof encoded, names: readonly string[]) => {
    const decoded = decodeTable(own, of)
    const cells = names.map((name) => cellAt(decoded.columns.find((one) => one.name === name)!))
    return Array.from({ length: count }, (_, i) => cells.map((cell) => cell(i)).join())
  }
  const unknown = (name: string, by: readonly string[]) => {
    const known = new Set(pairs(encoded, [name, ...by]))
    const isUnknown = (pair: string) => !known.has(pair)
    return [drawn(name), withinLimits(drawn(name), found)].map((of) => pairs(of, [name, ...by]).filter(isUnknown).length)
  }

  it('say together which values of a number go with each, though none has the rows to say it by itself', () => {
    const [before, after] = unknown('season', ['person'])
    expect(before).toBeGreaterThan(700)
    // What things are seen in which season some rows show by chance: they give way.
    expect(after).toBe(0)
  })

  it('say so by combinations of categories that hang together', () => {
    const [before, after] = unknown('litter', ['feed', 'salt'])
    expect(before).toBeGreaterThan(400)
    expect(after).toBe(0)
  })
})
