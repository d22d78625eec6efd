import { beforeAll, describe, expect, it, test } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import type { Asked } from '../asked.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows, TableFit, TableModel } from './options.js'
import { tables } from './system.js'

const [ROWS, DRAWN] = [300, 400]
const cents = (x: number) => Math.round(100 * x) / 100
const uniform = (label: string) => uniforms(keyFor(keyFromSeed(6), label), ROWS)

/** Orders of which most are charged as they were quoted, a third of the others nothing, and most go to the city that pays. */
function orders() {
  const [other, by, ship, to] = [uniform('other'), uniform('by'), uniform('ship'), uniform('to')]
  const quoted = Array.from(normals(keyFor(keyFromSeed(6), 'quoted'), ROWS), (z) => cents(Math.exp(4 + 0.8 * z)))
  const charged = quoted.map((x, i) => (other[i]! < 0.1 ? 0 : other[i]! < 0.3 ? cents(x * (0.7 + 0.7 * by[i]!)) : x))
  const bill = Array.from(uniform('bill'), (u) => `c${Math.floor(25 * u)}`)
  return { quoted, charged, bill, ship: bill.map((x, i) => (ship[i]! < 0.8 ? x : `c${Math.floor(25 * to[i]!)}`)) }
}

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})
const fit = (options: TableFit = {}) =>
  fitModel(
    tables,
    { input: textTable(orders()), options: { bandwidth: 0.3, kernel: 'fixed', scaling: 'quantile', seed: 1, ...options } },
    { engine }
  ) as Promise<TableModel>
const draw = (model: TableModel, asked?: Asked) =>
  drawModel(tables, { model, request: { rows: DRAWN, steps: 4, seed: 2, ...(asked ? { asked } : {}) } }, { engine }) as Promise<DrawnRows>
const textsOf = (model: TableModel, drawn: DrawnRows) => {
  const { columns } = tables.present(model, drawn, 'text')
  return Object.fromEntries(columns.map(({ name, values }) => [name, [...values].map((cell) => String(cell ?? ''))])) as Record<
    keyof ReturnType<typeof orders>,
    string[]
  >
}
const share = (one: readonly unknown[], other: readonly unknown[]) =>
  one.filter((cell, i) => String(cell) === String(other[i])).length / one.length
/** Four standard errors of a share of so many rows beside one of the data. */
const errors = (p: number) => 4 * Math.sqrt(p * (1 - p) * (1 / ROWS + 1 / DRAWN))

describe('columns that are another one in many rows', () => {
  const data = orders()
  const same = { charged: share(data.charged, data.quoted), ship: share(data.ship, data.bill) }
  let model: TableModel
  beforeAll(async () => {
    model = await fit()
  })
  const expectSame = (texts: ReturnType<typeof textsOf>) => {
    expect(Math.abs(share(texts.charged, texts.quoted) - same.charged)).toBeLessThan(errors(same.charged))
    expect(Math.abs(share(texts.ship, texts.bill) - same.ship)).toBeLessThan(errors(same.ship))
  }

  it('are so in as many drawn rows, have their own zeros, and no column more, from a model file too', async () => {
    const drawn = await draw(model)
    const texts = textsOf(model, drawn)
    expect(Object.keys(texts)).toEqual(['quoted', 'charged', 'bill', 'ship'])
    expectSame(texts)
    const zeros = data.charged.filter((x) => x === 0).length / ROWS
    expect(Math.abs(texts.charged.filter((x) => x === '0').length / DRAWN - zeros)).toBeLessThan(errors(zeros))
    expect(Math.max(...texts.charged.map(Number))).toBeLessThanOrEqual(Math.max(...data.charged))
    const notes = tables.tell(model, { answer: drawn, request: { rows: DRAWN } })
    expect(notes.warnings).toEqual([])
    const loaded = (await tables.load(unpackModel(packModel(tables.save(model))), { engine })) as TableModel
    expect(textsOf(loaded, await draw(loaded))).toEqual(texts)
  })

  it('are so behind a codec', async () => {
    const latent = await fit({ latent: 'pca:2', scaling: 'auto' })
    const texts = textsOf(latent, await draw(latent))
    expectSame(texts)
    const zeros = data.charged.filter((x) => x === 0).length / ROWS
    expect(Math.abs(texts.charged.filter((x) => x === '0').length / DRAWN - zeros)).toBeLessThan(errors(zeros))
  })

  it.each([[{ givens: [{ nope: 1 }], observe: [] }], [{ givens: [{}], observe: ['nope = 1 ± 1'] }]])(
    'an unknown name of %j is told with the columns of the table, and none that is drawn in the place of one',
    async (asked) => {
      const error = { code: 'column-unknown', expected: 'one of quoted, charged, bill, ship' }
      await expect(draw(model, asked)).rejects.toMatchObject(error)
      const options = { input: textTable(orders()), options: {} }
      await expect(async () => tables.optionsFor!(options.input, options.options, { asked, rows: 5 })).rejects.toMatchObject(error)
    }
  )

  it('are hardly so without rules, of which a warning tells', async () => {
    const off = await fit({ rules: 'off' })
    const drawn = await draw(off)
    const texts = textsOf(off, drawn)
    expect(share(texts.charged, texts.quoted)).toBeLessThan(0.3)
    expect(share(texts.ship, texts.bill)).toBeLessThan(same.ship - errors(same.ship))
    expect(drawn.warnings.map(({ name }) => name)).toEqual(['equal-lost'])
  })

  it.each([
    ['a number', { charged: 50 }, ({ charged }: Record<string, string[]>) => charged!.every((x) => x === '50')],
    ['the other', { quoted: 50 }, ({ quoted }: Record<string, string[]>) => quoted!.every((x) => x === '50')],
    [
      'an interval',
      { charged: { from: 40, to: 60 } },
      ({ charged }: Record<string, string[]>) => charged!.every((x) => Number(x) >= 40 && Number(x) <= 60)
    ],
    ['a level', { ship: 'c3' }, ({ ship }: Record<string, string[]>) => ship!.every((x) => x === 'c3')]
  ] as const)('are so where %s is given, and rows have that', async (_, given, holds) => {
    const texts = textsOf(model, await draw(model, { givens: [given], observe: [], epsilon: 0.3, ridge: 0.01 }))
    expect(holds(texts)).toBe(true)
    // Of 0 nothing is charged where something else is given.
    const least = 'charged' in given ? same.charged / 0.9 : same.charged
    expect(share(texts.charged, texts.quoted)).toBeGreaterThan(least - 0.15)
    expect(share(texts.ship, texts.bill)).toBeGreaterThan(same.ship - 0.25)
  })

  it('are so where one is observed, and come as near to that as it says', async () => {
    const { charged, quoted } = textsOf(model, await draw(model, { givens: [{}], observe: ['charged = 50 ± 2'] }))
    expect(share(charged, quoted)).toBeGreaterThan(same.charged - 0.15)
    const misses = charged.map((x) => Math.abs(Number(x) - 50))
    expect(misses.filter((miss) => miss > 8).length).toBeLessThan(DRAWN / 50)
  })
})

