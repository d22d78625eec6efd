import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { inferTable } from '../../table/infer.js'
import { findRules } from './find.js'
import { ruleText } from './rule.js'

const key = keyFromSeed(11)
const normal = (label: string, rows: number): number[] => Array.from(normals(keyFor(key, label), rows))
const uniform = (label: string, rows: number): number[] => Array.from(uniforms(keyFor(key, label), rows))
const rounded = (x: number, digits = 0): number => Number(x.toFixed(digits))

const formulasOf = (columns: Readonly<Record<string, readonly (number | string)[]>>): string[] => {
  const raw = Object.entries(columns).map(([name, values]) => ({ name, source: 'text' as const, values: values.map(String) }))
  const rules = findRules(prepareRows({ rowCount: raw[0]!.values.length, columns: raw }).data)
  return rules
    .filter(({ kind }) => kind === 'formula')
    .map(ruleText)
    .sort()
}

describe('what goes up along the rows', () => {
  it('is no formula of what goes up with it, to whole years', () => {
    // What hardly leaves its trend tells the year to half of one, and has but a few digits.
    const months = Array.from({ length: 96 }, (_, i) => i)
    const people = normal('people', 96).map((z, i) => rounded(140_000 + 217 * i + 5 * z))
    const price = normal('price', 96).map((z) => rounded(20 + z, 2))
    expect(formulasOf({ people, price, year: months.map((i) => 1947 + Math.floor(i / 12)) })).toEqual([])
  })
  it('is one of a count, which tells it as it stands', () => {
    const years = Array.from({ length: 66 }, (_, i) => 1947 + i)
    const price = normal('price', 66).map((z) => rounded(20 + z, 2))
    expect(formulasOf({ t: years.map((year) => year - 1946), price, year: years })).toHaveLength(1)
  })
})

describe('of readings of one column', () => {
  const pupils = uniform('pupils', 200).map((u) => 80 + Math.floor(4000 * u))
  const computers = uniform('computers', 200).map((u, i) => Math.floor(pupils[i]! * (0.05 + 0.35 * u)))
  it('that which leaves far less of it is taken: a ratio, and no product with one more', () => {
    const each = computers.map((x, i) => rounded(x / pupils[i]!, 7))
    expect(formulasOf({ pupils, computers, each })).toEqual(['each = computers / pupils'])
  })
  it('numbers of seven digits each, and such of single precision to fifteen, are what they were rounded from', () => {
    const seven = (x: number) => String(Number(x.toPrecision(7)))
    const fifteen = (x: number) => String(Number(Math.fround(x).toPrecision(15)))
    expect(formulasOf({ pupils, computers, each: computers.map((x, i) => fifteen(x / pupils[i]!)) })).toEqual(['each = computers / pupils'])
    const area = uniform('area', 200).map((u) => rounded(Math.exp(9 * u - 3), 3))
    expect(formulasOf({ computers, area, dense: area.map((x, i) => seven(computers[i]! / x)) })).toEqual(['dense = computers / area'])
  })
  it('a mean is computed, and not one of two of both', () => {
    const [high, low] = [normal('high', 200).map((z) => rounded(20 + 6 * z)), normal('low', 200).map((z) => rounded(9 + 5 * z))]
    expect(formulasOf({ low, high, mean: high.map((x, i) => (x + low[i]!) / 2) })).toEqual(['mean = 0.5 * (low + high)'])
  })
  it('what some of the columns say is not said of more of them', () => {
    const t = Array.from({ length: 240 }, (_, i) => i + 1)
    const month = t.map((k) => 1 + ((k - 1) % 12))
    const year = t.map((k) => 1990 + Math.floor((k - 1) / 12))
    const carbon = normal('carbon', 240).map((z, i) => rounded(350 + 0.15 * i + 3 * Math.sin((Math.PI * i) / 6) + 0.2 * z, 2))
    const columns = Object.entries({ carbon, t, year, month }).map(([name, values]) => ({
      name,
      source: 'text' as const,
      values: values.map(String)
    }))
    // With the count of months as a number, which is a key of new rows.
    const rules = findRules(inferTable({ rowCount: 240, columns }))
    expect(rules.flatMap((rule) => (rule.kind === 'formula' ? [ruleText(rule)] : []))).toEqual(['t = 12 * year + month - 23880'])
  })
  it('what all rows are half a unit off, up and down, says nothing', () => {
    const [one, other] = [uniform('one', 200).map((u) => Math.floor(300 * u)), uniform('other', 200).map((u) => Math.floor(200 * u))]
    const total = one.map((x, i) => x + other[i]! + (uniform('off', 200)[i]! < 0.5 ? 0 : 1))
    expect(formulasOf({ one, other, total })).toEqual([])
  })
})

describe('sums by level', () => {
  it('are none where most rows of a level obey those of another one: rounding alone sets them apart', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const day = uniform(`day ${seed}`, 100).map((u) => 1 + Math.floor(365 * u))
      const month = day.map((x) => new Date(Date.UTC(2023, 0, x)).getUTCMonth() + 1)
      const rain = uniform(`rain ${seed}`, 100).map((u) => (u < 0.4 ? 'yes' : 'no'))
      expect(formulasOf({ day, month, rain }).filter((text) => text.includes('rain'))).toEqual([])
    }
  })
  it('are such where each level has a rate of its own', () => {
    const total = uniform('total', 200).map((u) => rounded(10 + 400 * u, 2))
    const channel = uniform('channel', 200).map((u) => (u < 0.3 ? 'web' : u < 0.6 ? 'phone' : 'shop'))
    const rate = { web: 0.15, phone: 0.12, shop: 0.1 } as Record<string, number>
    expect(formulasOf({ total, channel, fee: total.map((x, i) => rounded(x * rate[channel[i]!]! + 1e-9, 2)) })).toHaveLength(1)
  })
})
