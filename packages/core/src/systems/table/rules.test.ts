import { beforeAll, describe, expect, it } from 'vitest'
import { mistyped, plantedTables } from '../../../../../test/planted-tables.js'
import { ruleTexts } from '../../code/rules/kept-rules.js'
import { parseRule } from '../../code/rules/parse-rule.js'
import { breachOf } from '../../code/rules/rows-of-rule.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import { inferTable } from '../../table/infer.js'
import { type RawTable, takeRawRows } from '../../table/raw.js'
import { type CategoricalColumn, type Column, isNumeric, type NumericColumn } from '../../table/table.js'
import type { GlobalModel } from '../global/model.js'
import { ruledRows } from '../rules/ruled-rows.js'
import { drawModel, fitModel } from '../system.js'
import type { DrawnRows, TableFit, TableModel, TableRequest } from './options.js'
import { drawnInAll } from './stretches.js'
import { tables } from './system.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const quick: TableFit = { bandwidth: 0.3, scaling: 'standard', seed: 3 }
const fits = new Map<RawTable, Map<string, Promise<GlobalModel>>>()
/** A table's model by some options; found once. */
function fit(input: RawTable, options: TableFit = {}): Promise<GlobalModel> {
  const known = fits.get(input) ?? new Map<string, Promise<GlobalModel>>()
  const words = JSON.stringify(options)
  const model = known.get(words) ?? (fitModel(tables, { input, options: { ...quick, ...options } }, { engine }) as Promise<GlobalModel>)
  fits.set(input, known.set(words, model))
  return model
}
// λ is given, as ε is: what rules make of conditions does not hang on how both are chosen.
const draw = (model: TableModel, request: TableRequest) => {
  const ridge = request.given && !request.observe && !request.likelihood ? { ridge: 1e-3 } : {}
  return drawModel(tables, { model, request: { seed: 4, ...ridge, ...request } }, { engine }) as Promise<DrawnRows>
}
const all = plantedTables(3)
const named = (name: string): RawTable => all.find((one) => one.name === name)!.raw
const numbers = ({ table }: DrawnRows, name: string): Float64Array => {
  const column = table.columns.find((one) => one.name === name)!
  if (!isNumeric(column)) throw new RangeError(name)
  return column.values
}
const unknown = ({ warnings }: DrawnRows) => warnings.filter(({ name }) => name === 'rule-unknown').map(({ message }) => message)
const levels = ({ table }: DrawnRows, name: string): string[] => {
  const column = table.columns.find((one) => one.name === name)!
  return 'codes' in column ? [...new Set(column.codes)].map((code) => column.levels[code]!).sort() : []
}

describe('four thousand new rows', { tags: ['slow'] }, () => {
  it.each(all.map((one) => [one.name, one] as const))('of %s obey every rule, and look like the table', async (_, { raw, rules }) => {
    const model = await fit(raw)
    expect(ruleTexts(model.rules!).sort()).toEqual([...rules].sort())
    const drawn = await draw(model, { rows: 4000, steps: 2 })
    const written = tables.present(model, drawn, 'text')
    expect(written.columns.map(({ name }) => name)).toEqual(raw.columns.map(({ name }) => name))
    // As a reader of the file would see them: in text, with the kinds of the data.
    const { table, formats } = inferTable(raw)
    const types = Object.fromEntries(table.columns.map(({ name, kind }) => [name, kind]))
    const read = inferTable(written, { types })
    for (const rule of rules) expect(breachOf(parseRule(rule), { table: read.table, formats })).toBeUndefined()
  })
})

