import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { packModel, unpackModel } from '../model-file/container.js'
import { keyFromSeed, normals } from '../num/random.js'
import type { RawColumn, RawTable } from '../table/raw.js'
import type { SystemContext } from './host.js'
import { loaded, type Model, SYSTEMS, saved, systemFor, systemOf } from './index.js'
import { userFamily } from './marginals/user-family.js'
import { refuseCombinations } from './options/combinations.js'
import { type AnySystem, drawModel, fitModel } from './system.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const z = normals(keyFromSeed(3), 400)

/** An AR(1) line of 60 rows: rows of a table, a series, points to embed. */
const line: RawTable = {
  rowCount: 60,
  columns: [0, 1, 2].map((j): RawColumn => {
    const values = Float64Array.from({ length: 60 }, (_, i) => z[3 * i]! + 0.6 * j * z[3 * i + j]!)
    return { name: `x${j}`, source: 'number', values }
  })
}

/** The same in two classes of 30 rows. */
const classed: RawTable = {
  ...line,
  columns: [{ name: 'class', source: 'text', values: Array.from({ length: 60 }, (_, i) => 'ab'[i % 2]!) }, ...line.columns]
}

/** The same with gaps, and a column that is twice another. */
const gapped: RawTable = {
  rowCount: 60,
  columns: [
    ...classed.columns.slice(0, 3).map((column, c): RawColumn => {
      const values = [...column.values].map((cell, i) => ((i + c) % 7 === 0 ? null : typeof cell === 'number' ? cell.toFixed(2) : cell))
      return { name: column.name, source: 'text', values: values as (string | null)[] }
    }),
    {
      name: 'x2',
      source: 'text',
      values: Array.from(line.columns[0]!.values as Float64Array, (x, i) => (i % 11 === 0 ? null : (2 * Number(x.toFixed(2))).toFixed(2)))
    }
  ]
}

/** The same as ten groups of six days. */
const grouped: RawTable = {
  ...line,
  columns: [
    { name: 'unit', source: 'text', values: Array.from({ length: 60 }, (_, i) => `u${Math.floor(i / 6)}`) },
    { name: 'date', source: 'text', values: Array.from({ length: 60 }, (_, i) => `2020-03-0${1 + (i % 6)}`) },
    { name: 'kind', source: 'text', values: Array.from({ length: 60 }, (_, i) => 'ab'[(i >> 2) % 2]!) },
    ...line.columns
  ]
}

/** The same by day, with a category, empty cells, a mean of the last rows and a constant. */
const dated: RawTable = {
  ...line,
  columns: [
    {
      name: 'date',
      source: 'text',
      values: Array.from({ length: 60 }, (_, i) => `2020-0${3 + Math.floor(i / 28)}-${String(1 + (i % 28)).padStart(2, '0')}`)
    },
    { name: 'kind', source: 'text', values: Array.from({ length: 60 }, (_, i) => 'ab'[(i >> 2) % 2]!) },
    { name: 'place', source: 'text', values: new Array<string>(60).fill('here') },
    ...line.columns.slice(0, 2),
    {
      ...(line.columns[2] as Extract<RawColumn, { source: 'number' }>),
      missing: Uint8Array.from({ length: 60 }, (_, i) => (i % 9 === 5 ? 1 : 0))
    },
    {
      name: 'before',
      source: 'number',
      values: Float64Array.from({ length: 60 }, (_, i) => (line.columns[0]!.values[i - 1] as number) ?? 0)
    }
  ]
}

/** Three snapshots at dates, of 12 particles each. */
const particles: RawTable = {
  rowCount: 36,
  columns: [
    { name: 'day', source: 'text', values: Array.from({ length: 36 }, (_, i) => `2020-01-0${1 + Math.floor(i / 12)}`) },
    ...[0, 1].map((j): RawColumn => {
      const texts = Array.from({ length: 36 }, (_, i) => (Math.floor(i / 12) + 0.3 * z[200 + 2 * i + j]!).toFixed(3))
      return { name: `y${j}`, source: 'text', values: texts }
    }),
    { name: 'note', source: 'text', values: new Array<null>(36).fill(null) }
  ]
}

/** The same in two groups. */
function withGroups({ columns, rowCount }: RawTable): RawTable {
  const side: RawColumn = { name: 'side', source: 'text', values: Array.from({ length: rowCount }, (_, i) => (i % 2 ? 'left' : 'right')) }
  return { columns: [columns[0]!, side, ...columns.slice(1)], rowCount }
}

interface Case {
  readonly system: AnySystem
  readonly input: RawTable
  readonly options: object
  readonly request: object
  readonly kind: string
}

/** A second table: the classed one, moved. */
const moved: RawTable = {
  ...classed,
  columns: classed.columns.map((column) => (column.source === 'number' ? { ...column, values: column.values.map((x) => x + 1) } : column))
}

