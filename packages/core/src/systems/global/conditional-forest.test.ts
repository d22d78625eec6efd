import { describe, expect, test } from 'vitest'
import { drawGroup } from '../../draw/condition-draw.js'
import { ConditionForest } from '../../draw/condition-forest.js'
import { givenAllBut } from '../../draw/forest-draw.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { resolveConditions } from '../../know/conditions.js'
import { fitLaw, tableProblem } from '../../law/law.js'
import { keyFromSeed, normals, uniforms } from '../../num/random.js'
import { mean, variance } from '../../num/statistics.js'
import { decodeTable } from '../../table/encoder.js'
import { inferTable } from '../../table/infer.js'
import { isNumeric, type Table } from '../../table/table.js'
import { matchConditions } from './condition-rows.js'
import { sampleConditional } from './condition-sample.js'
import { fitGlobal } from './model.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine, key: keyFromSeed(7) }
const number = (name: string, values: Float64Array) => ({ name, source: 'number' as const, values })
const valuesOf = (table: Table, name: string): Float64Array => {
  const found = table.columns.find((column) => column.name === name)!
  if (!isNumeric(found)) throw new Error(name)
  return found.values
}

/** y is −1 or 1 by the side of one of five numbers. */
function sides(rows: number, seed: number) {
  const columns = Array.from({ length: 5 }, (_, c) => uniforms(keyFromSeed(seed), rows, c).map((u) => 2 * u - 1))
  const noise = normals(keyFromSeed(seed + 1), rows)
  const y = noise.map((z, i) => (columns[1]![i]! > 0 ? 1 : -1) + 0.1 * z)
  return { rowCount: rows, columns: [...columns.map((values, c) => number(`x${c}`, values)), number('y', y)] }
}

const crps = (draws: Float64Array, truth: number) =>
  mean(draws.map((x) => Math.abs(x - truth))) - 0.5 * mean(draws.map((x, k) => Math.abs(x - draws[(k + 1) % draws.length]!)))

const from = (x: number): Record<string, number> => Object.fromEntries([0.6, x, 0, 0.3, -0.3].map((value, c) => [`x${c}`, value]))

describe('a forest', () => {
  test('draws where the law has edges that no kernel follows, and its rows come nearer', async () => {
    const model = await fitGlobal(inferTable(sides(200, 1)), { scaling: 'standard' }, context)
    const given = [-0.7, -0.4, 0.4, 0.7].map(from)
    const { table, report } = await sampleConditional(model, { given, rows: 100 }, context)
    const { forest, trials } = report.groups[0]!
    const least = (some: typeof trials) => Math.min(...some.map(({ score }) => score))
    expect(forest).toBeGreaterThan(0)
    expect(least(trials.filter((trial) => trial.forest === forest))).toBeLessThan(0.8 * least(trials.filter((trial) => trial.forest === 0)))
    // Of the law itself it is 0.02.
    const y = valuesOf(table, 'y')
    expect(mean(Float64Array.from([-1, -1, 1, 1], (truth, k) => crps(y.subarray(100 * k, 100 * (k + 1)), truth)))).toBeLessThan(0.08)
  })

  test('spreads the rows of a condition evenly over what it says, and each is a draw of it', async () => {
    const { training, kernel, summary } = await fitGlobal(inferTable(sides(200, 1)), { scaling: 'standard', bandwidth: 0.3 }, context)
    const { group, conditions } = matchConditions(training, resolveConditions(training.encoder, [from(0.05)]))[0]!
    const forest = ConditionForest.grow(training, group, { key: keyFromSeed(44) })!
    const law = await fitLaw(tableProblem(training, kernel, { mode: summary.categories, conditions: {} }), { engine })
    const count = 100
    const draws = await Promise.all(
      Array.from({ length: 40 }, async (_, k) => {
        const own = { law, encoder: training.encoder, group, conditions, count, steps: 2, ridge: 1e-3, engine, key: keyFromSeed(k) }
        const { rows } = await drawGroup({ ...own, forest: { forest, share: 0.5, residuals: 0.5 } })
        return valuesOf(decodeTable(training.encoder, rows), 'y')
      })
    )
    const [means, first] = [draws.map(mean), draws.map((y) => y[0]!)].map((values) => Float64Array.from(values)) as [
      Float64Array,
      Float64Array
    ]
    const spread = variance(Float64Array.from(draws.flatMap((y) => [...y])))
    // Of independent rows the mean of a hundred has a hundredth of their variance; one row of forty draws has all of it.
    expect(variance(means)).toBeLessThan((0.3 * spread) / count)
    expect(variance(first) / spread).toBeGreaterThan(0.4)
    expect(Math.abs(mean(first) - mean(means))).toBeLessThan(4 * Math.sqrt(spread / first.length))
  })

  test('leaves rows of a Gaussian to the kernel', async () => {
    const z = normals(keyFromSeed(3), 400)
    const x = z.subarray(0, 200)
    const table = {
      rowCount: 200,
      columns: [
        number('x', x),
        number(
          'y',
          x.map((a, i) => 0.8 * a + 0.6 * z[200 + i]!)
        )
      ]
    }
    const model = await fitGlobal(inferTable(table), { scaling: 'standard' }, context)
    const { report } = await sampleConditional(model, { given: { x: 1 }, rows: 5 }, context)
    expect(report.groups[0]!.trials.map(({ forest }) => forest)).toContain(1)
    expect(report.groups[0]!.forest).toBe(0)
  })
})