describe('what rules of a new kind leave as it was', { tags: ['slow'] }, () => {
  it('shares add up to 1, none is negative, and as many are 0', async () => {
    const drawn = await draw(await fit(named('budgets'), { scaling: 'quantile' }), { rows: 2000 })
    const shares = ['food', 'rent', 'travel', 'other'].map((name) => numbers(drawn, name))
    expect(shares.every((one) => one.every((x) => x >= 0))).toBe(true)
    expect(shares[0]!.every((_, i) => Math.round(1000 * shares.reduce((sum, one) => sum + one[i]!, 0)) === 1000)).toBe(true)
    const zeros = (values: Float64Array) => values.filter((x) => x === 0).length / values.length
    // A fifth of the travel, within nearly four standard errors of the data's 940 rows and the draw's 2000.
    expect(Math.abs(zeros(shares[2]!) - 0.2)).toBeLessThan(0.06)
    expect(zeros(shares[1]!)).toBeLessThan(0.01)
  })

  it('percentages that were rounded one by one miss 100 as often as in the data', async () => {
    const missed = (columns: readonly Float64Array[]) =>
      columns[0]!.filter((_, i) => Math.round(10 * columns.reduce((sum, one) => sum + one[i]!, 0)) !== 1000).length / columns[0]!.length
    const model = await fit(named('soils'))
    const drawn = await draw(model, { rows: 2000 })
    const real = inferTable(named('soils'))
      .table.columns.slice(1)
      .map((column) => (isNumeric(column) ? column.values : new Float64Array()))
    const share = missed(real)
    expect(share).toBeGreaterThan(0.1)
    // Hundredths of 980 rows, and four standard errors of 2000.
    expect(Math.abs(missed(['sand', 'silt', 'clay'].map((name) => numbers(drawn, name))) - share)).toBeLessThan(0.045)
    const again = (await tables.load(unpackModel(packModel(tables.save(model))), { engine })) as GlobalModel
    expect(again.rules).toEqual(model.rules)
    const given = await draw(model, { rows: 20, given: { sand: 40 } })
    expect(new Set(numbers(given, 'sand'))).toEqual(new Set([40]))
  })

  it('gaps are as many as in the data', async () => {
    const drawn = await draw(await fit(named('survey')), { rows: 2000 })
    const gaps = (name: string) => {
      const column = drawn.table.columns.find((one) => one.name === name)!
      return isNumeric(column) ? column.missing!.reduce((sum, mark) => sum + mark, 0) / 2000 : Number.NaN
    }
    // Half of the rows, and three tenths, within four standard errors of the data's 1100 rows and the draw's.
    expect(Math.abs(gaps('spouse_age') - 0.5)).toBeLessThan(0.07)
    expect(Math.abs(gaps('wage') - 0.3)).toBeLessThan(0.065)
  })

  it('a value given beside a number that no row has is taken as it is, each condition for itself; beside one that rows have it must agree', async () => {
    const u = uniforms(keyFromSeed(5), 800)
    const people = Array.from({ length: 400 }, (_, i) => 4 * Math.floor(20 * u[2 * i]! ** 2))
    const raw: RawTable = {
      rowCount: 400,
      columns: [
        { name: 'people', source: 'number', values: Float64Array.from(people) },
        // No formula of the kinds that are looked for.
        { name: 'rate', source: 'number', values: Float64Array.from(people, (x) => Number((10 + 3 * Math.sin(x) + 0.01 * x).toFixed(3))) },
        { name: 'age', source: 'number', values: Float64Array.from(people, (_, i) => Number((40 + 10 * u[2 * i + 1]!).toFixed(1))) }
      ]
    }
    const model = await fit(raw)
    expect(ruleTexts(model.rules!)).toEqual(['people -> rate'])
    const guessed = await draw(model, { rows: 10, given: { people: 9 } })
    expect(numbers(guessed, 'rate')[0]).toBeCloseTo(10 + 3 * Math.sin(8) + 0.08, 3)
    const message = (count: number, rows: number) =>
      `${count} of ${rows} rows have a value of people that no row of the data has, such as people=9: the rule “people -> rate” covers no such row, so these rows have what the nearest real row has (rate=13.048); give rate too if you know better, or fit with --rules off`
    expect(unknown(guessed)).toEqual([message(10, 10)])
    expect(unknown(await draw(model, { rows: 10, given: { people: 8 } }))).toEqual([])
    const known = await draw(model, { rows: 10, given: { people: 9, rate: 11.326 } })
    expect([...numbers(known, 'people')]).toEqual(Array(10).fill(9))
    expect([...numbers(known, 'rate')]).toEqual(Array(10).fill(11.326))
    expect(unknown(known)).toEqual(['no row has people=9: the rule “people -> rate” says nothing of it, so rate=11.326 is taken as given'])
    // The age is drawn as it is without.
    expect(numbers(known, 'age')).toEqual(numbers(guessed, 'age'))
    const givens = [{ people: 9, rate: 11.326 }, { people: 9, rate: 12.5 }, { people: 9 }, { people: 8, rate: 13.048 }]
    const several = await draw(model, { rows: 10, asked: { givens, observe: [] } })
    const rates = [11.326, 12.5, numbers(guessed, 'rate')[0]!, 13.048]
    expect([...numbers(several, 'rate')]).toEqual(rates.flatMap((rate) => Array(10).fill(rate)))
    expect(unknown(several)).toContain(message(10, 40))
    expect(unknown(drawnInAll([guessed, guessed]))).toEqual([message(20, 20)])
    await expect(draw(model, { given: { people: 8, rate: 12.5 } })).rejects.toThrow(
      expect.objectContaining({ code: 'condition-contradictory' })
    )
    await expect(draw(model, { given: { people: 9, rate: 12.50001 } })).rejects.toThrow(
      expect.objectContaining({ code: 'condition-impossible' })
    )
  })

  it('rows of a combination that no row has are told once, whatever is looked up by it', async () => {
    const u = uniforms(keyFromSeed(6), 800)
    // Zone 3 is not served.
    const plan = Array.from({ length: 400 }, (_, i) => (u[2 * i]! < 0.5 ? 'basic' : 'plus'))
    const zone = plan.map((_, i) => [1, 2, 4][Math.floor(u[2 * i + 1]! * 3)]!)
    const of = (values: Readonly<Record<string, Readonly<Record<number, number>>>>) =>
      Float64Array.from(plan, (one, i) => values[one]![zone[i]!]!)
    const raw: RawTable = {
      rowCount: 400,
      columns: [
        { name: 'plan', source: 'text', values: plan },
        { name: 'zone', source: 'number', values: Float64Array.from(zone) },
        { name: 'price', source: 'number', values: of({ basic: { 1: 10.5, 2: 17.2, 4: 17.2 }, plus: { 1: 17.2, 2: 10.5, 4: 17.2 } }) },
        { name: 'fee', source: 'number', values: of({ basic: { 1: 1.5, 2: 2.5, 4: 1.5 }, plus: { 1: 2.5, 2: 1.5, 4: 1.5 } }) },
        { name: 'age', source: 'number', values: Float64Array.from(u.subarray(0, 400), (x) => Number((40 + 10 * x).toFixed(1))) }
      ]
    }
    const model = await fit(raw)
    expect(ruleTexts(model.rules!)).toEqual(['plan, zone -> price', 'plan, zone -> fee'])
    const drawn = await draw(model, { rows: 20, given: { plan: 'plus', zone: 3 } })
    expect(unknown(drawn)).toEqual([
      '20 of 20 rows have a combination of plan, zone that no row of the data has, such as plan=plus with zone=3: the rules “plan, zone -> price”, “plan, zone -> fee” cover no such row, so these rows have what the nearest real row has (price=10.5, fee=1.5); give price, fee too if you know better, or fit with --rules off'
    ])
    expect(unknown(await draw(model, { rows: 20, given: { plan: 'plus', zone: 2 } }))).toEqual([])
    // What is given of one input says which of the other is meant.
    const meant = await draw(model, { rows: 20, given: { zone: 2, price: 10.5 } })
    expect(meant.conditional).toBeDefined()
    expect([...numbers(meant, 'fee')]).toEqual(Array(20).fill(1.5))
    await expect(draw(model, { given: { zone: 4, price: 10.5 } })).rejects.toThrow(
      'got price=10.5 with zone=4; expected what the rule “plan, zone -> price” allows, such as 17.2; try leaving price out, or fitting with --rules off'
    )
    await expect(draw(model, { given: { zone: 3, price: 20 } })).rejects.toThrow(
      "no row has this zone, and the nearest one's counts; try giving plan too, with which price is taken as given"
    )
    await expect(draw(model, { given: { price: 20 } })).rejects.toThrow('got price=20, a price that no row has')
  })

  it('a level that only one combination of brackets has is an interval of each number', async () => {
    const dice = (label: string) => uniforms(keyFor(keyFromSeed(9), label), 400)
    const [weight, length] = ['weight', 'length'].map((label) => Array.from(dice(label), (u) => Math.floor(100 * u))) as [
      number[],
      number[]
    ]
    const model = await fit({
      rowCount: 400,
      columns: [
        { name: 'weight', source: 'number', values: Float64Array.from(weight) },
        { name: 'length', source: 'number', values: Float64Array.from(length) },
        { name: 'fits', source: 'text', values: weight.map((x, i) => (x < 60 && length[i]! < 70 ? 'yes' : 'no')) }
      ]
    })
    expect(ruleTexts(model.rules!)).toEqual(['bins(weight, 60), bins(length, 70) -> fits'])
    const small = await draw(model, { rows: 100, given: { fits: 'yes', weight: '40..80' } })
    expect(small.conditional).toBeDefined()
    expect(numbers(small, 'weight').every((x) => x >= 40 && x < 60)).toBe(true)
    expect(numbers(small, 'length').every((x) => x < 70)).toBe(true)
    await expect(draw(model, { given: { fits: 'yes', weight: 80 } })).rejects.toThrow('got fits=yes with weight=80')
  })

  it('levels between thresholds are given as intervals, which have to meet', async () => {
    const people = await fit(named('people'))
    const drawn = await draw(people, { rows: 100, given: { group: 'middle', high: 'yes' } })
    expect(numbers(drawn, 'age').every((x) => x >= 40 && x < 65)).toBe(true)
    expect(numbers(drawn, 'pressure').every((x) => x >= 140)).toBe(true)
    expect(drawn.conditional).toBeDefined()
    const both = await draw(people, { rows: 100, given: { group: 'middle', age: '30..50' } })
    expect(numbers(both, 'age').every((x) => x >= 40 && x <= 50)).toBe(true)
    await expect(draw(people, { given: { group: 'child', age: 30 } })).rejects.toThrow(
      expect.objectContaining({ code: 'condition-contradictory' })
    )
    const tariffs = await fit(named('tariffs'))
    const late = await draw(tariffs, { rows: 100, given: { phase: 'late', tariff: 'new' } })
    expect(numbers(late, 'ordered').every((time) => time >= Date.UTC(2024, 6, 1))).toBe(true)
    await expect(draw(tariffs, { given: { phase: 'trial', tariff: 'new' } })).rejects.toThrow(
      expect.objectContaining({ code: 'condition-contradictory' })
    )
    const survey = await fit(named('survey'))
    await expect(draw(survey, { given: { marital: 'single', spouse_age: 40 } })).rejects.toThrow(
      expect.objectContaining({ code: 'condition-contradictory' })
    )
  })
})