test('shares of another number that are never the same are said to be no more', async () => {
  const n = 300
  const [level, by] = ['level', 'by'].map((label) => uniforms(keyFor(keyFromSeed(8), label), n)) as [Float64Array, Float64Array]
  const total = Array.from(level, (x) => cents(20 + 400 * x))
  const discount = total.map((x, i) => cents(x * (by[i]! < 0.5 ? 0 : by[i]! < 0.8 ? 0.05 : 0.1)))
  const input = textTable({ total, discount })
  const model = (await fitModel(tables, { input, options: { bandwidth: 1, scaling: 'standard', seed: 1 } }, { engine })) as TableModel
  const notes = JSON.stringify(tables.tell(model))
  expect(notes).toMatch(/discount: (?:0\.05 or 0\.1|0\.1 or 0\.05) times total in many rows/)
  expect(notes).not.toContain('the same as')
})

test('rows of groups keep it, and say what they draw by the names of the table', async () => {
  const [groups, months] = [40, 5]
  const n = groups * months
  const of = (label: string) => uniforms(keyFor(keyFromSeed(7), label), n)
  const [other, by, level] = [of('other'), of('by'), of('level')]
  const quoted = Array.from(normals(keyFromSeed(7), n), (z, i) => cents(40 + 40 * level[i - (i % months)]! + 5 * z))
  const charged = quoted.map((x, i) => (other[i]! < 0.4 ? cents(x * (0.7 + 0.6 * by[i]!)) : x))
  const month = quoted.map((_, i) => `2024-0${1 + (i % months)}-01`)
  const input = textTable({ customer: quoted.map((_, i) => `C-${100 + 7 * Math.floor(i / months)}`), month, quoted, charged })
  const options = { group: 'customer', time: 'month', bandwidth: 1, scaling: 'standard', seed: 1 } as const
  const model = (await fitModel(tables, { input, options }, { engine })) as TableModel
  const drawn = (await drawModel(tables, { model, request: { seed: 2, groups: 80 } }, { engine })) as DrawnRows
  const texts = textsOf(model, drawn)
  expect(Object.keys(texts)).toEqual(['customer', 'month', 'quoted', 'charged'])
  const [real, own] = [share(charged, quoted), share(texts.charged, texts.quoted)]
  expect(Math.abs(own - real)).toBeLessThan(4 * Math.sqrt(real * (1 - real) * (1 / n + 1 / texts.charged.length)))
  const notes = JSON.stringify(tables.tell(model, { answer: drawn, request: { groups: 80 } }))
  expect(notes).toContain('drawn row by row: quoted, charged"')
  expect(notes).toContain('charged: the same as “quoted” in many rows')
})
