import { describe, expect, it } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { exp, log } from '../../num/elementary.js'
import { keyFor, keyFromSeed, normals as normalsOf, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { ruledRows } from '../../systems/rules/ruled-rows.js'
import { presentValues } from '../../table/encoder.js'
import { findRules } from './find.js'
import { findOrders } from './find-orders.js'
import type { Quantity } from './quantity.js'
import { ruleText } from './rule.js'

const ROWS = 93

const own = (seed: number, label: string) => keyFor(keyFromSeed(seed), label)
const normals = (seed: number, label: string) => Array.from(normalsOf(own(seed, label), ROWS))
const quantity = (name: string, values: readonly number[], unit = 0.1): Quantity => ({
  name,
  isDate: false,
  values: Float64Array.from(values, (x) => Math.round(x / unit) * unit),
  unit
})

/** Numbers beside them, that a law draws in the same step. */
const others = (seed: number) => Array.from({ length: 16 }, (_, k) => quantity(`other${k}`, normals(seed, `other${k}`), 0.001))
const SEEDS = Array.from({ length: 20 }, (_, k) => k + 1)

/** Of tables by seeds, how many have an order from one to the other. */
const times = (gaps: (seed: number) => readonly number[]): number =>
  SEEDS.filter((seed) => {
    const low = normals(seed, 'low').map((z) => exp(2.7 + 0.5 * z))
    const high = gaps(seed).map((gap, i) => low[i]! + gap)
    return findOrders([quantity('before', low), quantity('after', high), ...others(seed)], 18).some(
      (one) => one.low === 'before' && one.high === 'after'
    )
  }).length

describe('orders that a law would break', () => {
  it('are found where gaps come near to 0, at any size of the numbers, and do not crowd there', () => {
    // A sum of two exponential laws has a density of 0 at 0: that nothing is beyond a wall shows only in what is drawn.
    const gap = (seed: number) => {
      const [one, other] = ['one', 'other'].map((label) => Array.from(uniforms(own(seed, label), ROWS), (u) => -log(u)))
      return one!.map((x, i) => 2 * (x + other![i]!))
    }
    // Of 20 tables it is 16; by what is known of the gaps alone none.
    expect(times(gap)).toBeGreaterThanOrEqual(12)
  })

  it('are none where gaps are so far from 0 that it would break none', () => {
    expect(times((seed) => normals(seed, 'gap').map((z) => 6 + z))).toBe(0)
  })

  it('are those that names say wherever all rows have them', () => {
    const low = normals(1, 'low').map((z) => exp(2.7 + 0.5 * z))
    const far = low.map((x, i) => x + 6 + normals(1, 'gap')[i]!)
    const named = (...names: readonly [string, string]) => findOrders([quantity(names[0], low), quantity(names[1], far), ...others(1)], 18)
    expect(named('temp_min', 'temp_max')).toContainEqual({ low: 'temp_min', high: 'temp_max' })
    expect(named('temp_min', 'rain_max')).toEqual([])
    expect(named('morning', 'evening')).toEqual([])
  })

  it('are none of an amount and its logarithm, which a law of ranks keeps apart', () => {
    const logs = (seed: number) => normals(seed, 'mass')
    const masses = (seed: number) => logs(seed).map((z) => exp(log(10) * z))
    const found = SEEDS.flatMap((seed) =>
      findOrders([quantity('log', logs(seed), 1e-5), quantity('mass', masses(seed), 1e-5), ...others(seed)], 18)
    )
    // One of 20 looks like a wall.
    expect(found.filter(({ low, high }) => low === 'log' && high === 'mass').length).toBeLessThanOrEqual(2)
  })
})

it('what is drawn begins at a sum that is computed, and no part of the sum is told to be below it', () => {
  const votes = (label: string, scale: number) => normals(5, label).map((z) => Math.round(exp(scale + z)))
  const [green, red] = [votes('green', 7), votes('red', 8)]
  const valid = green.map((x, i) => x + red[i]!)
  const cast = valid.map((x, i) => x + Math.round(-0.05 * x * log(uniforms(own(5, 'void'), ROWS)[i]!)))
  const { data } = prepareRows(textTable({ green, red, valid, cast }))
  const rules = findRules(data).map(ruleText)
  expect(rules).toEqual(expect.arrayContaining(['cast >= valid', 'valid = green + red']))
  expect(rules.filter((rule) => rule.includes('valid'))).toHaveLength(2)
})

it('what is there in all rows is not measured from what is computed where it is there', () => {
  // Those who failed the screening were neither drawn for a treatment nor treated.
  const dice = (label: string) => uniforms(own(6, label), ROWS)
  const isOut = Array.from(dice('out'), (u) => u < 0.2)
  const spelled = (days: readonly number[]) => days.map((day) => new Date(86_400_000 * day).toISOString().slice(0, 10))
  const screened = Array.from(dice('screened'), (u) => 15_000 + Math.floor(400 * u))
  const treated = spelled(screened.map((day, i) => day + 1 + Math.floor(20 * dice('wait')[i]!))).map((day, i) => (isOut[i] ? null : day))
  const { table } = ruledRows(textTable({ screened: spelled(screened), treated, drawn: treated }), {}).data
  const numbers = table.columns.flatMap((column) => ('values' in column ? [...presentValues(column)] : []))
  expect(numbers.length).toBeGreaterThan(ROWS)
  expect(numbers.filter(Number.isNaN)).toEqual([])
})
