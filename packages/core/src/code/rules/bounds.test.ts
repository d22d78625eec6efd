import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import { findRules } from './find.js'
import { searchNotes } from './formula-readings.js'
import { parseRule } from './parse-rule.js'
import { ruleText } from './rule.js'

/** Columns of which three quarters are one value, as pixels. */
function pixels(columns: number, rows: number) {
  const key = keyFromSeed(5)
  return inferTable({
    rowCount: rows,
    columns: Array.from({ length: columns }, (_, c) => ({
      name: `p${c}`,
      source: 'text',
      values: Array.from(uniforms(keyFor(key, `${c}`), rows), (u) => String(u < 0.75 ? 0 : Math.floor(1000 * u)))
    }))
  })
}

it('tables of many columns are searched in a bounded time, and what is left out is said', { tags: ['slow'] }, () => {
  const data = pixels(250, 300)
  const before = process.cpuUsage()
  expect(findRules(data)).toEqual([])
  // Sums of many columns alone cost a minute once, and pairs of columns that were compared in all rows half a minute.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(12)
  expect(searchNotes(data)).toEqual([
    expect.stringMatching(/^250 columns of numbers: formulas of three columns, of two columns, of sums with weights are not looked for/)
  ])
  expect(searchNotes(pixels(30, 40))).toEqual([])
})

it('thresholds of times of day are found, written and read as a clock shows them', () => {
  const minutes = Array.from(uniforms(keyFromSeed(3), 200), (u) => 360 + Math.floor(700 * u))
  const times = minutes.map((at) => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`)
  const shifts = minutes.map((at) => (at >= 840 ? 'late' : 'early'))
  const data = inferTable({
    rowCount: 200,
    columns: [
      { name: 'at', source: 'text', values: times },
      { name: 'shift', source: 'text', values: shifts }
    ]
  })
  expect(findRules(data).map(ruleText)).toEqual(['shift = at >= 14:00'])
  for (const text of ['shift = at >= 14:00', 'shift = bins(at, 06:00:30, 22:00:00)']) expect(ruleText(parseRule(text))).toBe(text)
  for (const text of ['shift = at >= 24:30', 'shift = bins(at, 5, 14:00)'])
    expect(() => parseRule(text)).toThrow(expect.objectContaining({ code: 'rule-malformed' }))
})

it('thresholds of dates are written and read as dates', () => {
  for (const text of ['a = b >= 2024-01-01', 'a = bins(b, 2023-05-01T12:30, 2024-07-01)']) expect(ruleText(parseRule(text))).toBe(text)
  expect(() => parseRule('a = bins(b, 5, 2024-01-01)')).toThrow(expect.objectContaining({ code: 'rule-malformed' }))
  expect(() => parseRule('a = b >= 2024-13-01')).toThrow(expect.objectContaining({ code: 'rule-malformed' }))
})