it('a column that is given has no gap, whatever conditions say where it has', async () => {
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(8), label), 300)
  const sex = Array.from(dice('sex'), (u) => (u < 0.5 ? 'f' : 'm'))
  const age = Float64Array.from(dice('age'), (u) => Math.floor(90 * u))
  const some = (name: string, is: (i: number) => boolean) =>
    Array.from(dice(name), (u, i) => (is(i) ? null : u < 0.3 ? 'yes' : u < 0.7 ? 'no' : 'unknown'))
  const guardian = some('guardian', (i) => age[i]! >= 18)
  const people: RawTable = {
    rowCount: 300,
    columns: [
      { name: 'age', source: 'number', values: age },
      { name: 'sex', source: 'text', values: sex },
      { name: 'guardian', source: 'text', values: guardian },
      { name: 'pregnant', source: 'text', values: some('pregnant', (i) => sex[i] === 'm' || age[i]! < 18 || age[i]! >= 46) },
      { name: 'smoker', source: 'text', values: some('smoker', (i) => guardian[i] !== null) }
    ]
  }
  const model = await fit(people)
  expect(ruleTexts(model.rules!).sort()).toEqual([
    'guardian missing where age >= 18',
    'pregnant missing where sex = m or age < 18 or age >= 46',
    'smoker missing where guardian present'
  ])
  const between = async (given: Record<string, string>) => {
    const drawn = await draw(model, { rows: 60, given })
    const ages = numbers(drawn, 'age')
    return { sexes: levels(drawn, 'sex'), least: Math.min(...ages), most: Math.max(...ages) }
  }
  const pregnant = await between({ pregnant: 'yes' })
  expect(pregnant.sexes).toEqual(['f'])
  expect(pregnant.least).toBeGreaterThanOrEqual(18)
  expect(pregnant.most).toBeLessThan(46)
  expect((await between({ guardian: 'yes' })).most).toBeLessThan(18)
  expect((await between({ smoker: 'no' })).least).toBeGreaterThanOrEqual(18)
  await expect(draw(model, { given: { pregnant: 'no', sex: 'm' } })).rejects.toThrow(
    expect.objectContaining({ code: 'condition-contradictory' })
  )
})