const { tables, series, snapshots, embedding, imputation, bridge, density } = SYSTEMS
const given = [{ x0: 0.5 }]
const time = 'day'
const CASES: Readonly<Record<string, Case>> = {
  'all columns': { system: tables, input: line, options: {}, request: { rows: 5 }, kind: 'global' },
  'all columns, given': { system: tables, input: line, options: { bandwidth: 0.5 }, request: { rows: 5, given }, kind: 'global' },
  'all columns, observed': { system: tables, input: line, options: {}, request: { rows: 5, observe: 'x1 = 1 ± 0.5' }, kind: 'global' },
  neighbourhoods: { system: tables, input: line, options: { local: 'window:1' }, request: { rows: 5, given }, kind: 'local' },
  'neighbourhoods in each class': {
    system: tables,
    input: classed,
    options: { local: 'window:1' },
    request: { rows: 5, observe: 'x1 - P(class = a) = 0.5 ± 0.3' },
    kind: 'local-classes'
  },
  'behind a codec': { system: tables, input: line, options: { latent: 'pca:2' }, request: { rows: 5, given }, kind: 'latent' },
  'behind an autoencoder': { system: tables, input: line, options: { latent: 'autoencoder:1' }, request: { rows: 5 }, kind: 'latent' },
  'neighbourhoods behind a codec': {
    system: tables,
    input: line,
    options: { latent: 'pca:2', local: 'window:1' },
    request: { rows: 5 },
    kind: 'latent-local'
  },
  'whole groups': {
    system: tables,
    input: grouped,
    options: { group: 'unit', time: 'date' },
    request: { groups: 4 },
    kind: 'panel'
  },
  'a table that is one series': {
    system: tables,
    input: dated,
    options: { time: 'date' },
    request: { rows: 20 },
    kind: 'stretch'
  },
  'a series': { system: series, input: line, options: { memory: 2 }, request: { rows: 2, steps: 3 }, kind: 'forecast' },
  'several series': {
    system: series,
    input: classed,
    options: { group: 'class' },
    request: { rows: 2, steps: 3 },
    kind: 'forecast'
  },
  'a series, known at steps': {
    system: series,
    input: line,
    options: {},
    request: { rows: 2, steps: 3, given: 'x0@2=0.5', observe: '`x1@3` = 1 ± 0.2' },
    kind: 'forecast'
  },
  'an embedding': { system: embedding, input: line, options: { dimension: 2 }, request: { place: line }, kind: 'embedding' },
  'rows with gaps': {
    system: imputation,
    input: gapped,
    options: { rule: 'x2 = 2 * x0' },
    request: { fill: gapped, draws: 2, flag: true },
    kind: 'imputation'
  },
  'a bridge, rows between': {
    system: bridge,
    input: classed,
    options: { to: moved },
    request: { rows: 5, at: [0.25, 0.5] },
    kind: 'bridge'
  },
  'a bridge, rows carried': {
    system: bridge,
    input: classed,
    options: { to: moved, bandwidth: 0.2 },
    request: { map: classed, as: 'drawn' },
    kind: 'bridge'
  },
  'a bridge, its coupling': {
    system: bridge,
    input: line,
    options: { to: line, bandwidth: 0.2 },
    request: { coupling: true },
    kind: 'bridge'
  },
  'rows to score': {
    system: density,
    input: gapped,
    options: { rules: 'off' },
    request: { score: gapped, gradient: true, denoise: true },
    kind: 'density'
  },
  'snapshots, brownian': {
    system: snapshots,
    input: particles,
    options: { time, reference: 'brownian', holdOut: ['2020-01-02'] },
    request: { rows: 4, at: [0.5] },
    kind: 'trajectories'
  },
  'snapshots, linear': {
    system: snapshots,
    input: particles,
    options: { time, rounds: 3, intervals: 'none' },
    request: { rows: 4, between: 1 },
    kind: 'trajectories'
  },
  'snapshots, parameters that step': {
    system: snapshots,
    input: particles,
    options: { time, columns: ['y0'], varying: 1, rounds: 2 },
    request: { rows: 4, at: [0.5, 3] },
    kind: 'trajectories'
  },
  'snapshots, groups': {
    system: snapshots,
    input: withGroups(particles),
    options: { time, by: 'side', columns: ['y0'], rounds: 2, intervals: 'none' },
    request: { rows: 5, between: 1 },
    kind: 'trajectories'
  },
  'snapshots, a smooth field': {
    system: snapshots,
    input: particles,
    options: { time, reference: 'gradient', rounds: 2, frequencies: 3, lengthScale: 1, amplitude: 1, seed: 5 },
    request: { rows: 4, at: ['2020-01-02T12:00'] },
    kind: 'trajectories'
  }
}

