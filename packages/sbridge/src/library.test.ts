import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError, sampleConditional, samplePosterior, type TableFit, type TableModel } from '@sbridge/core'
import { posteriorLocal } from '@sbridge/core/internal'
import { keyFromSeed, normals } from '@sbridge/core/kernels'
import { presentTable, type RawTable } from '@sbridge/core/tables'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluate } from './evaluate.js'
import { readTable, writeTable } from './format/table-file.js'
import { createEngine } from './host/node.js'
import { draw, type FitRequest, fit, loadModel, type SampleOptions, sample, saveModel } from './library.js'
import { impute } from './one-call.js'

const engine = await createEngine('wasm', { threads: 1 })
afterAll(() => engine.close())

/** An AR(1) line: what a global, a localised and a latent model can all be fitted to. */
function line(rows: number): RawTable {
  const z = normals(keyFromSeed(5), rows * 4)
  const x = Array.from({ length: 4 }, () => new Float64Array(rows))
  for (let i = 0; i < rows; i++) for (let j = 0; j < 4; j++) x[j]![i] = j === 0 ? z[i * 4]! : 0.8 * x[j - 1]![i]! + 0.6 * z[i * 4 + j]!
  return { rowCount: rows, columns: x.map((values, j) => ({ name: `x${j}`, source: 'number' as const, values })) }
}

const table = line(90)
const KINDS = {
  global: {},
  local: { local: 'window:1' },
  latent: { latent: 'pca:2' },
  'latent and local': { latent: 'pca:2', local: 'window:1' }
} as const