it('what lies on a side of another column is kept, in its file too, and given in parts', async () => {
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(7), label), 120)
  const most = Float64Array.from(dice('most'), (u) => 10 * (2 + Math.floor(4 * u)))
  const score = Float64Array.from(dice('score'), (u, i) => Math.floor(u * (most[i]! + 1)))
  const passed = Array.from(score, (x, i) => (x >= 0.5 * most[i]! ? 'yes' : 'no'))
  const number = (name: string, values: Float64Array) => ({ name, source: 'number' as const, values })
  const marks: RawTable = {
    rowCount: 120,
    columns: [number('most', most), number('score', score), { name: 'passed', source: 'text', values: passed }]
  }
  const model = await fit(marks, { rule: 'passed = score >= 0.5 * most' })
  expect(ruleTexts(model.rules!)).toContain('passed = score >= 0.5 * most')
  const again = (await tables.load(unpackModel(packModel(tables.save(model))), { engine })) as GlobalModel
  expect(again.rules).toEqual(model.rules)
  for (const given of [{ passed: 'no' }, { passed: 'no', most: 40 }, { passed: 'yes', score: '10..20' }]) {
    const drawn = await draw(again, { rows: 40, given })
    const [points, of] = [numbers(drawn, 'score'), numbers(drawn, 'most')]
    expect(Array.from(points, (x, i) => x >= 0.5 * of[i]!)).toEqual(Array(40).fill(given.passed === 'yes'))
    if (given.most) expect(new Set(of)).toEqual(new Set([40]))
    expect(levels(drawn, 'passed')).toEqual([given.passed])
  }
  await expect(draw(model, { given: { passed: 'yes', score: 10, most: 50 } })).rejects.toThrow(
    expect.objectContaining({ code: 'condition-contradictory' })
  )
  await expect(fit(marks, { rule: 'passed = score > 0.5 * most' })).rejects.toThrow(expect.objectContaining({ code: 'rule-broken' }))
  await expect(fit(marks, { rule: 'passed = score > passed' })).rejects.toThrow(expect.objectContaining({ code: 'rule-malformed' }))
})

