import { describe, expect, it } from 'vitest'
import { type Cell, textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { findRules } from './find.js'
import { ruleText } from './rule.js'

const rows = 400
const dice = (label: string, seed = 5) => uniforms(keyFor(keyFromSeed(seed), label), rows)
const some = <T>(label: string, values: readonly T[], seed?: number) =>
  Array.from(dice(label, seed), (u) => values[Math.floor(u * values.length)]!)
const found = (columns: Readonly<Record<string, readonly Cell[]>>) => findRules(prepareRows(textTable(columns)).data).map(ruleText)

describe('what three columns tell together', () => {
  const type = some('type', ['resident', 'business', 'visitor'])
  const zone = some('zone', ['A', 'B', 'C'])
  const months = some('months', [1, 6, 12])
  const rates: Readonly<Record<string, number>> = { resident: 1, business: 2.5, visitor: 3, A: 9.5, B: 7, C: 5 }
  const price = type.map((one, i) => rates[one]! * rates[zone[i]!]! * months[i]!)

  it('is looked up', () => {
    const weight = Array.from(dice('weight'), (u) => u.toFixed(4))
    expect(found({ type, zone, months, weight, price: price.map((x) => x.toFixed(2)) })).toEqual(['type, zone, months -> price'])
  })

  it('is not computed from what is computed from it', () => {
    const off = Array.from(dice('off'), (u, i) => Math.round(100 * u * price[i]!) / 100)
    const fee = price.map((x, i) => (x - off[i]!).toFixed(2))
    expect(found({ type, zone, months, price: price.map((x) => x.toFixed(2)), off: off.map((x) => x.toFixed(2)), fee })).toEqual([
      'type, zone, months -> price',
      'off <= price',
      'fee = price - off'
    ])
  })

  it('is a rule only where each of the three says more than chance', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const [a, b, c] = ['a', 'b', 'c'].map((label) => some(label, ['x', 'y', 'z', 'w'], seed)) as string[][]
      // Two tell it, but for one row in fifty.
      const told = Array.from(dice('told', seed), (u, i) => (u < 0.02 ? 'other' : `${a![i]} ${b![i]}`))
      const weight = Array.from(dice('weight', seed), (u) => u.toFixed(4))
      expect(found({ a: a!, b: b!, c: c!, weight, told }).filter((text) => text.includes('a, b, c'))).toEqual([])
    }
  })
})