describe('fit and sample', () => {
  const models = new Map<string, TableModel>()
  let folder = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sbridge-door-'))
    for (const [kind, options] of Object.entries(KINDS)) models.set(kind, await fit(table, { ...(options as TableFit), seed: 1, engine }))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it.each(Object.keys(KINDS))('a %s model is saved and read again, and gives the same rows', async (kind) => {
    const path = join(folder, 'model.sbridge')
    await saveModel(path, models.get(kind)!)
    const again = await loadModel(path)
    const draw = { rows: 5, seed: 3, engine, cells: 'typed' } as const
    expect(await sample(again, draw)).toEqual(await sample(models.get(kind)!, draw))
  })

  it('a localised model is one: its neighbourhoods are those asked for', () => {
    const local = models.get('local')!
    expect('graph' in local && local.summary.edges.map(([a, b]) => `${a} ${b}`)).toEqual(['x0 x1', 'x1 x2', 'x2 x3'])
  })

  it('conditions and observations are those of the calls behind: the same rows, and the same warnings', { tags: ['slow'] }, async () => {
    const [global, local] = [models.get('global')!, models.get('local')!]
    if ('graph' in global || 'codec' in global || !('potentials' in global) || !('graph' in local))
      throw new Error('a fit gave another model')
    const context = { engine, key: keyFromSeed(3) }
    const own = { rows: 6, seed: 3, engine }
    const columns = async (model: TableModel, options: Omit<SampleOptions, 'cells'>) =>
      (await sample(model, { ...own, ...options })).columns
    const shown = ({ table: drawn, formats }: Awaited<ReturnType<typeof sampleConditional>>) => presentTable(drawn, formats, 'text').columns
    const given = { x0: 1.5 }
    expect(await columns(global, { given })).toEqual(shown(await sampleConditional(global, { given, rows: 6 }, context)))
    const observe = ['x1 + x2 = 2 ± 0.1']
    const posterior = await samplePosterior(global, { observe, given: {}, rows: 6 }, context)
    const drawn = await sample(global, { ...own, observe: observe[0]! })
    expect(drawn.columns).toEqual(presentTable(posterior.table, posterior.formats, 'text').columns)
    expect(drawn.posterior).toEqual(posterior.report)
    const localised = await posteriorLocal(local, { given: [given], observe: [], count: 6 }, context)
    expect(await columns(local, { given })).toEqual(presentTable(localised.table, localised.formats, 'text').columns)
    expect((await sample(global, { ...own, given: { x0: 50 } })).warnings.map(({ name }) => name)).toContain('condition-outside-data')
  })

  it('reads conditions as a record, as the text of --given, and as a list with rows for each', { tags: ['slow'] }, async () => {
    const global = models.get('global')!
    const own = { rows: 3, seed: 3, engine }
    expect((await sample(global, { ...own, given: 'x0=1.5,x1=0.5..1' })).columns).toEqual(
      (await sample(global, { ...own, given: { x0: 1.5, x1: { from: 0.5, to: 1 } } })).columns
    )
    const both = await sample(global, { ...own, given: [{ x0: 1 }, { x0: -1 }] })
    expect(both.columns[0]!.values).toEqual(['1', '1', '1', '-1', '-1', '-1'])
  })

  it('takes records for a table, and gives them back with the types that cells had', async () => {
    const x = table.columns.map(({ values }) => values as Float64Array)
    const rows = Array.from({ length: 60 }, (_, i) => ({
      x0: x[0]![i]!,
      x1: i % 7 === 0 ? null : x[1]![i]!,
      sign: x[0]![i]! > 0 ? '1' : '0'
    }))
    const columns = {
      rowCount: 60,
      columns: [
        { name: 'x0', source: 'number' as const, values: Float64Array.from(rows, (row) => row.x0) },
        {
          name: 'x1',
          source: 'number' as const,
          values: Float64Array.from(rows, (row) => row.x1 ?? 0),
          missing: Uint8Array.from(rows, (row) => (row.x1 === null ? 1 : 0))
        },
        { name: 'sign', source: 'text' as const, values: rows.map((row) => row.sign) }
      ]
    }
    const own = { rows: 25, seed: 3, engine }
    const quick = { bandwidth: 0.3, scaling: 'standard', seed: 1, engine } as const
    const model = await fit(rows, quick)
    const { records, warnings } = await sample(model, { ...own, cells: 'records' })
    const drawn = await sample(await fit(columns, quick), { ...own, cells: 'typed' })
    expect(records.map(({ x0 }) => x0)).toEqual([...drawn.columns[0]!.values])
    expect(records.map(({ sign }) => sign)).toEqual(Array.from(drawn.columns[2]!.values as Float64Array, String))
    const [, gaps] = drawn.columns
    expect(records.map(({ x1 }) => x1 === null)).toEqual(Array.from('missing' in gaps! ? gaps.missing! : [], (mark) => mark === 1))
    expect(warnings).toEqual([])
    const known = await sample(model, { ...own, given: { sign: '1' }, cells: 'records' })
    expect(new Set(known.records.map(({ sign }) => sign))).toEqual(new Set(['1']))
    const verdict = await evaluate(rows, records, { engine })
    expect(verdict.rows.synthetic).toBe(25)
  })

  it('gives records of a text file the types that were read', async () => {
    const lines = Array.from(
      { length: 30 },
      (_, i) => `${(7 * i) % 30},${(i / 4).toFixed(2)},${i % 2 === 0},2024-03-${String(1 + (i % 28)).padStart(2, '0')},k${i % 3}`
    )
    const path = join(folder, 'typed.csv')
    await writeFile(path, `n,x,open,day,kind\n${lines.join('\n')}\n`)
    const model = await fit(await readTable(path), { bandwidth: 0.5, scaling: 'standard', seed: 1, engine })
    await saveModel(join(folder, 'typed.sbridge'), model)
    for (const one of [model, await loadModel(join(folder, 'typed.sbridge'))]) {
      const { records } = await sample(one, { rows: 5, seed: 1, engine, cells: 'records' })
      for (const { n, x, open, day, kind } of records as Readonly<Record<string, unknown>>[])
        expect([typeof n, typeof x, typeof open, day instanceof Date, typeof kind]).toEqual(['number', 'number', 'boolean', true, 'string'])
    }
  })

  it('continues records, and tells member and step', async () => {
    const rows = Array.from(table.columns[0]!.values as Float64Array, (value) => ({ value }))
    const model = await fit(rows, { system: 'series', engine })
    const { records } = await draw(model, { rows: 2, steps: 2, engine, cells: 'records' })
    expect(records.map(({ member, step }) => [member, step])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2]
    ])
    expect(records.every(({ value }) => Number.isFinite(value))).toBe(true)
  })

  const refused = async (call: () => Promise<unknown>): Promise<string> => {
    try {
      await call()
    } catch (error) {
      if (error instanceof InputError) return `${error.code}: ${error.got}`
      throw error
    }
    return 'accepted'
  }

  it.each<[object, string]>([
    [{ nonsense: 3 }, 'option-unknown: the option nonsense'],
    [{ observe: 'x0 = 1' }, 'option-unknown: the option observe'],
    [{ kernel: 'round' }, 'option-value: kernel = round'],
    [{ bandwidth: '1' }, 'option-value: bandwidth = 1'],
    [{ bandwidth: -1 }, 'option-value: bandwidth = -1'],
    [{ sweep: 'ordered' }, 'option-combination: sweep without local'],
    [{ image: '2x2' }, 'option-combination: image without latent'],
    [{ local: 'window:1', kernel: 'variable' }, 'option-combination: kernel variable with local'],
    [{ local: 'window:1', weights: 'x0' }, 'option-combination: weights with local'],
    [{ latent: 'pca:2', sweep: 'ordered' }, 'option-combination: sweep without local'],
    [{ local: 'square:1' }, 'local: --local square:1']
  ])('fit refuses %j', async (options, said) => {
    expect(await refused(() => fit(table, { ...options, engine } as FitRequest))).toBe(said)
  })

  it.each<[string, object, string]>([
    ['global', { nonsense: 3 }, 'option-unknown: the option nonsense'],
    ['global', { local: 'window:1' }, 'option-unknown: the option local'],
    ['global', { steps: 0 }, 'option-value: steps = 0'],
    ['global', { noise: 'loud' }, 'option-value: noise = loud'],
    ['global', { dynamics: 'bridge' }, 'option-combination: dynamics without latent'],
    ['global', { ridge: 0.1 }, 'option-combination: ridge without conditions or observations'],
    ['global', { given: { x0: 1 }, start: 'noise' }, 'option-combination: start noise with conditions or observations'],
    ['global', { given: { x0: null } }, 'given-malformed: x0 = null'],
    ['global', { given: { y: 1 } }, 'column-unknown: the column y'],
    ['global', { given: [] }, 'conditions-none: given = []'],
    ['global', { given: [{ x0: 1 }], observe: 'x1 = 1 ± 1' }, 'option-combination: several conditions together with observations'],
    ['local', { start: 'noise' }, 'option-combination: start noise with local'],
    ['local', { given: { x0: 1 }, ridge: 0.1 }, 'option-combination: ridge with local'],
    ['latent', { onStep: () => {} }, 'option-combination: onStep'],
    ['latent', { dynamics: 'bridge', noise: 'split' }, 'option-combination: noise with dynamics bridge']
  ])('sample from a %s model refuses %j', async (kind, options, said) => {
    expect(await refused(() => sample(models.get(kind)!, { rows: 2, engine, ...options } as Omit<SampleOptions, 'cells'>))).toBe(said)
  })
})