it('a number that counts something else in each level is given within one, and without', async () => {
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(8), label), 160)
  const [which, place] = [dice('which'), dice('place')]
  const unit = Array.from(which, (u) => (u < 0.5 ? 'C' : 'hPa'))
  const value = Float64Array.from(place, (u, i) => (unit[i] === 'C' ? Math.round(10 * (18 + 8 * u)) / 10 : Math.round(980 + 60 * u)))
  const readings: RawTable = {
    rowCount: 160,
    columns: [
      { name: 'unit', source: 'text', values: unit },
      { name: 'value', source: 'number', values: value }
    ]
  }
  const model = await fit(readings)
  for (const given of [{ unit: 'hPa', value: '1000..1010' }, { value: '1000..1010' }, { unit: 'hPa', value: 1004 }]) {
    const drawn = await draw(model, { rows: 30, given })
    expect(levels(drawn, 'unit')).toEqual(['hPa'])
    expect(numbers(drawn, 'value').every((x) => x >= 1000 && x <= 1010 && Number.isInteger(x))).toBe(true)
  }
  await expect(draw(model, { given: { unit: 'hPa', value: 20 } })).rejects.toThrow(
    expect.objectContaining({ code: 'condition-impossible' })
  )
  const near = numbers(await draw(model, { rows: 40, observe: 'value = 22 ± 0.5' }), 'value')
  expect(near.every((x) => Math.abs(x - 22) < 2.5)).toBe(true)
  const one = await draw(model, { rows: 2, given: { value: 1004 } })
  expect(one.warnings.map(({ message }) => message)).toEqual([expect.stringContaining('“value among those of its unit”')])
  expect((await fit(readings, { rules: 'off' })).rules).toBeUndefined()
})

it('a column with gaps that is never above another is given, stated and refused by its end', async () => {
  const dice = (label: string) => uniforms(keyFor(keyFromSeed(8), label), 300)
  const [paid, part, is] = [dice('paid'), dice('part'), dice('is')]
  const values = Float64Array.from(paid, (u) => Math.round(2000 + 8000 * u) / 100)
  const refund = Array.from(part, (u, i) => (is[i]! < 0.5 ? (Math.round(100 * Math.min(1, 1.5 * u) * values[i]!) / 100).toFixed(2) : ''))
  const cases: RawTable = {
    rowCount: 300,
    columns: [
      { name: 'paid', source: 'number', values },
      { name: 'refund', source: 'text', values: refund }
    ]
  }
  const model = await fit(cases)
  expect(ruleTexts(model.rules!)).toEqual(['refund <= paid'])
  const drawn = await draw(model, { rows: 400 })
  const [paids, refunds] = ['paid', 'refund'].map((name) => numbers(drawn, name)) as [Float64Array, Float64Array]
  expect(refunds.some((x) => x > 0)).toBe(true)
  expect(refunds.filter((x, i) => x > paids[i]!)).toHaveLength(0)
  const given = await draw(model, { rows: 40, given: { paid: 50, refund: '20..50' } })
  expect(numbers(given, 'refund').every((x) => x >= 20 && x <= 50)).toBe(true)
  await expect(draw(model, { given: { paid: 50, refund: 60 } })).rejects.toThrow(
    expect.objectContaining({ code: 'condition-contradictory' })
  )
  const met = await draw(model, { rows: 40, given: { refund: 90 } })
  expect(numbers(met, 'paid').every((x) => x >= 90)).toBe(true)
  expect(numbers(met, 'refund').every((x) => x === 90)).toBe(true)
  expect(ruleTexts((await fit(cases, { rule: 'paid >= refund' })).rules!)).toEqual(['refund <= paid'])
  // One row breaks it: those without a refund do not.
  const more = Float64Array.from(values, (x, i) => (i === refund.findIndex((text) => text !== '') ? 1 : x))
  await expect(
    fit({ ...cases, columns: [{ ...cases.columns[0]!, values: more }, cases.columns[1]!] } as RawTable, { rule: 'refund <= paid' })
  ).rejects.toThrow(expect.objectContaining({ code: 'rule-broken', got: expect.stringContaining('“refund <= paid”, which a row breaks') }))
})

