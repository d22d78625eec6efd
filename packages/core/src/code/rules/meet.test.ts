import { describe, expect, it } from 'vitest'
import { plantedTables } from '../../../../../test/planted-tables.js'
import { prepareRows } from '../../systems/prepare.js'
import { isNumeric } from '../../table/table.js'
import { findRules } from './find.js'
import { keepRules } from './keep.js'
import { type Bound, Meeter, type Target } from './meet.js'
import { columnIn, type WrittenTable } from './rows-of-rule.js'
import { putRulesBack, takeRulesOut } from './stacked.js'

function meet(name: string, targets: readonly Target[], bounds: readonly (readonly [string, Bound])[] = []) {
  const { data } = prepareRows(plantedTables(3).find((one) => one.name === name)!.raw)
  const kept = keepRules(findRules(data), data)
  const drawn = takeRulesOut(kept, data)
  const meeter = new Meeter({ kept, data: drawn, targets, bounds: new Map(bounds) })
  return { meeter, back: () => putRulesBack(kept, meeter.meet(drawn)) }
}

function values(data: WrittenTable, name: string): Set<number> {
  const column = columnIn(data, name)
  return new Set(isNumeric(column) ? column.values.filter((_, i) => !column.missing?.[i]) : [])
}

describe('rows that are moved', () => {
  it.each([
    ['orders', 'total', 60.01],
    ['patients', 'bmi', 25],
    ['patients', 'bmi', 17.3],
    ['loans', 'limit', 9000],
    ['weather', 'high', 12.3],
    ['payroll', 'net', 2500],
    ['school', 'sum', 31],
    ['trips', 'minutes', 17],
    ['hospital', 'stay', 4]
  ])('of %s have the %s that is given: %f', (name, column, value) => {
    const { meeter, back } = meet(name, [{ column, value }])
    expect(meeter.canBeMet).toBe(true)
    expect(values(back(), column)).toEqual(new Set([value]))
  })

  it('meet two targets, and keep what else is given', () => {
    const targets = [
      { column: 'amount', value: 23 },
      { column: 'shipped', value: Date.UTC(2023, 4, 4) }
    ]
    const data = meet('shop', targets, [['qty', { low: 2, high: 4 }]]).back()
    expect(values(data, 'amount')).toEqual(new Set([23]))
    expect(values(data, 'shipped')).toEqual(new Set([Date.UTC(2023, 4, 4)]))
  })

  it.each([
    ['loans', { column: 'limit', value: 9001 }],
    ['school', { column: 'sum', value: 61 }],
    ['weather', { column: 'fahrenheit', value: 33.01 }]
  ])('of %s are none where no value of the columns gives %j', (name, target) => {
    expect(meet(name, [target]).meeter.canBeMet).toBe(false)
  })

  it('says the only values that meet a target', () => {
    const amount = { column: 'amount', value: 15 }
    expect(meet('shop', [amount]).meeter.only()).toEqual({ sku: 'A1', qty: 5 })
    expect(meet('school', [{ column: 'sum', value: 31 }]).meeter.only()).toBeUndefined()
  })
})