describe('what is handed over in place of something else', () => {
  const records = Array.from({ length: 40 }, (_, i) => ({ a: (7 * i) % 40, b: i % 2 ? 'x' : 'y', t: new Date(1.7e12 + 1e8 * i) }))
  const model = fit(records, { bandwidth: 0.5, scaling: 'standard', seed: 1, engine })
  const asked = (request: object) => async () => sample(await model, { rows: 2, seed: 1, engine, ...request })

  it.each<[string, () => Promise<unknown>, string]>([
    ['no rows', () => fit(undefined as never), 'rows-none'],
    ['a path for rows', () => fit('rows.csv' as never), 'rows-none'],
    ['lists by name for rows', () => fit({ a: [1, 2] } as never), 'rows-none'],
    ['an answer of records for rows', async () => writeTable('rows.csv', (await asked({ cells: 'records' })()) as never), 'rows-none'],
    ['null for options', () => fit(records, null as never), 'option-value'],
    ['rows for a model', () => sample(records as never), 'model-none'],
    ['a promise for a model', () => sample(model as never), 'model-none'],
    ['nothing for a model', () => saveModel('model.sbridge', undefined as never), 'model-none'],
    ['rows of nothing to evaluate', () => evaluate(records, undefined as never), 'rows-none'],
    ['a name for an engine', asked({ engine: 'gpu' }), 'option-value'],
    ['an option of other libraries', asked({ signal: AbortSignal.abort() }), 'option-unknown'],
    ['no signal', asked({ stop: {} }), 'option-value'],
    ['no listener', asked({ progress: 5 }), 'option-value'],
    ['cells of no style', asked({ cells: 'rows' }), 'option-value'],
    ['records of a call that gives columns', () => impute(records, { cells: 'records' } as never), 'option-value'],
    ['an interval by other words', asked({ given: { a: { min: 30 } } }), 'given-malformed'],
    ['a list for a category', asked({ given: { b: ['x', 'y'] } }), 'given-malformed'],
    ['a number for a condition', asked({ given: 5 }), 'given-malformed'],
    ['a record for an observation', asked({ observe: { a: 5 } }), 'expression-malformed'],
    ['an option of no reader', () => readTable('rows.csv', { decmal: ',' } as never), 'option-unknown']
  ])('%s', async (_, call, code) => {
    await expect(call()).rejects.toMatchObject({ name: 'InputError', code })
  })

  it('a date and an interval of dates are given as records have them', async () => {
    const [at, end] = [new Date(1.7e12 + 5.5e8), new Date(1.7e12 + 8.5e8)]
    const draw = async (t: Date | { from?: Date; to?: Date }) =>
      (await sample(await model, { rows: 5, seed: 1, given: { t }, cells: 'records', engine })).records.map((one) => one.t.getTime())
    expect(await draw(at)).toEqual(new Array(5).fill(at.getTime()))
    for (const time of await draw({ from: at, to: end })) expect(time >= at.getTime() && time <= end.getTime()).toBe(true)
  })
})

