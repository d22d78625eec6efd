import { beforeAll, describe, expect, it } from 'vitest'
import { classifierAuc } from '../../diagnose/classifier.js'
import { placing } from '../../diagnose/embedding.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { linesOf } from '../../tell/telling.js'
import { drawModel, fitModel } from '../system.js'
import type { TableFit, TableModel } from './options.js'
import { tables } from './system.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine }

/** Points near a circle in two halves, `side`: what a bandwidth that is far too large fills. */
function ring(n: number, seed: number): RawTable {
  const key = keyFromSeed(seed)
  const [turns, noise] = [uniforms(keyFor(key, 'turn'), n), normals(keyFor(key, 'noise'), n)]
  const radius = noise.map((z) => 1 + 0.05 * z)
  const number = (name: string, of: (i: number) => number) => ({
    name,
    source: 'number' as const,
    values: Float64Array.from({ length: n }, (_, i) => of(i))
  })
  const x = number('x', (i) => radius[i]! * Math.cos(2 * Math.PI * turns[i]!))
  const y = number('y', (i) => radius[i]! * Math.sin(2 * Math.PI * turns[i]!))
  const side = { name: 'side', source: 'text' as const, values: Array.from(x.values, (at) => (at > 0 ? 'right' : 'left')) }
  return { rowCount: n, columns: [x, y, side] }
}

const data = ring(300, 7)
const options: TableFit = { bandwidth: 0.6, scaling: 'standard', rules: 'off', seed: 3 }
const fitted = (more: TableFit = {}) => fitModel(tables, { input: data, options: { ...options, ...more } }, context)
const drawn = async (model: TableModel, request = {}) =>
  await drawModel(tables, { model, request: { rows: 200, seed: 5, ...request } }, context)

describe('refinement', () => {
  let plain: TableModel
  let refined: TableModel
  beforeAll(async () => {
    plain = await fitted()
    refined = await fitted({ refine: 'auto' })
  })

  it('makes rows of a law that is too wide harder to tell from fresh rows', { tags: ['slow'] }, async () => {
    const fresh = inferTable(ring(300, 99)).table
    const place = placing(fresh, [fresh])
    const auc = async (model: TableModel) =>
      classifierAuc({ first: place(fresh), second: place((await drawn(model)).table), key: keyFromSeed(1) })
    expect(refined.refinement!.trial.verdict).toBe('gains')
    const [before, after] = [await auc(plain), await auc(refined)]
    expect(before).toBeGreaterThan(0.7)
    // Three standard errors of an area on 200 rows.
    expect(before - after).toBeGreaterThan(0.09)
  })

  it('a condition has the rows that it has alone, in any company', { tags: ['slow'] }, async () => {
    const rowsOf = async (given: readonly object[]) => {
      const { columns } = tables.present(refined, await drawn(refined, { given, rows: 5 }), 'typed')
      return given.map((_, k) => columns.map(({ values }) => [...values].slice(5 * k, 5 * k + 5)))
    }
    const [left, right] = [{ side: 'left' }, { side: 'right' }]
    expect((await rowsOf([left, right]))[1]).toEqual((await rowsOf([right]))[0])
  })

  it('says what the trial found, and how many candidates shared the choice', { tags: ['slow'] }, async () => {
    const answer = await drawn(refined)
    expect(answer.refined!.candidates).toBe(4)
    expect(answer.refined!.effective).toBeGreaterThan(1)
    expect(answer.refined!.effective).toBeLessThan(4)
    const lines = linesOf(tables.tell(refined, { answer, request: { rows: 200, seed: 5 } })).join('\n')
    expect(lines).toContain('refinement: each row is one of four candidates (on 150 rows held out from a trial fit)')
    expect(lines).toMatch(/two-sample AUC, refined: 0\.\d{3} → 0\.\d{3}/)
    expect(lines).toMatch(/effective candidates: [123]\.\d+ \(of 4 a row\)/)
  })

  it('meets what is known of the rows', async () => {
    const asked = { givens: [{ side: 'left' }, { side: 'right' }], observe: [] }
    const answer = await drawn(refined, { rows: 30, asked })
    const side = answer.table.columns[2]!
    if (side.kind !== 'category') throw new Error('no category')
    expect(Array.from(side.codes, (code) => side.levels[code])).toEqual([...Array(30).fill('left'), ...Array(30).fill('right')])
  })

  it('is in the model file: the same rows, and the same words', { tags: ['slow'] }, async () => {
    const loaded = (await tables.load(unpackModel(packModel(tables.save(refined))), { engine })) as TableModel
    expect((await drawn(loaded)).table).toEqual((await drawn(refined)).table)
    expect(tables.tell(loaded).json).toEqual(tables.tell(refined).json)
  })

  it('is off unless asked for, leaves plain rows as they are where it does not gain, and refuses too few rows in words', async () => {
    expect(plain.refinement).toBeUndefined()
    const few = { ...ring(60, 7) }
    const model = await fitModel(tables, { input: few, options: { ...options, refine: 'auto' } }, context)
    expect(model.refinement!.trial).toEqual({ verdict: 'too few rows', heldOut: 30 })
    const other = await fitModel(tables, { input: few, options }, context)
    expect((await drawn(model)).table).toEqual((await drawn(other)).table)
  })

  it('refuses groups of rows', async () => {
    await expect(fitted({ refine: 'auto', group: 'side' })).rejects.toMatchObject({ code: 'option-combination' })
  })
})
