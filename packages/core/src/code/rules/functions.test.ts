import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import type { RawTable } from '../../table/raw.js'
import { findRules } from './find.js'
import { keepRules } from './keep.js'
import { parseRule } from './parse-rule.js'
import { type Rule, ruleText } from './rule.js'
import { wholeRow } from './rule-row.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

const ROWS = 300
const key = keyFromSeed(7)
const normal = (label: string): number[] => Array.from(normals(keyFor(key, label), ROWS))
const uniform = (label: string): number[] => Array.from(uniforms(keyFor(key, label), ROWS))
const cents = (x: number): number => Number(x.toFixed(2))

type Numbers = Readonly<Record<string, readonly (number | null)[]>>

const tableOf = (numbers: Numbers, spell: (x: number) => string = String): RawTable => ({
  rowCount: ROWS,
  columns: Object.entries(numbers).map(([name, values]) => ({
    name,
    source: 'text',
    values: values.map((x) => (x === null ? null : spell(x)))
  }))
})

const rulesOf = (numbers: Numbers, spell?: (x: number) => string): string[] =>
  findRules(prepareRows(tableOf(numbers, spell)).data)
    .map((rule) => ruleText(rule))
    .sort()

/** Wages in cents, years, and amounts of which some are 0. */
const wage = normal('wage').map((z) => cents(Math.exp(1.6 + 0.5 * z)))
const years = uniform('years').map((u) => Math.floor(45 * u))
const size = normal('size').map((z) => cents(Math.exp(4 + z)))
const spent = uniform('spent').map((u, i) => (i % 4 === 0 ? 0 : cents(400 * u)))

it('what is a function of one other column is computed of it, to the digits that are written', () => {
  const digits = (x: number, places: number) => Number(x.toFixed(places))
  expect(
    rulesOf({
      wage,
      size,
      years,
      spent,
      lwage: wage.map((x) => digits(Math.log(x), 7)),
      yearsq: years.map((x) => x ** 2 / 100),
      decades: size.map((x) => digits(Math.log10(x), 4)),
      lspent: spent.map((x) => digits(Math.log1p(x), 6)),
      root: years.map((x) => digits(Math.sqrt(x), 3)),
      each: wage.map((x) => digits(1 / x, 6))
    })
  ).toEqual([
    'decades = log(size) / log(10)',
    'each = 1 / wage',
    'lspent = log(1 + spent)',
    'lwage = log(wage)',
    'root = sqrt(years)',
    'yearsq = 0.01 * years ^ 2'
  ])
})

it('the side that rounding took digits from is computed, and a logarithm is missing where there is none', () => {
  const level = normal('level').map((z) => 1.6 + 0.5 * z)
  expect(rulesOf({ level, price: level.map((x) => cents(Math.exp(x))) })).toEqual(['price = exp(level)'])
  const order = level.map((x) => x / 2)
  expect(rulesOf({ order, mass: order.map((x) => Number((10 ** x).toFixed(3))) })).toEqual(['mass = 10 ^ order'])
  const pay = wage.map((x) => Math.round(1000 * x))
  expect(rulesOf({ pay, lpay: pay.map((x) => cents(Math.log(x))) })).toEqual(['lpay = log(pay)'])
  expect(rulesOf({ spent, lspent: spent.map((x) => (x === 0 ? null : Number(Math.log(x).toFixed(6)))) })).toContain('lspent = log(spent)')
})

it('what is only nearly a function of another column is none', () => {
  const noise = normal('noise')
  const lwage = wage.map((x, i) => Number((Math.log(x) + 0.0001 * noise[i]!).toFixed(6)))
  expect(rulesOf({ wage, years, lwage }).filter((rule) => rule.includes('log'))).toEqual([])
})

it('numbers of single precision that are written to all digits are read as the short ones that they are, and written again', () => {
  const single = (x: number) => String(Math.fround(x))
  const numbers = { wage, lwage: wage.map(Math.log), years }
  const { data } = prepareRows(tableOf(numbers, single))
  const [first, second, third] = data.formats.map(({ number }) => number)
  expect(first).toEqual({ padded: false, single: true, long: true, decimals: 2 })
  expect(second).toMatchObject({ single: true })
  expect(third?.single).toBeUndefined()
  expect(data.table.columns[0]).toMatchObject({ values: Float64Array.from(wage) })
  expect(rulesOf(numbers, single)).toEqual(['lwage = log(wage)'])
  // A number of more digits is one of double precision.
  const doubles = prepareRows(tableOf({ wage: [...wage.slice(1), 0.1 + 0.2] })).data
  expect(doubles.formats[0]!.number?.single).toBeUndefined()
})

it('what is computed of single precision is the same in rows of the table and in a row by itself, and what the program had', () => {
  const single = (x: number) => String(Math.fround(x))
  const root = wage.map((x) => Number(Math.log(x).toFixed(4)))
  const square = root.map((x) => Math.fround(x) ** 2)
  const { data } = prepareRows(tableOf({ root, square, years }, single))
  const rule = parseRule('square = root ^ 2') as Rule
  const kept = keepRules([rule], data)
  const again = putRulesBack(kept, takeRulesOut(kept, data))
  const inTable = (again.table.columns.find(({ name }) => name === 'square') as { values: Float64Array }).values
  const whole = wholeRow(kept, 'written')
  // Numbers far below the largest are rounded to the decimals of the column before.
  const differ = square.filter((x, i) => Math.fround(inTable[i]!) !== Math.fround(x)).length
  expect(differ).toBeLessThan(0.15 * ROWS)
  for (let i = 0; i < ROWS; i++) {
    expect(Math.abs(inTable[i]! - square[i]!)).toBeLessThan(1e-7 * Math.max(...square))
    expect(whole({ root: root[i]!, years: years[i]! }).square).toBe(inTable[i])
  }
})

it('functions are rules that a person can state', () => {
  for (const text of ['lwage = log(wage)', 'decades = log(wage) / log(10)', 'root = sqrt(years)', 'yearsq = 0.01 * years ^ 2'])
    expect(ruleText(parseRule(text))).toBe(text)
})

it('what two columns say is not said of three, of which rounding lets another one in, or one is the same wherever the others are', () => {
  const people = normal('people').map((z) => Math.round(300_000 * Math.exp(0.5 * z)))
  const officers = people.map((x, i) => Math.round((x / 500) * (1 + uniform('rate')[i]!)))
  const year = people.map((_, i) => (i % 2 === 0 ? 82 : 87))
  const single = (x: number) => String(Math.fround(x))
  expect(rulesOf({ people, officers, year, rate: people.map((x, i) => (1000 * officers[i]!) / x) }, single)).toEqual([
    'rate = 1000 * officers / people'
  ])
  const now = normal('now').map(cents)
  const change = normal('change').map((z, i) => (year[i] === 87 ? cents(z) : null))
  const rules = rulesOf({ year, now, change, before: now.map((x, i) => (change[i] === null ? null : cents(x - change[i]!))) })
  expect(rules.filter((rule) => rule.includes('now'))).toEqual(['before = now - change'])
})
