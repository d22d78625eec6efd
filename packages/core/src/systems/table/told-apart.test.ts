import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { exp } from '../../num/elementary.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import type { RawTable } from '../../table/raw.js'
import { fitModel } from '../system.js'
import type { TableFit, TableModel } from './options.js'
import { tables } from './system.js'
import { keptBackIn, tellToldApart } from './told-apart.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const fitted = (input: RawTable, options: TableFit = {}) =>
  fitModel(tables, { input, options: { rules: 'off', seed: 1, ...options } }, { engine })

/** Points on one of two shells in twelve dimensions, of radius 1 and 20, and a skew column: no kernel is right for both. */
function shells(n: number): RawTable {
  const key = keyFromSeed(4)
  const d = 12
  const [z, turns] = [normals(keyFor(key, 'direction'), n * d), uniforms(keyFor(key, 'shell'), n)]
  const row = (i: number) => z.subarray(i * d, (i + 1) * d)
  const radius = Float64Array.from(
    { length: n },
    (_, i) => (turns[i]! < 0.5 ? 1 : 20) / Math.sqrt(row(i).reduce((sum, x) => sum + x * x, 0))
  )
  return tableOf(n, [...Array.from({ length: d }, (_, c) => (i: number) => radius[i]! * row(i)[c]!), (i) => exp(row(i)[0]! * row(i)[1]!)])
}

/** A normal column and a log-normal one. */
function plain(n: number): RawTable {
  const z = normals(keyFromSeed(5), 2 * n)
  return tableOf(n, [(i) => z[2 * i]!, (i) => exp(z[2 * i + 1]! + z[2 * i]!)])
}

const tableOf = (rowCount: number, columns: readonly ((i: number) => number)[]): RawTable => ({
  rowCount,
  columns: columns.map((of, c) => ({
    name: `x${c}`,
    source: 'number' as const,
    values: Float64Array.from({ length: rowCount }, (_, i) => of(i))
  }))
})

describe('a fit whose rows are told from held-out ones', () => {
  it('says so with the figure that held-out rows gave, and what was not tried', { tags: ['slow'] }, async () => {
    const model = await fitted(shells(300))
    const auc = keptBackIn(model)!
    expect(auc).toBeGreaterThan(0.7)
    const { warnings } = tellToldApart(model)
    expect(warnings).toMatchObject([{ name: 'told-apart' }])
    expect(warnings[0]!.message).toContain(`two-sample AUC ${auc.toPrecision(3)}`)
    expect(warnings[0]!.message).toContain('try --refine auto or --local auto')
    const tried = {
      ...model,
      refinement: { trial: { verdict: 'no gain' as const, heldOut: 150, auc: { plain: auc, refined: auc, error: 0 } } }
    }
    expect(tellToldApart(tried).warnings[0]!.message).toContain('try --local auto,')
    // So few rows would be told as well by chance.
    expect(tellToldApart(withRows(model, 30)).warnings).toEqual([])
  })

  it('goes by what was done with the rows last', { tags: ['slow'] }, async () => {
    const model = await fitted(plain(200))
    const noTrees = { feature: new Int32Array(0), threshold: new Float64Array(0), values: new Float64Array(0), featureCount: 2 }
    const tried = (plainAuc: number, refined: number, ratio: boolean): TableModel => ({
      ...model,
      refinement: {
        trial: { verdict: ratio ? 'gains' : 'no gain', heldOut: 100, auc: { plain: plainAuc, refined, error: 0.01 } },
        ...(ratio ? { ratio: noTrees } : {})
      }
    })
    const isTold = (one: TableModel) => tellToldApart(one).warnings.length === 1
    expect([isTold(tried(0.8, 0.6, true)), isTold(tried(0.8, 0.6, false)), isTold(tried(0.8, 0.75, true))]).toEqual([false, true, true])
    // Chance reaches 0.62 of a hundred rows, a verdict calls 0.7 close, and below one half nothing is told apart.
    expect([isTold(tried(0.7, 0.7, false)), isTold(tried(0.71, 0.7, false)), isTold(tried(0.2, 0.2, false))]).toEqual([false, true, false])
  })

  it('says nothing where they are not told, nor where nothing was held out', async () => {
    const near = await fitted(plain(200))
    expect(keptBackIn(near)).toBeLessThan(0.7)
    expect(tellToldApart(near).warnings).toEqual([])
    const unseen = await fitted(shells(60), { scaling: 'standard', bandwidth: 0.5 })
    expect(keptBackIn(unseen)).toBeUndefined()
    expect(tellToldApart(unseen).warnings).toEqual([])
  })
})

const withRows = (model: TableModel, rowCount: number): TableModel => ({ ...model, summary: { ...model.summary, rowCount } }) as TableModel
