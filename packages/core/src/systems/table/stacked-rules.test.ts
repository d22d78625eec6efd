import { beforeAll, describe, expect, it } from 'vitest'
import { plantedTables } from '../../../../../test/planted-tables.js'
import { ruleTexts } from '../../code/rules/kept-rules.js'
import { parseRule } from '../../code/rules/parse-rule.js'
import { breachOf } from '../../code/rules/rows-of-rule.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { inferTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { type Column, isNumeric } from '../../table/table.js'
import type { Ruled } from '../rules/ruled-rows.js'
import { drawModel, fitModel } from '../system.js'
import { behindRules } from '../windows/localisation.js'
import type { DrawnRows, TableFit, TableModel, TableRequest } from './options.js'
import { tables } from './system.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const all = plantedTables(3)
const named = (name: string) => all.find((one) => one.name === name)!
const fit = (input: RawTable, options: TableFit) =>
  fitModel(
    tables,
    { input, options: { bandwidth: 0.3, scaling: 'standard', seed: 3, ...(options.local ? { neighbourBandwidth: 0.3 } : {}), ...options } },
    { engine }
  ) as Promise<TableModel & Ruled>
const draw = (model: TableModel, request: TableRequest) =>
  drawModel(tables, { model, request: { seed: 4, ...request } }, { engine }) as Promise<DrawnRows>
const numbers = ({ table }: DrawnRows, name: string): number[] => {
  const column = table.columns.find((one) => one.name === name) as Column
  if (!isNumeric(column)) throw new RangeError(name)
  return [...column.values]
}

/** Rows as a reader of the file would see them. */
function asRead(raw: RawTable, model: TableModel, drawn: DrawnRows) {
  const { table, formats } = inferTable(raw)
  const types = Object.fromEntries(table.columns.map(({ name, kind }) => [name, kind]))
  return { table: inferTable(tables.present(model, drawn, 'text'), { types }).table, formats }
}

/** The four ways besides one bridge on all columns; a field knows no missing cells, and its codec no categories. */
const WAYS: readonly (readonly [string, TableFit, readonly string[]])[] = [
  ['behind a codec', { latent: 'pca:1' }, ['orders', 'hospital', 'shop', 'trips', 'soils', 'people', 'bookings']],
  ['of a field, in classes of its categories', { local: 'auto' }, ['orders', 'hospital', 'trips', 'soils', 'bookings']],
  ['of a window', { local: 'window:1' }, ['loans', 'school']],
  ['of a field behind a codec', { latent: 'pca:2', local: 'auto' }, ['school']]
]

describe('four thousand rows', { tags: ['slow'] }, () => {
  it.each(WAYS.flatMap(([way, options, names]) => names.map((name) => [way, name, options] as const)))(
    '%s of %s obey every rule',
    async (_, name, options) => {
      const { raw, rules } = named(name)
      const model = await fit(raw, options)
      expect(ruleTexts(model.rules!).sort()).toEqual([...rules].sort())
      const drawn = await draw(model, { rows: 4000, steps: 2 })
      const read = asRead(raw, model, drawn)
      for (const rule of rules) expect(breachOf(parseRule(rule), read)).toBeUndefined()
    }
  )
})

describe.each([
  ['behind a codec', { latent: 'pca:1' }],
  ['of a field', { local: 'auto' }]
] as const)('what is known of derived columns %s', { tags: ['slow'] }, (_, options) => {
  let model: TableModel & Ruled
  const { raw, rules } = named('orders')
  beforeAll(async () => {
    model = await fit(raw, options)
  })

  it('a number is met by every row, whose rule holds', async () => {
    const total = numbers(await draw(model, { rows: 1 }), 'total')[0]!
    const drawn = await draw(model, { rows: 100, asked: { givens: [{ total }], observe: [] } })
    expect(new Set(numbers(drawn, 'total'))).toEqual(new Set([total]))
    expect(breachOf(parseRule(rules[0]!), asRead(raw, model, drawn))).toBeUndefined()
  })

  it('an interval holds every row, and no warning is left of those that were drawn again', async () => {
    const drawn = await draw(model, { rows: 200, asked: { givens: [{ total: { from: 150, to: 300 } }], observe: [] } })
    expect(numbers(drawn, 'total').every((x) => x >= 150 && x <= 300)).toBe(true)
    expect(drawn.warnings.filter(({ name }) => name === 'rows-impossible')).toEqual([])
    expect(breachOf(parseRule(rules[0]!), asRead(raw, model, drawn))).toBeUndefined()
  })

  it('conditions of a list are met each on its own', async () => {
    const givens = [{ country: 'fr' }, { total: { from: 100 } }, { qty: 3, country: 'de' }]
    const drawn = await draw(model, { rows: 20, asked: { givens, observe: [] } })
    expect(
      numbers(drawn, 'total')
        .slice(20, 40)
        .every((x) => x >= 100)
    ).toBe(true)
    expect(new Set(numbers(drawn, 'qty').slice(40))).toEqual(new Set([3]))
    expect(drawn.conditions!.map(({ condition }) => condition)).toEqual(['country=fr', 'total=100..', 'qty=3, country=de'])
    expect(drawn.conditions!.every(({ effectiveRows }) => effectiveRows > 0)).toBe(true)
  })

  it('rules stand in the model file, which draws the same', async () => {
    const loaded = await tables.load(unpackModel(packModel(tables.save(model))), { engine })
    expect(await draw(loaded, { rows: 50 })).toEqual(await draw(model, { rows: 50 }))
    expect(tables.summary(model)).toMatchObject({ rules: [...rules] })
  })
})

describe('places that all have to be drawn', () => {
  const { raw } = named('school')
  const numeric = raw.columns.filter(({ values }) => [...values].every((x) => Number.isFinite(Number(x))))
  const grid: RawTable = { ...raw, columns: numeric }
  const local = `grid:1x${numeric.length}:1`

  it('no column of a grid is derived', { tags: ['slow'] }, async () => {
    expect((await fit(grid, { local: 'auto' })).rules).toBeDefined()
    expect((await fit(grid, { local })).rules).toBeUndefined()
  })

  it('a rule that says one of them is refused', async () => {
    const rule = named('school').rules[0]!
    await expect(fit(grid, { local, rule })).rejects.toThrow(expect.objectContaining({ code: 'rule-column' }))
  })
})

it('neighbours of a derived column become neighbours of each other, and a gap stands for the end of its order', async () => {
  const { rules } = await fit(named('hospital').raw, { rules: 'auto' })
  const order = rules!.rules.find(({ kind }) => kind === 'order') as { column: string; gap: string }
  const formula = rules!.rules.find(({ kind }) => kind === 'formula')!
  const edges = [
    [formula.column, 'a'],
    ['b', formula.column],
    ['a', order.column]
  ] as const
  expect(behindRules({ kind: 'graph', edges }, rules)).toEqual({
    kind: 'graph',
    edges: expect.arrayContaining([
      ['a', 'b'],
      ['a', order.gap]
    ])
  })
})