describe('weights', () => {
  /** Regions of which the rarer ones stand for more, so that rows lie apart where the weight is. */
  const asked = (rows: number): RawTable => {
    const z = normals(keyFromSeed(9), 2 * rows)
    const region = Array.from({ length: rows }, (_, i) => (i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2))
    const column = (name: string, values: number[]) => ({ name, source: 'number' as const, values: Float64Array.from(values) })
    return {
      rowCount: rows,
      columns: [
        column(
          'age',
          region.map((k, i) => 40 + 30 * k + 10 * z[2 * i]!)
        ),
        column(
          'income',
          region.map((k, i) => 3 * k + z[2 * i + 1]!)
        ),
        column(
          'w',
          region.map((k) => [1, 4, 24][k]!)
        )
      ]
    }
  }

  it.each([{}, { latent: 'pca:2' } as const])(
    'rows of the law of the weights are no nearer to the data than fresh ones, %j',
    async (how) => {
      const model = await fit(asked(400), { weights: 'w', scaling: 'standard', seed: 1, engine, ...how } as TableFit & FitRequest)
      const rows = await sample(model, { rows: 400, seed: 2, engine })
      const { nearestNeighbourRatio, classifierAuc, columns, notes } = await evaluate(model, rows as never, { engine })
      expect(notes.join()).toContain('Real rows have weights')
      // It was 0.6: the bandwidth went by the rows that are many, not by those that weigh.
      expect(nearestNeighbourRatio.value).toBeGreaterThan(0.8)
      expect(classifierAuc.value).toBeLessThan(classifierAuc.floorRange![1])
      // By the weights (0.7 · 40 + 0.8 · 70 + 2.4 · 100) / 3.9 = 83.1; of all rows alike 52.
      expect(columns.age!.mean!.real).toBeGreaterThan(78)
      expect(columns.age!.mean!.synthetic).toBeGreaterThan(78)
    }
  )
})

describe('writeTable of drawn rows', () => {
  const records = Array.from({ length: 60 }, (_, i) => ({
    length: i % 7 === 3 ? null : 38 + ((i * 37) % 100) / 10,
    mass: 3000 + ((i * 53) % 40) * 25,
    seen: new Date(Date.UTC(2024, 0, 1 + ((i * 11) % 60))),
    sex: i % 2 ? 'female' : 'male'
  }))

  it.each(['json', 'parquet', 'arrow'])('%s has numbers as numbers, dates as it has them, and nulls', async (extension) => {
    const folder = await mkdtemp(join(tmpdir(), 'sbridge-drawn-'))
    const path = join(folder, `rows.${extension}`)
    const model = await fit(records, { engine, seed: 1 })
    const rows = await sample(model, { rows: 40, seed: 2, engine })
    await writeTable(path, rows)
    const read = await readTable(path)
    await rm(folder, { recursive: true })
    expect(read.columns.map(({ source }) => source)).toEqual(['number', 'number', extension === 'json' ? 'text' : 'datetime', 'text'])
    const missing = (values: ArrayLike<unknown>) => Array.from(values, (cell) => cell === null)
    const [written] = read.columns
    expect(Array.from((written as { missing?: Uint8Array }).missing!, (mark) => mark === 1)).toEqual(missing(rows.columns[0]!.values))
  })

  it('are text where their call says so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sbridge-drawn-'))
    const path = join(folder, 'rows.json')
    const model = await fit(records, { engine, seed: 1 })
    await writeTable(path, await sample(model, { rows: 40, seed: 2, engine, cells: 'text' }))
    const read = await readTable(path)
    await rm(folder, { recursive: true })
    expect(read.columns.map(({ source }) => source)).toEqual(['text', 'text', 'text', 'text'])
  })
})