describe('numbers with spikes', () => {
  const n = 160
  const u = uniforms(keyFromSeed(21), 4 * n)
  const x = u.subarray(0, n)
  /** 0 or 1 by the side of x and by a category, but for one row in twenty. */
  const sideOf = (i: number, kind: number) => (u[n + i]! < 0.05 ? 1 : 0) ^ (x[i]! > 0.5 === (kind === 1) ? 1 : 0)
  const kinds = Array.from({ length: n }, (_, i) => (u[2 * n + i]! > 0.5 ? 1 : 0))
  const y = Float64Array.from(x, (_, i) => sideOf(i, kinds[i]!))
  const names = (values: readonly number[]) => values.map((value) => (value === 1 ? 'b' : 'a'))

  test('are scored by their values, not by where in their ranks they were put', async () => {
    const raw = { rowCount: n, columns: [number('x', x), { name: 'kind', source: 'text' as const, values: names(kinds) }, number('y', y)] }
    const model = await fitGlobal(inferTable(raw), {}, context)
    const given = [0.2, 0.8].flatMap((value) => ['a', 'b'].map((kind) => ({ x: value, kind })))
    const { table, report } = await sampleConditional(model, { given, rows: 100 }, context)
    // Where places within a spike count it is a third at least: the CRPS of half a normal law.
    expect(Math.min(...report.groups[0]!.trials.map(({ score }) => score))).toBeLessThan(0.2)
    const drawn = valuesOf(table, 'y')
    const means = [0, 1, 2, 3].map((k) => mean(drawn.subarray(100 * k, 100 * (k + 1))))
    means.forEach((found, k) => {
      expect(Math.abs(found - [1, 0, 0, 1][k]!)).toBeLessThan(0.25)
    })
  })

  test('and of one drawn given categories alone the law is chosen too', async () => {
    const side = Array.from(x, (value) => (value > 0.5 ? 1 : 0))
    const columns = [
      ...[kinds, side, Array.from(u.subarray(3 * n), (value) => (value > 0.5 ? 1 : 0))].map((values, k) => ({
        name: `c${k}`,
        source: 'text' as const,
        values: names(values)
      })),
      number(
        'y',
        normals(keyFromSeed(22), n).map((z, i) => 2 * y[i]! + 0.3 * z)
      )
    ]
    const model = await fitGlobal(inferTable({ rowCount: n, columns }), {}, context)
    const { report } = await sampleConditional(model, { given: { c0: 'a', c1: 'b', c2: 'a' }, rows: 10 }, context)
    expect(report.groups[0]!.trials.map(({ forest }) => forest)).toContain(1)
    expect((await sampleConditional(model, { given: { c0: 'a' }, rows: 10, epsilon: 0.5 }, context)).report.groups[0]!.trials).toEqual([])
  })
})