it('says its rules, keeps them in its file, and draws the same from it', { tags: ['slow'] }, async () => {
  const model = await fit(named('shop'))
  const texts = ruleTexts(model.rules!)
  expect(tables.tell(model).json.rules).toEqual(texts)
  expect(tables.summary(model)).toMatchObject({ rules: texts })
  const again = (await tables.load(unpackModel(packModel(tables.save(model))), { engine })) as GlobalModel
  expect(again.rules).toEqual(model.rules)
  const request = { rows: 50 }
  expect((await draw(again, request)).table).toEqual((await draw(model, request)).table)
  expect(tables.training(model).columns.map(({ name }) => name)).toEqual(named('shop').columns.map(({ name }) => name))
})

it('keeps only what is stated, none where they are off, and none of a column whose scaling is given', async () => {
  expect((await fit(named('orders'), { rules: 'off' })).rules).toBeUndefined()
  const { rules: others } = await fit(named('orders'), { scaling: { total: 'standard' } })
  expect(others?.rules.map(({ column }) => column)).not.toContain('total')
  const { rules } = await fit(named('hospital'), { rule: 'discharge = admission + stay' })
  expect(ruleTexts(rules!)).toEqual(['discharge = admission + stay'])
})

describe('what is known of derived columns', { tags: ['slow'] }, () => {
  let shop: GlobalModel
  let orders: GlobalModel
  let patients: GlobalModel
  beforeAll(async () => {
    shop = await fit(named('shop'))
    orders = await fit(named('orders'))
    patients = await fit(named('patients'))
  })

  it('a category that one key has is that key', async () => {
    const drawn = await draw(shop, { rows: 40, given: { unit_price: 3 } })
    expect(levels(drawn, 'sku')).toEqual(['A1'])
  })

  it('a category that several keys have is one of them', async () => {
    const drawn = await draw(shop, { rows: 60, given: { brand: 'x' } })
    expect(levels(drawn, 'brand')).toEqual(['x'])
    expect(levels(drawn, 'sku').length).toBeGreaterThan(1)
  })

  it('settings are chosen once for all conditions that go the same way', async () => {
    const few = await fit(
      takeRawRows(
        named('shop'),
        Uint32Array.from({ length: 200 }, (_, i) => i)
      )
    )
    const tried = async (given: TableRequest['given']) => {
      const stages: string[] = []
      const progress = ({ stage }: { readonly stage: string }) => stages.push(stage)
      // A model that drew before knows its settings.
      await drawModel(tables, { model: { ...few }, request: { seed: 4, rows: 2, given } }, { engine, progress })
      return stages.filter((stage) => stage.includes('bandwidth')).length
    }
    const once = await tried({ brand: 'x', qty: 2 })
    expect(once).toBeGreaterThan(0)
    expect(await tried([2, 3].map((qty) => ({ brand: 'x', qty })))).toBe(once)
  })

  it('an interval holds every row, and so does a number', async () => {
    const inside = numbers(await draw(orders, { rows: 200, given: 'total=50..100' }), 'total')
    expect(inside.every((x) => x >= 50 && x <= 100)).toBe(true)
    const drawn = await draw(orders, { rows: 200, given: { total: 60.01 } })
    expect(drawn.warnings.map(({ name }) => name)).toContain('rule-observed')
    expect(new Set(numbers(drawn, 'total'))).toEqual(new Set([60.01]))
    const price = numbers(drawn, 'unit_price')
    // 60.01 is 17 · 3.53: no other quantity below 17 but 1 divides it into whole cents.
    expect([...numbers(drawn, 'qty')].every((qty, i) => Number((qty * price[i]!).toFixed(2)) === 60.01)).toBe(true)
    const heavy = await draw(patients, { rows: 200, given: { bmi: 25 } })
    const [height, weight] = [numbers(heavy, 'height'), numbers(heavy, 'weight')]
    expect(height.every((h, i) => (weight[i]! / h ** 2 + 1e-9).toFixed(1) === '25.0')).toBe(true)
    // Rows near 25 in the data have heights of all sorts.
    expect(new Set(height).size).toBeGreaterThan(15)
    const observed = numbers(await draw(patients, { rows: 300, observe: 'bmi = 25 ± 1' }), 'bmi')
    const mean = observed.reduce((sum, x) => sum + x, 0) / observed.length
    // The data have 22 ± 4; a draw is worth more than 100 rows of 1.
    expect(Math.abs(mean - 25)).toBeLessThan(0.6)
  })

  it('a likelihood sees whole rows, and a list of conditions what all its inputs are given for', async () => {
    const likelihood = {
      logLikelihood: ({ bmi }: Readonly<Record<string, unknown>>) => (Number(bmi) > 24 ? 0 : Number.NEGATIVE_INFINITY)
    }
    expect(numbers(await draw(patients, { rows: 100, likelihood }), 'bmi').every((x) => x > 23.8)).toBe(true)
    const given = [
      { ordered: '2023-05-01', shipped: '2023-05-04' },
      { ordered: '2023-06-01', shipped: '2023-06-01' }
    ]
    const drawn = await draw(shop, { rows: 3, given })
    const days = [...numbers(drawn, 'shipped')].map((x, i) => (x - numbers(drawn, 'ordered')[i]!) / 864e5)
    expect(days).toEqual([3, 3, 3, 0, 0, 0])
  })

  it('what is looked up can be observed, and what is computed of it: as rows of the data that are weighed by how they agree', async () => {
    const { columns } = inferTable(named('shop')).table
    const amountOf = (of: readonly Column[]) => [...(of.find(({ name }) => name === 'amount') as NumericColumn).values]
    const isXOf = (of: readonly Column[]) => {
      const { codes, levels } = of.find(({ name }) => name === 'brand') as CategoricalColumn
      return Array.from(codes, (code) => (levels[code] === 'x' ? 1 : 0))
    }
    const weighed = (values: readonly number[], weights: readonly number[]) =>
      values.reduce((sum, x, i) => sum + x * weights[i]!, 0) / weights.reduce((a, b) => a + b, 0)
    const [amount, isX] = [amountOf(columns), isXOf(columns)]
    const plain = await draw(shop, { rows: 1000, observe: 'amount = 9 ± 1' })
    const near = amount.map((x) => Math.exp(-0.5 * (x - 9) ** 2))
    // The posterior's spread is about 1, and rows are worth some dozens of independent ones.
    expect(mean(amountOf(plain.table.columns))).closeTo(weighed(amount, near), 0.5)
    const both = await draw(shop, { rows: 1000, observe: 'amount + 2 * P(brand = x) = 11 ± 1' })
    const nearBoth = amount.map((x, i) => Math.exp(-0.5 * (x + 2 * isX[i]! - 11) ** 2))
    expect(mean(amountOf(both.table.columns))).closeTo(weighed(amount, nearBoth), 0.5)
    // Of the data 38 in 100.
    expect(mean(isXOf(both.table.columns))).closeTo(weighed(isX, nearBoth), 0.12)
  })

  it('conditions of a list are met each on its own, the same in any company', async () => {
    const given = [{ total: 60 }, { qty: 3 }, { total: 24.5, country: 'fr' }]
    const drawn = await draw(orders, { rows: 30, given })
    const total = [...numbers(drawn, 'total')]
    expect(total.map((x, i) => (i < 30 ? x === 60 : i < 60 || x === 24.5))).not.toContain(false)
    expect(
      numbers(drawn, 'qty')
        .subarray(30, 60)
        .every((x) => x === 3)
    ).toBe(true)
    expect(drawn.conditions?.map(({ condition }) => condition)).toEqual(['total=60', 'qty=3', 'total=24.5, country=fr'])
    const fewer = await draw(orders, { rows: 30, given: [given[2]!, given[0]!] })
    expect(numbers(fewer, 'unit_price').subarray(30)).toEqual(numbers(drawn, 'unit_price').subarray(0, 30))
    const brands = await draw(shop, { rows: 20, given: [{ brand: 'x' }, { brand: 'y' }] })
    expect(levels(brands, 'brand')).toEqual(['x', 'y'])
  })

  it.each<[TableRequest, string]>([
    [{ given: { sku: 'A1', brand: 'y' } }, 'condition-contradictory'],
    [{ given: { sku: 'A1', qty: 2, amount: 7 } }, 'condition-contradictory'],
    [{ given: { ordered: '2023-05-04', shipped: '2023-05-01' } }, 'condition-contradictory'],
    [{ given: { brand: 'q' } }, 'level-unknown'],
    [{ given: { amount: 7.77 } }, 'condition-impossible'],
    [{ given: { amount: 7.5001 } }, 'condition-impossible'],
    [{ given: [{ brand: 'x' }, { amount: 7.77 }] }, 'condition-impossible'],
    [{ observe: 'brand = 9 ± 1' }, 'observation-column'],
    [{ observe: 'P(brand = q) = 1 ± 0.1' }, 'level-unknown'],
    [{ observe: 'shipped = 9 ± 1' }, 'observation-column'],
    [{ given: { amount: '0.001..0.002' } }, 'condition-impossible']
  ])('%j is refused', async (request, code) => {
    await expect(draw(shop, { rows: 4, ...request })).rejects.toThrow(expect.objectContaining({ code }))
  })
})

