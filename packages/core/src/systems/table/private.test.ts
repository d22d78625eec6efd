import { beforeAll, describe, expect, it } from 'vitest'
import { placing } from '../../diagnose/embedding.js'
import { membershipAttack } from '../../diagnose/membership.js'
import { nearestDistances } from '../../diagnose/neighbours.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { linesOf } from '../../tell/telling.js'
import { drawModel, fitModel } from '../system.js'
import { refuseFewBehind } from './few-behind.js'
import { ENDS_WARNING, hiddenIn, PRIVATE_CELL, tellingEnds } from './hidden-ends.js'
import type { DrawnRows, TableFit, TableModel } from './options.js'
import { fitPrivate, PRIVACY_STAGE } from './private.js'
import { heldOutEvaluation } from './second-fit.js'
import { tables, writtenRows } from './system.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine }

/** Six normal columns: with few rows each stands so far from the others that a narrow kernel gives it away. */
function normalRows(n: number, seed: number): RawTable {
  const values = normals(keyFromSeed(seed), 6 * n)
  const column = (c: number) => Float64Array.from({ length: n }, (_, i) => values[6 * i + c]!)
  return { rowCount: n, columns: Array.from({ length: 6 }, (_, c) => ({ name: `x${c}`, source: 'number' as const, values: column(c) })) }
}

const data = normalRows(200, 7)
const options: TableFit = { scaling: 'standard', rules: 'off', seed: 3 }
const fitted = (more: TableFit = {}, input = data) => fitModel(tables, { input, options: { ...options, ...more } }, context)
const drawn = async (model: TableModel, seed: number) => (await drawModel(tables, { model, request: { rows: 200, seed } }, context)).table

/** A private model that hides no values or places of few rows. */
const showing = (model: TableModel): TableModel => ({ ...model, privacy: { ...model.privacy!, cell: undefined } }) as unknown as TableModel

/** Area of the attack on the model itself, by rows that no fit has seen: the mean of a few draws. */
async function attack(model: TableModel): Promise<{ area: number; error: number }> {
  const own = inferTable(data).table
  const place = placing(own, [own])
  const heldOut = place(inferTable(normalRows(200, 99)).table)
  const found: Awaited<ReturnType<typeof membershipAttack>>[] = []
  for (const seed of [1, 2, 3, 4]) {
    const synthetic = place(await drawn(model, seed))
    found.push(await membershipAttack({ engine, train: place(own), heldOut, synthetic, most: 200, key: keyFor(keyFromSeed(1), 'attack') }))
  }
  const mean = (of: (one: (typeof found)[number]) => number) => found.reduce((sum, one) => sum + of(one), 0) / found.length
  return { area: mean(({ value }) => value), error: mean(({ interval: [low, high] }) => (high - low) / (2 * 1.96)) }
}