describe('rows of a forest', () => {
  /** A category, a number with missing cells, and one with a heap at nought. */
  const n = 240
  const x = normals(keyFromSeed(5), n)
  const noise = normals(keyFromSeed(6), n)
  const raw = {
    rowCount: n,
    columns: [
      { name: 'kind', source: 'text' as const, values: Array.from(x, (_, i) => (i % 2 === 0 ? 'a' : 'b')) },
      number('x', x),
      {
        ...number(
          'cost',
          noise.map((z, i) => (i % 3 === 0 ? 0 : 5 + x[i]! + z))
        ),
        missing: Uint8Array.from(x, (_, i) => (i % 10 === 1 ? 1 : 0))
      },
      number(
        'y',
        noise.map((z, i) => x[i]! + z)
      )
    ]
  }

  test('have the mean and the covariance of its weights, given ones as they are, and zeros that stay', async () => {
    const model = await fitGlobal(inferTable(raw), { bandwidth: 0.3 }, context)
    const { training } = model
    const { encoder } = training
    const given = [
      { kind: 'a', x: 0.5, cost: '..' },
      { kind: 'b', x: -1, cost: '..' }
    ]
    const { group, conditions } = matchConditions(training, resolveConditions(encoder, given))[0]!
    const forest = ConditionForest.grow(training, group, { key: keyFromSeed(8) })!
    const law = await fitLaw(tableProblem(training, model.kernel, { mode: model.summary.categories, conditions: {} }), { engine })
    const run = { law, encoder, group, steps: 1, ridge: 1e-3, engine, key: keyFromSeed(9), forest: { forest, share: 1 } }
    const count = 4000
    const { rows, starts, acceptance } = await drawGroup({ ...run, conditions, count })
    expect(acceptance.every((share) => share === 1)).toBe(true)
    const table = decodeTable(encoder, rows)
    const cost = valuesOf(table, 'cost')
    const missing = table.columns.find(({ name }) => name === 'cost')!
    expect(isNumeric(missing) && (missing.missing?.includes(1) ?? false)).toBe(false)
    // A row on the heap stays there, and no other comes to it.
    const zero = (row: number) => row % 3 === 0
    expect(Array.from(cost, (value) => value === 0)).toEqual(Array.from(starts, zero))
    const kind = table.columns[0]! as Extract<(typeof table.columns)[number], { codes: Int32Array }>
    expect(Array.from(kind.codes.subarray(0, count), (code) => kind.levels[code])).toEqual(Array(count).fill('a'))
    // y has no heaps: its moments are those of the weights of the rows that were drawn.
    const y = encoder.columns.find(({ name }) => name === 'y')! as Extract<(typeof encoder.columns)[number], { carries: 'coordinate' }>
    const d = rows.coordinates.cols
    const own = (of: typeof rows.coordinates, row: number) => of.data[row * d + y.coordinate]!
    const drawn = Float64Array.from({ length: count }, (_, i) => own(rows.coordinates, i))
    const taken = Float64Array.from(starts.subarray(0, count), (row) => own(training.rows.coordinates, row))
    expect(Math.abs(mean(drawn) - mean(taken))).toBeLessThan(0.06)
    expect(Math.abs(variance(drawn) / variance(taken) - 1)).toBeLessThan(0.1)
    expect(new Set(drawn).size).toBeGreaterThan(0.9 * count)
  })
})

