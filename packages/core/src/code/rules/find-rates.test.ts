import { expect, it } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { tables } from '../../systems/table/system.js'
import { findRules } from './find.js'
import { parseRule } from './parse-rule.js'
import { breachOf } from './rows-of-rule.js'
import { ruleText } from './rule.js'

const ROWS = 400
const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(6), label), ROWS))
const of = <T>(label: string, all: readonly T[]) => dice(label).map((u) => all[Math.floor(u * all.length)]!)
const RATES = { small: 0.02, middle: 0.025, large: 0.03 }
const [AREAS, AGES] = [
  { north: 0.9, south: 1, city: 1.25 },
  { young: 1.8, grown: 1, old: 1.2 }
]
const keys = <T extends object>(some: T) => Object.keys(some) as (keyof T)[]
const [car, area, age] = [of('car', keys(RATES)), of('area', keys(AREAS)), of('age', keys(AGES))]
const paid = of('paid', ['monthly', 'yearly'])
const insured = dice('insured').map((u) => 500 * Math.floor(10 + 100 * u))
const premium = insured.map((x, i) => (x * RATES[car[i]!] * AREAS[area[i]!] * AGES[age[i]!]).toFixed(2))
const RULE =
  'premium = insured * (0.0375 * P(car = large) + P(car = middle) / 32 + 0.025 * P(car = small)) * (P(area = city) + 0.72 * P(area = north) + 0.8 * P(area = south)) * (P(age = grown) + 1.2 * P(age = old) + 1.8 * P(age = young))'
const found = (cells: Parameters<typeof textTable>[0]) => findRules(prepareRows(textTable(cells)).data).map(ruleText)

it('an amount times a factor by each of three categories is computed, and what says nothing of it is not in it', () => {
  expect(found({ car, area, age, paid, insured, premium })).toEqual([RULE])
  // A level of two categories that are in it together is more than a factor of each.
  const bent = premium.map((x, i) => (car[i] === 'small' && age[i] === 'young' ? (1.1 * Number(x)).toFixed(2) : x))
  expect(found({ car, area, age, paid, insured, premium: bent })).toEqual([])
  // Nor is it what is only near to it.
  const near = premium.map((x, i) => (Number(x) * (1 + 0.002 * dice('near')[i]!)).toFixed(2))
  expect(found({ car, area, age, paid, insured, premium: near })).toEqual([])
})

it('new rows obey it', async () => {
  const engine = await createWasmEngine({ precision: 'float32', relaxed: false, threads: 1 })
  const raw = textTable({ car, area, age, paid, insured, premium })
  const model = await tables.fit(raw, { seed: 4 }, { engine })
  const { table } = await tables.draw(model, { rows: 200, seed: 5 }, { engine })
  expect(breachOf(parseRule(RULE), { ...prepareRows(raw).data, table })).toBeUndefined()
})