describe.each(Object.entries(CASES))('%s', (_, { system, input, options, request, kind }) => {
  const told = new Set<string>()
  const context: SystemContext = { engine, progress: ({ stage }) => void told.add(stage) }
  const fitted = fitModel(system, { input, options }, context)

  it('a file keeps the model: the same rows, and the same words', async () => {
    const model: Model = await fitted
    expect(systemOf(model)).toBe(system)
    const contents = unpackModel(packModel(saved(model)))
    expect(contents.kind).toBe(kind)
    expect(systemFor(contents)).toBe(system)
    const again = await loaded(contents, { engine })
    const answers = await Promise.all([model, again].map((one) => drawModel(system, { model: one, request }, { engine })))
    expect(system.present(again, answers[1], 'text')).toEqual(system.present(model, answers[0], 'text'))
    expect(system.present(again, answers[1], 'typed')).toEqual(system.present(model, answers[0], 'typed'))
    expect(system.tell(again)).toEqual(system.tell(model))
    expect(JSON.parse(JSON.stringify(system.summary(again)))).toEqual(JSON.parse(JSON.stringify(system.summary(model))))
    expect(system.training(again)).toEqual(system.training(model))
    expect(system.training(model).rowCount).toBeGreaterThan(20)
  })

  it('what runs is the plan: every stage that is told of stands in it', async () => {
    const model = await fitted
    const read = await system.readRequest(request, {})
    await drawModel(system, { model, request }, context)
    const whole = system.plan({ input, options: await system.readOptions(options, {}) }, read)
    const stages = whole.stages.map(({ stage }) => stage)
    expect([...told].filter((stage) => !stages.includes(stage))).toEqual([])
    expect(whole.pairs).toBeCloseTo(whole.stages.reduce((sum, { pairs }) => sum + pairs, 0))
    const draw = system.plan({ model }, read)
    expect(draw.pairs).toBeLessThan(whole.pairs)
    expect([whole.rowCount > 0, draw.columnCount > 0]).toEqual([true, true])
  })

  it('refuses what it does not know', async () => {
    await expect(fitModel(system, { input, options: { ...options, nonsense: 3 } }, { engine })).rejects.toMatchObject({
      code: 'option-unknown'
    })
    await expect(drawModel(system, { model: await fitted, request: { ...request, nonsense: 3 } }, { engine })).rejects.toMatchObject({
      code: 'option-unknown'
    })
  })
})

describe('the registry', () => {
  it('names every kind of model once', () => {
    const kinds = Object.values(SYSTEMS).flatMap((system) => system.kinds)
    expect(new Set(kinds).size).toBe(kinds.length)
    expect(new Set(Object.values(CASES).map(({ kind }) => kind))).toEqual(new Set(kinds))
  })
  it('refuses a kind that nobody has, and a model for another system', () => {
    expect(() => systemFor({ kind: 'future' })).toThrow(expect.objectContaining({ code: 'model-kind' }))
    expect(() => systemFor({ kind: 'forecast' }, [SYSTEMS.tables])).toThrow(expect.objectContaining({ code: 'model-kind' }))
  })
  it('refuses to write a reference that is code of the user’s own', async () => {
    const reference = userFamily({ parameters: [], drift: (x: Float64Array) => x.map(() => 0) })
    const model = await fitModel(snapshots, { input: particles, options: { time, reference, rounds: 0 } }, { engine })
    expect(() => saved(model)).toThrow(expect.objectContaining({ code: 'model-unsavable' }))
  })
})

describe('fields say what goes together', () => {
  const fields = [...tables.fields.fit, ...tables.fields.draw, ...tables.fields.know]
  const refusalOf = (options: object): string | undefined => {
    try {
      refuseCombinations(fields, options as Record<string, unknown>)
      return undefined
    } catch (error) {
      return (error as { got: string }).got
    }
  }
  it.each<[object, string | undefined]>([
    [{}, undefined],
    [{ sweep: 'ordered' }, 'sweep without local'],
    [{ sweep: 'ordered', local: 'auto' }, undefined],
    [{ kernel: 'fixed', local: 'auto' }, undefined],
    [{ kernel: 'variable', local: 'auto' }, 'kernel variable with local'],
    [{ noise: 'covariance', given: {} }, undefined],
    [{ noise: 'split', observe: [] }, 'noise split with conditions or observations'],
    [{ noise: 'split', given: {}, local: 'auto' }, undefined],
    [{ start: 'noise', given: {}, latent: 'pca', dynamics: 'bridge' }, undefined],
    [{ start: 'noise', given: {}, latent: 'pca', dynamics: 'langevin' }, 'start noise with conditions or observations'],
    [{ given: {}, conditioning: 'clamp' }, undefined],
    [{ observe: [], conditioning: 'clamp' }, 'conditioning clamp with observations'],
    [{ given: {}, conditioning: 'langevin' }, 'conditioning langevin without observations'],
    [{ ridge: 0.1 }, 'ridge without conditions or observations'],
    [{ given: {}, conditioning: 'clamp', ridge: 0.1 }, 'ridge with conditioning clamp'],
    [{ given: {}, latent: 'pca', local: 'auto' }, undefined],
    [{ givenFile: 'a', likelihood: 'b' }, 'givenFile with observations']
  ])('%j', (options, said) => {
    expect(refusalOf(options)).toBe(said)
  })
})