describe('a rule that is stated', () => {
  it.each([
    ['total = qty + unit_price', 'rule-broken', /row 1 has total .*, qty .*, unit_price /],
    ['qty -> total', 'rule-broken', /in row/],
    ['qty >= unit_price', 'rule-broken', /rows break/],
    ['total = qty * price', 'column-unknown', /price/],
    ['total = 2 * country', 'rule-column', /country/],
    ['total = qty * unit_price * P(country = uk)', 'rule-column', /country has no level uk/],
    ['total = unit_price * P(qty = 3)', 'rule-broken', /500 of 500 rows break/],
    ['total = unit_price * P(qty = 77)', 'rule-column', /qty has no level 77/],
    ['total = unit_price * P(unit_price = 3)', 'rule-column', /unit_price is no category/],
    ['weekday(qty) -> country', 'rule-column', /qty is a column of numbers/],
    ['bins(country, 3) -> total', 'rule-column', /country is no number/]
  ])('%s is refused with a row that breaks it', async (rule, code, words) => {
    await expect(fit(named('orders'), { rule })).rejects.toThrow(expect.objectContaining({ code, message: expect.stringMatching(words) }))
  })

  it.each([
    ['high = pressure >= 150', 'rule-broken', /row \d+ has pressure 14\d with high yes, and no in row/],
    ['high = pressure >= 250', 'rule-threshold', /at or above 250/],
    ['group = bins(age, 18, 40.2, 40.5)', 'rule-threshold', /between its thresholds below 40.5/],
    ['band = town >= 3', 'rule-column', /town is no number/],
    ['income missing where town = Ulm', 'rule-broken', /row \d+ has income [\d.]+, town Ulm/],
    ['income missing where nobody missing', 'column-unknown', /nobody/]
  ])('%s is refused', async (rule, code, words) => {
    await expect(fit(named('people'), { rule })).rejects.toThrow(expect.objectContaining({ code, message: expect.stringMatching(words) }))
  })

  it('may have exceptions, which its model file keeps; more of them are refused', { tags: ['slow'] }, async () => {
    const { raw } = mistyped(5)
    const model = await fit(raw, { rule: 'amount = qty * unit_price but for 9 rows' })
    expect(ruleTexts(model.rules!)).toContain('amount = qty * unit_price but for 5 rows')
    const again = (await tables.load(unpackModel(packModel(tables.save(model))), { engine })) as GlobalModel
    expect(again.rules).toEqual(model.rules)
    const drawn = await draw(model, { rows: 4000 })
    const wrong = breachOf(parseRule('amount = qty * unit_price'), { table: drawn.table, formats: drawn.formats })!.count
    // 5 of 1200: 16.7 of 4000, within four deviations.
    expect(Math.abs(wrong - 16.7)).toBeLessThan(16.4)
    await expect(fit(raw, { rule: 'amount = qty * unit_price but for 4 rows' })).rejects.toThrow(
      expect.objectContaining({ code: 'rule-broken', message: expect.stringMatching(/row 102 has amount/) })
    )
  })

  it('is refused where others derive its column, or it from itself', async () => {
    const rule = ['total = qty * unit_price', 'qty = total / unit_price']
    await expect(fit(named('orders'), { rule })).rejects.toThrow(expect.objectContaining({ code: 'rule-contradictory' }))
  })
})