test('residuals at a regression’s mean go on along a line where leaves end', async () => {
  const n = 80
  const x = uniforms(keyFromSeed(31), n).map((u) => 2 * u - 1)
  const noise = normals(keyFromSeed(32), n)
  const y = x.map((a, i) => 3 * a + 0.1 * noise[i]!)
  const model = await fitGlobal(
    inferTable({ rowCount: n, columns: [number('x', x), number('y', y)] }),
    { scaling: 'standard', bandwidth: 0.3 },
    context
  )
  const { training } = model
  const { group, conditions } = matchConditions(training, resolveConditions(training.encoder, [{ x: 1 }]))[0]!
  const forest = ConditionForest.grow(training, group, { key: keyFromSeed(33) })!
  const law = await fitLaw(tableProblem(training, model.kernel, { mode: model.summary.categories, conditions: {} }), { engine })
  const run = { law, encoder: training.encoder, group, conditions, count: 2000, steps: 1, ridge: 1e-3, engine, key: keyFromSeed(34) }
  const short = async (residuals: number) => {
    const { rows } = await drawGroup({ ...run, forest: { forest, share: 1 - residuals, residuals } })
    return 3 - mean(valuesOf(decodeTable(training.encoder, rows), 'y'))
  }
  const [plain, both, alone] = [await short(0), await short(0.5), await short(1)]
  // Leaves have five rows at least, of which the last stands at 1 or before: half of what they lack is made up for.
  expect(plain).toBeGreaterThan(0.1)
  expect(Math.abs(both / plain - 0.5)).toBeLessThan(0.2)
  expect(Math.abs(alone)).toBeLessThan(0.2 * plain)
})

describe('two numbers that are open', () => {
  /** Given x, a and b have the correlation 0.8. */
  const n = 300
  const [x, z, e] = [41, 42, 43].map((seed) => normals(keyFromSeed(seed), n)) as [Float64Array, Float64Array, Float64Array]
  const a = x.map((u, i) => u + z[i]!)
  const b = x.map((u, i) => u + 0.8 * z[i]! + 0.6 * e[i]!)
  const correlation = (u: Float64Array, v: Float64Array) => {
    const [mu, mv] = [mean(u), mean(v)]
    return mean(u.map((value, i) => (value - mu) * (v[i]! - mv))) / Math.sqrt(variance(u) * variance(v))
  }

  test('keep their correlation where each is drawn once more given the other', async () => {
    const columns = [number('x', x), number('a', a), number('b', b)]
    const { training, kernel, summary } = await fitGlobal(
      inferTable({ rowCount: n, columns }),
      { scaling: 'standard', bandwidth: 0.3 },
      context
    )
    const { encoder } = training
    const { group, conditions } = matchConditions(training, resolveConditions(encoder, [{ x: 0.5 }]))[0]!
    const redrawn = group.split.free.map((coordinate) => {
      const forest = ConditionForest.grow(training, givenAllBut(encoder, coordinate), { key: keyFromSeed(44) })!
      return { coordinate, missing: undefined, forest: { forest, share: 0.5, residuals: 0.5 } }
    })
    const law = await fitLaw(tableProblem(training, { ...kernel, epsilon: 128 }, { mode: summary.categories, conditions: {} }), { engine })
    const run = { law, encoder, group, conditions, count: 1500, steps: 2, ridge: 1e-3, engine, key: keyFromSeed(45) }
    const [own, once] = [await drawGroup(run), await drawGroup({ ...run, redrawn })].map(({ rows }) => decodeTable(encoder, rows)) as [
      Table,
      Table
    ]
    const shared = valuesOf(once, 'a').filter((value, i) => value === valuesOf(own, 'a')[i])
    expect(shared.length).toBe(0)
    expect(Math.abs(correlation(valuesOf(once, 'a'), valuesOf(once, 'b')) - 0.8)).toBeLessThan(0.08)
    for (const name of ['a', 'b']) {
      expect(Math.abs(mean(valuesOf(once, name)) - 0.5)).toBeLessThan(0.2)
      expect(Math.abs(Math.sqrt(variance(valuesOf(once, name))) - 1)).toBeLessThan(0.15)
    }
  })
})
