import { expect, it } from 'vitest'
import { inferTable } from '../../table/infer.js'
import { findRules } from './find.js'
import { ruleText } from './rule.js'

const DAYS = 730
const noise = (i: number, k: number): number => ((i * (7919 + 104729 * k) + 13 * i * i) % 1009) / 1009
const round = (value: number): number => Math.round(10 * value) / 10
const days = Array.from({ length: DAYS }, (_, i) => new Date(Date.UTC(2022, 0, 1 + i)))
const low = days.map((_, i) => round(6 - 9 * Math.cos((2 * Math.PI * i) / 365) + 8 * noise(i, 0)))
const high = low.map((x, i) => round(x + 2 + 9 * noise(i, 1)))
const middle = low.map((x, i) => round((x + high[i]!) / 2))
const rain = days.map((_, i) => (noise(i, 2) < 0.6 ? 0 : round(0.1 + 15 * noise(i, 3) ** 2)))

function found(cells: Readonly<Record<string, readonly string[]>>): string[] {
  const columns = Object.entries(cells).map(([name, values]) => ({ name, source: 'text' as const, values }))
  return findRules(inferTable({ rowCount: DAYS, columns })).map(ruleText)
}
const texts = (numbers: readonly number[]): string[] => numbers.map((x) => x.toFixed(1))

it('a mean is computed of the least and the largest though degree days that are computed of it tell it too', () => {
  const rules = found({
    least: texts(low),
    mean: texts(middle),
    largest: texts(high),
    fahrenheit: texts(middle.map((x) => round(1.8 * x + 32))),
    range: texts(low.map((x, i) => round(high[i]! - x))),
    heating: texts(middle.map((x) => round(Math.max(0, 18 - x)))),
    cooling: texts(middle.map((x) => round(Math.max(0, x - 18))))
  })
  // Of seven columns two are free.
  const told = rules.filter((rule) => / = /.test(rule)).map((rule) => rule.split(' = ')[0]!)
  expect(new Set(told).size).toBe(5)
})

it('that it rained is a threshold of how much, and no list of amounts', () => {
  const rules = found({ mm: texts(rain), wet: rain.map((x) => (x > 0 ? 'yes' : 'no')), mean: texts(middle) })
  expect(rules).toEqual(['wet = mm >= 0.05'])
})

it('the day of the year is one of its date', () => {
  const rules = found({
    date: days.map((day) => day.toISOString().slice(0, 10)),
    doy: days.map((day) => String(1 + Math.round((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / 86_400_000))),
    mean: texts(middle)
  })
  expect(rules).toContain('day_of_year(date) -> doy')
})