it('no rule is looked for among pixels, whatever one of them tells of another or of a label', () => {
  const cells = (of: (i: number) => string) => Array.from({ length: 60 }, (_, i) => of((7 * i) % 60))
  const columns = { left: cells(String), right: cells((i) => String(2 * i)), label: cells((i) => (i < 30 ? 'dark' : 'light')) }
  const raw: RawTable = {
    rowCount: 60,
    columns: Object.entries(columns).map(([name, values]) => ({ name, source: 'text', values }))
  }
  expect(ruledRows(raw, {}).rules?.rules.map(({ column }) => column)).toEqual(['right', 'label'])
  expect(ruledRows(raw, { image: '2x1' }).rules).toBeUndefined()
  expect(() => ruledRows(raw, { image: '2x1', rule: 'right = 2 * left' })).toThrow('a place of a grid')
})

it('a line that says several rules states each of them', async () => {
  const draws = uniforms(keyFromSeed(21), 180)
  const above = (i: number, c: number): number =>
    Math.round(1000 * draws[3 * i]!) / 10 + (c > 0 ? draws[3 * i + 1]! : 0) + (c > 1 ? draws[3 * i + 2]! : 0)
  const columns = ['first', 'second', 'third'].map((name, c) => ({
    name,
    source: 'text' as const,
    values: Array.from({ length: 60 }, (_, i) => above(i, c).toFixed(2))
  }))
  const model = await fit({ rowCount: 60, columns }, { rule: 'first <= second <= third' })
  expect(ruleTexts(model.rules!)).toEqual(expect.arrayContaining(['second >= first', 'third >= second']))
  await expect(fit({ rowCount: 60, columns }, { rule: 'first >= second, third' })).rejects.toThrow(
    expect.objectContaining({ code: 'rule-broken' })
  )
})