describe('privacy', { tags: ['slow'] }, () => {
  const parts = { fit: tables.fit, draw: tables.draw, training: tables.training }
  let unasked: TableModel
  let narrow: TableModel
  let kept: TableModel
  beforeAll(async () => {
    unasked = await fitted()
    narrow = await fitted({ bandwidth: 0.15 })
    kept = await fitPrivate({ input: data, options, model: narrow, asked: 0.56 }, parts, context)
  })

  it('widens a kernel until an attack tells no more than was asked, of the model itself too', async () => {
    const trial = kept.privacy!
    const curve = trial.curve.filter(({ left }) => left === trial.left)
    const chosen = curve.findIndex(({ epsilon }) => epsilon === trial.chosen)
    expect(curve.slice(0, chosen).some(({ membership }) => membership > 0.56)).toBe(true)
    const wider = curve.slice(chosen).map(({ membership }) => membership)
    expect(wider.reduce((sum, area) => sum + area, 0) / wider.length).toBeLessThanOrEqual(0.56)
    const [before, after] = [await attack(narrow), await attack(kept)]
    // At a bandwidth this small most drawn rows lie beside one of the table: the area is near 0.8.
    expect(before.area - after.area).toBeGreaterThan(4 * after.error)
    expect(after.area).toBeLessThan(0.56 + 2 * after.error)
  })

  it('is the model of that bandwidth, as any fit has it', async () => {
    expect('kernel' in kept && kept.kernel.epsilon).toBe(kept.privacy!.chosen)
    const other = await fitted({ bandwidth: kept.privacy!.chosen })
    expect(await drawn(kept, 5)).toEqual(await drawn(other, 5))
    expect(tables.summary(kept)).toEqual(tables.summary(other))
  })

  it('leaves out rows that come near to those of the table, where that costs least, and no more of them', async () => {
    const model = await fitPrivate({ input: data, options, model: unasked, asked: 0.515 }, parts, context)
    const { left, nearest, curve, chosen } = model.privacy!
    expect(left).toBeGreaterThan(0)
    const point = curve.find((one) => one.epsilon === chosen && one.left === left)!
    expect(point.membership).toBeLessThan(curve.find((one) => one.epsilon === chosen && one.left === 0)!.membership)
    const { table, near } = (await drawModel(tables, { model, request: { rows: 200, seed: 5 } }, context)) as DrawnRows
    const own = inferTable(data).table
    const place = placing(own, [own])
    const distances = await nearestDistances(engine, place(table), place(own))
    expect(distances.filter((distance) => distance < nearest!).length).toBe(near)
    // Four candidates are all near with a chance of left⁴.
    expect(near!).toBeLessThan(200 * left ** 4 + 12)
    // Without the rule as many lie near as it leaves out.
    const { privacy: trial, ...without } = model
    const plain = await drawModel(tables, { model: without as TableModel, request: { rows: 1000, seed: 5 } }, context)
    const close = (await nearestDistances(engine, place(plain.table), place(own))).filter((distance) => distance < nearest!).length / 1000
    expect(Math.abs(close - left)).toBeLessThan(0.12)
    // The model file keeps the rule.
    const loaded = (await tables.load(unpackModel(packModel(tables.save(model))), { engine })) as TableModel
    expect(await drawn(loaded, 5)).toEqual(table)
    const { nearest: _, ...lacking } = trial!
    const damaged = { ...model, privacy: lacking }
    await expect(tables.load(unpackModel(packModel(tables.save(damaged))), { engine })).rejects.toMatchObject({ code: 'model-damaged' })
  })

  it('leaves a model as it is that is private already, and says so', async () => {
    const model = await fitted({ privacy: 0.9 })
    expect(model.privacy!.chosen).toBe(model.privacy!.before)
    expect(await drawn(model, 5)).toEqual(await drawn(unasked, 5))
    expect(linesOf(tables.tell(model)).join('\n')).toContain(
      'privacy limit: the kernel is unchanged (limit 0.9, measured on 100 rows held out from a trial fit)'
    )
  })

  it('tells what was tried, and is in the model file', async () => {
    const lines = linesOf(tables.tell(kept)).join('\n')
    expect(lines).toMatch(/privacy limit: ε [\d.]+ → [\d.]+[^(]* \(limit 0.56, measured on 100 rows held out from a trial fit\)/)
    expect(lines).toMatch(/distance attack: 0\.\d{3} → 0\.5\d{2} \(95 % 0\.\d{3} to 0\.\d{3}\)/)
    const loaded = (await tables.load(unpackModel(packModel(tables.save(kept))), { engine })) as TableModel
    expect(tables.tell(loaded).json).toEqual(tables.tell(kept).json)
    expect(await drawn(loaded, 5)).toEqual(await drawn(kept, 5))
    const damaged = { ...kept, privacy: { ...kept.privacy!, chosen: 123 } }
    await expect(tables.load(unpackModel(packModel(tables.save(damaged))), { engine })).rejects.toMatchObject({ code: 'model-damaged' })
  })

  it('writes no number at an end that fewer than five rows have or lie beyond, under conditions too, and says so', async () => {
    const values = normals(keyFromSeed(11), 300)
    // Ages in whole years, of which the oldest are few; of the incomes each is one row's.
    const ages = Float64Array.from(values.subarray(0, 150), (z) => Math.round(40 + 12 * z))
    const people = (n: number): RawTable => ({
      rowCount: n,
      columns: [
        { name: 'age', source: 'number', values: Float64Array.from({ length: n }, (_, i) => ages[i % 150]!) },
        { name: 'income', source: 'number', values: Float64Array.from({ length: n }, (_, i) => Math.round(3000 + 900 * values[i % 300]!)) }
      ]
    })
    const model = await fitted({ privacy: 0.9, scaling: 'quantile' }, people(300))
    expect(model.privacy!.cell).toBe(PRIVATE_CELL)
    const hidden = hiddenIn(model, () => writtenRows(model))!
    const ascending = Float64Array.from(people(300).columns[1]!.values as Float64Array).sort()
    expect(hidden.get('income')!.has(ascending[0]!) && hidden.get('income')!.has(ascending.at(-1)!)).toBe(true)
    const before = ascending.filter((value) => value >= ascending.at(-PRIVATE_CELL)!)
    expect(hidden.get('income')!.has(ascending.at(-PRIVATE_CELL)!)).toBe(before.length < PRIVATE_CELL)
    const ends = (table: DrawnRows['table']) =>
      table.columns.flatMap((column) =>
        [...(column as { values: Float64Array }).values].filter((x) => hidden.get(column.name)!.has(Math.round(x)))
      )
    const { privacy: trial, ...rest } = model
    const without = { ...rest, privacy: { ...trial!, cell: undefined } } as unknown as TableModel
    expect(ends((await drawModel(tables, { model: without, request: { rows: 1000, seed: 2 } }, context)).table).length).toBeGreaterThan(5)
    const answer = await drawModel(tables, { model, request: { rows: 1000, seed: 2 } }, context)
    expect(ends(answer.table)).toEqual([])
    expect(answer.warnings.map(({ name }) => name)).not.toContain(ENDS_WARNING)
    const old = Math.max(...ages)
    const given = await drawModel(tables, { model, request: { rows: 50, seed: 2, given: { age: old } } as never }, context)
    const [years, incomes] = given.table.columns as unknown as { values: Float64Array }[]
    expect(years!.values.every((age) => age === old)).toBe(true)
    const shown = [...incomes!.values].filter((x) => hidden.get('income')!.has(Math.round(x))).length
    expect(given.warnings.some(({ name }) => name === ENDS_WARNING)).toBe(shown > 0)
    expect(linesOf(tables.tell(model)).join('\n')).toContain('rare values: not drawn: levels and codes of fewer than 5 rows')
    expect(await tables.readOptions({ privacy: 0.9, minCell: 3 }, {})).toMatchObject({ minCell: 3 })
    expect(await tables.readOptions({ privacy: 0.9 }, {})).toMatchObject({ minCell: PRIVATE_CELL })
    expect(await tables.readOptions({}, {})).not.toHaveProperty('minCell')
  })

  it('draws no number that few rows have more often than fresh ones beside it, nor codes that few have, and refuses conditions of few', async () => {
    const n = 400
    const values = normals(keyFromSeed(21), 2 * n)
    // Two rows in three have a wage of their own, of pounds; the others share one in thousands. Of codes the last one is three rows'.
    const wages = Float64Array.from(
      { length: n },
      (_, i) => (i % 3 === 0 ? 1000 : 1) * Math.round((20000 + 6000 * values[i]!) / (i % 3 === 0 ? 1000 : 1))
    )
    const codes = Float64Array.from({ length: n }, (_, i) => (i < 3 ? 31 : 10 * (1 + (i % 6))))
    const people: RawTable = {
      rowCount: n,
      columns: [
        { name: 'wage', source: 'number', values: wages },
        { name: 'code', source: 'number', values: codes },
        { name: 'score', source: 'number', values: Float64Array.from({ length: n }, (_, i) => values[n + i]!) }
      ]
    }
    const times = new Map<number, number>()
    for (const wage of wages) times.set(wage, (times.get(wage) ?? 0) + 1)
    const model = await fitted({ privacy: 0.9, scaling: 'quantile' }, people)
    const counted = async (one: TableModel) => {
      const { table } = await drawModel(tables, { model: one, request: { rows: 2000, seed: 2 } }, context)
      const [wage, code] = table.columns as unknown as { values: Float64Array }[]
      const rare = wage!.values.filter((x) => x % 1000 !== 0 && (times.get(x) ?? PRIVATE_CELL) < PRIVATE_CELL).length
      return { rare, codes: code!.values.filter((x) => x === 31).length }
    }
    const [plain, own] = [await counted(showing(model)), await counted(model)]
    expect(plain.rare).toBeGreaterThan(2 * own.rare)
    expect(plain.codes).toBeGreaterThan(0)
    expect(own.codes).toBe(0)
    const behind = (rows: object) => ({ conditional: { conditions: [{ condition: 'code=31', ...rows }] } }) as unknown as DrawnRows
    const refused = expect.objectContaining({ code: 'privacy-condition' })
    expect(() => refuseFewBehind(model, behind({ effectiveRows: 9, matchingRows: 4 }))).toThrow(refused)
    expect(() => refuseFewBehind(model, behind({ effectiveRows: 4.9 }))).toThrow(refused)
    expect(() => refuseFewBehind(model, behind({ effectiveRows: 2, matchingRows: 5 }))).not.toThrow()
  })

  it('counts rows of one condition that show an end though another condition states it', () => {
    const column = { name: 'age', kind: 'integer' as const, values: Float64Array.of(90, 30, 90, 30) }
    const formats = [{ name: 'age', source: 'number' as const, kind: 'integer' as const }]
    const drawn = { table: { rowCount: 4, columns: [column] }, formats, notes: [], warnings: [] } as unknown as DrawnRows
    const told = tellingEnds(new Map([['age', new Set([90])]]), drawn, { givens: [{ age: 90 }, {}] } as never)
    expect(told.warnings).toMatchObject([{ name: ENDS_WARNING, message: expect.stringMatching(/^1 of 4 rows show/) }])
  })

  it('tries no kernel wider than it takes, and forests look at what may be chosen', () => {
    const { curve, chosen, before } = kept.privacy!
    const plain = curve.filter(({ left }) => left === 0)
    expect(plain.every(({ auc }) => auc !== undefined)).toBe(true)
    expect(curve.filter(({ auc }) => auc === undefined).length).toBeGreaterThanOrEqual(2 * plain.length)
    expect(curve.find(({ left, epsilon }) => left === kept.privacy!.left && epsilon === chosen)!.auc).toBeDefined()
    // It is private enough long before a kernel of 64 times the width.
    expect(plain.at(-1)!.epsilon).toBeLessThan(64 * before)
  })

  it('is judged by a second fit at the kernel and with the rows left out that it has found, which searches for nothing', async () => {
    const stages = new Set<string>()
    const watch = { ...context, progress: ({ stage }: { readonly stage: string }) => stages.add(stage) }
    const fit = { input: data, options: { ...options, privacy: 0.56 }, request: {} }
    // Halves of a hundred rows are too few to search in.
    const found = await heldOutEvaluation(fit, watch, kept)
    expect(found).toHaveProperty('classifierAuc')
    expect(stages).not.toContain(PRIVACY_STAGE)
  })

  it('refuses what no bandwidth reaches, too few rows, and what it cannot widen', async () => {
    await expect(fitted({ privacy: 0.5001 })).rejects.toMatchObject({ code: 'privacy-unreached' })
    await expect(fitted({ privacy: 0.6 }, normalRows(198, 1))).rejects.toMatchObject({ code: 'privacy-rows' })
    for (const privacy of [0.5, 1, Number.NaN]) await expect(fitted({ privacy })).rejects.toMatchObject({ code: expect.any(String) })
    for (const more of [{ bandwidth: 1 }, { local: 'window:1' }, { latent: 'pca:2' }, { group: 'x0' }])
      await expect(fitted({ privacy: 0.6, ...more })).rejects.toMatchObject({ code: 'option-combination' })
  })
})
