import { describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { exp, log } from '../../num/elementary.js'
import { cholesky, inverse, multiply, transpose } from '../../num/linear-algebra.js'
import { type Matrix, matrix, stackRows } from '../../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../../num/random.js'
import { mean, variance, weightedMoments } from '../../num/statistics.js'
import { type InferredTable, inferTable } from '../../table/infer.js'
import { isCategorical, isNumeric, type Table } from '../../table/table.js'
import { posteriorClasses, sampleClasses } from './class-draw.js'
import { loadClasses, saveClasses } from './class-save.js'
import { fitClasses } from './fit-classes.js'
import type { LocalPosteriorRequest } from './posterior.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine, key: keyFromSeed(5) }
const [SIZE, COUNT] = [10, 600]

/** AR(1) fields of two classes: their shares, means (the same at all places), deviations and φ. */
const CLASSES = {
  wet: { rows: 200, mean: 1.5, deviation: 0.6, phi: 0.8 },
  dry: { rows: 400, mean: -0.5, deviation: 1, phi: 0.4 }
}
type Season = keyof typeof CLASSES
const seasons = Object.keys(CLASSES) as Season[]
const total = seasons.reduce((sum, one) => sum + CLASSES[one].rows, 0)
const priorOf = (season: Season) => CLASSES[season].rows / total

/** Rows of a class with exactly its moments, so that no error of theirs stands in between. */
function rowsOf(own: Season): Matrix {
  const { rows, mean: centre, deviation, phi } = CLASSES[own]
  const z = matrix(rows, SIZE, normals(keyFor(keyFromSeed(2), own), rows * SIZE))
  const moments = weightedMoments(z, new Float64Array(rows).fill(1 / rows))
  const wanted = Float64Array.from({ length: SIZE * SIZE }, (_, at) => phi ** Math.abs(Math.floor(at / SIZE) - (at % SIZE)))
  const change = multiply(cholesky(matrix(SIZE, SIZE, wanted)), inverse(cholesky(moments.covariance)))
  const centred = z.data.map((x, at) => x - moments.mean[at % SIZE]!)
  const line = multiply(matrix(rows, SIZE, centred), transpose(change))
  return matrix(
    rows,
    SIZE,
    line.data.map((x) => centre + deviation * x)
  )
}

function field(): InferredTable {
  const values = stackRows(seasons.map(rowsOf))
  const season = seasons.flatMap((own) => new Array<Season>(CLASSES[own].rows).fill(own))
  return inferTable({
    rowCount: total,
    columns: [
      ...Array.from({ length: SIZE }, (_, a) => ({
        name: `x${a}`,
        source: 'number' as const,
        values: Float64Array.from({ length: total }, (_, i) => values.data[i * SIZE + a]!)
      })),
      { name: 'season', source: 'text' as const, values: season },
      { name: 'rain', source: 'boolean' as const, values: season.map((one) => one === 'wet') }
    ]
  })
}

const data = field()
const model = await fitClasses(data, { local: { kind: 'window', radius: 1 }, scaling: 'standard' }, context)

const numbers = (table: Table, name: string): Float64Array => {
  const column = table.columns.find((one) => one.name === name)!
  if (!isNumeric(column)) throw new Error(name)
  return column.values
}

const membersOf = (table: Table, season: Season): number[] => {
  const column = table.columns.find(({ name }) => name === 'season')!
  if (!isCategorical(column)) throw new Error(column.name)
  return [...column.codes.keys()].filter((i) => column.levels[column.codes[i]!] === season)
}

const within = (table: Table, season: Season, name: string): Float64Array =>
  Float64Array.from(membersOf(table, season), (i) => numbers(table, name)[i]!)

const shareOf = (table: Table, season: Season): number => membersOf(table, season).length / table.rowCount

const correlation = (a: Float64Array, b: Float64Array): number =>
  mean(a.map((x, i) => (x - mean(a)) * (b[i]! - mean(b)))) / Math.sqrt(variance(a) * variance(b))

const logNormal = (value: number, centre: number, spread: number): number => -0.5 * log(spread) - (0.5 * (value - centre) ** 2) / spread

/** Posterior share of `wet` from the log-evidence of both classes. */
const shareUnder = (evidence: (season: Season) => number): number => {
  const [wet, dry] = [priorOf('wet') * exp(evidence('wet')), priorOf('dry') * exp(evidence('dry'))]
  return wet / (wet + dry)
}

const known = (request: Omit<LocalPosteriorRequest, 'count'>) => posteriorClasses(model, { count: COUNT, ...request }, context)

describe('a field with categories', { tags: ['slow'] }, () => {
  test('has the shares of its classes, and in each its own means, variances and correlations', async () => {
    const table = await sampleClasses(model, { count: COUNT }, context)
    expect(shareOf(table, 'wet')).toBeCloseTo(priorOf('wet'), 2)
    for (const season of seasons) {
      const { mean: centre, deviation, phi } = CLASSES[season]
      let [means, spreads, lags] = [0, 0, 0]
      for (let a = 0; a < SIZE; a++) {
        const own = within(table, season, `x${a}`)
        // 200 draws know a mean to 0.07 of a deviation, and 10 of them are looked at.
        expect(Math.abs(mean(own) - centre), `${season} x${a}`).toBeLessThan(0.3 * deviation)
        means += mean(own) / SIZE
        spreads += variance(own) / deviation ** 2 / SIZE
        if (a > 0) lags += correlation(own, within(table, season, `x${a - 1}`)) / (SIZE - 1)
      }
      expect(Math.abs(means - centre)).toBeLessThan(0.15 * deviation)
      expect(Math.abs(spreads - 1)).toBeLessThan(0.12)
      expect(Math.abs(lags - phi)).toBeLessThan(0.06)
    }
    const rain = table.columns.find(({ name }) => name === 'rain')!
    if (!isCategorical(rain)) throw new Error(rain.name)
    expect(membersOf(table, 'wet').every((i) => rain.levels[rain.codes[i]!] === 'true')).toBe(true)
  })

  test('draws the given class alone', async () => {
    const { table, report } = await known({ given: { season: 'wet' } })
    expect(shareOf(table, 'wet')).toBe(1)
    expect(Math.abs(mean(within(table, 'wet', 'x7')) - CLASSES.wet.mean)).toBeLessThan(0.2)
    expect(report.classes).toEqual([
      { words: 'season=wet, rain=true', before: 1 / 3, after: [1] },
      { words: 'season=dry, rain=false', before: 2 / 3, after: [0] }
    ])
    expect(report.warnings).toEqual([])
  })

  test.each<[string, Omit<LocalPosteriorRequest, 'count'>, (season: Season) => number, number]>([
    ['a given number', { given: { x7: 0.8 } }, (season) => logNormal(0.8, CLASSES[season].mean, CLASSES[season].deviation ** 2), 0.8],
    [
      'an observed number',
      { observe: ['x7 = 0.8 ± 0.3'] },
      (season) => logNormal(0.8, CLASSES[season].mean, CLASSES[season].deviation ** 2 + 0.09),
      0.8
    ],
    [
      'an interval',
      { given: { x7: { from: 1 } } },
      (season) => {
        // P(Z > (1 − μ)/σ): 0.7977 and 0.0668.
        return log(season === 'wet' ? 0.79767 : 0.0668072)
      },
      Number.NaN
    ],
    [
      'an indicator beside a number',
      { observe: ['x7 - 2*P(rain) = 0 ± 0.3'] },
      (season) => logNormal(season === 'wet' ? 2 : 0, CLASSES[season].mean, CLASSES[season].deviation ** 2 + 0.09),
      Number.NaN
    ],
    ['an indicator alone', { observe: ['P(season = wet) = 1 ± 1'] }, (season) => (season === 'wet' ? 0.5 : 0), Number.NaN],
    [
      'a likelihood of whole rows',
      // Shares are settled before the sweeps.
      { likelihood: { logLikelihood: (row) => (row.season === 'wet' ? 0.5 : 0) - 0.5 * ((row.x7 as number) - 0.8) ** 2 }, sweeps: 2 },
      (season) => (season === 'wet' ? 0.5 : 0) + logNormal(0.8, CLASSES[season].mean, CLASSES[season].deviation ** 2 + 1),
      Number.NaN
    ],
    [
      'two numbers',
      { given: { x7: 0.8, x8: 0.4 } },
      (season) => {
        const { mean: centre, deviation, phi } = CLASSES[season]
        const rest = deviation ** 2 * (1 - phi * phi)
        return logNormal(0.8, centre, deviation ** 2) + logNormal(0.4, centre + phi * (0.8 - centre), rest)
      },
      Number.NaN
    ]
  ])('%s moves the shares of the classes as Bayes has it', async (_, request, evidence, value) => {
    const { table, report } = await known(request)
    // Closed forms are exact, shares are apportioned; the mean of a likelihood over 1,024 rows is known to a few per cent.
    expect(Math.abs(shareOf(table, 'wet') - shareUnder(evidence))).toBeLessThan('likelihood' in request ? 0.03 : 0.008)
    expect(report.classes![0]!.after[0]).toBeCloseTo(shareOf(table, 'wet'), 12)
    if (!Number.isFinite(value)) return
    const noise = 'observe' in request ? 0.09 : 0
    for (const season of seasons) {
      const { mean: centre, deviation, phi } = CLASSES[season]
      const gain = (phi * deviation ** 2) / (deviation ** 2 + noise)
      const wanted = centre + gain * (value - centre)
      expect(Math.abs(mean(within(table, season, 'x8')) - wanted), season).toBeLessThan(0.25 * deviation)
    }
  })

  test('an observation that says nothing changes nothing', async () => {
    const { table } = await known({ observe: ['x3 + P(season = dry) = 0 ± 1000000'] })
    expect(shareOf(table, 'wet')).toBeCloseTo(priorOf('wet'), 2)
    expect(Math.abs(mean(within(table, 'dry', 'x3')) - CLASSES.dry.mean)).toBeLessThan(0.25)
  })

  test('several conditions, one after the other', async () => {
    const { table, report } = await known({ given: [{ season: 'dry', x2: 1 }, { x2: 3 }] })
    expect(table.rowCount).toBe(2 * COUNT)
    expect(membersOf(table, 'dry').filter((i) => i < COUNT)).toHaveLength(COUNT)
    expect(
      numbers(table, 'x2')
        .subarray(0, COUNT)
        .every((x) => x === 1)
    ).toBe(true)
    expect(
      numbers(table, 'x2')
        .subarray(COUNT)
        .every((x) => x === 3)
    ).toBe(true)
    expect(report.classes![0]!.after[0]).toBe(0)
    expect(report.conditions).toHaveLength(2)
  })

  test('is saved and loaded, and draws the same rows', async () => {
    const loaded = loadClasses(unpackModel(packModel(saveClasses(model))))
    const asked = { count: 40, given: { x7: 0.8 }, sweeps: 2 }
    expect((await posteriorClasses(loaded, asked, context)).table).toStrictEqual((await posteriorClasses(model, asked, context)).table)
    expect(loaded.summary).toEqual(model.summary)
  })

  test.each<[Omit<LocalPosteriorRequest, 'count'>, string]>([
    [{ given: { season: 'wet', rain: false } }, 'condition-contradictory'],
    [{ given: { season: 'autumn' } }, 'level-unknown'],
    [{ observe: ['season = 1 ± 1'] }, 'observation-column'],
    [{ observe: ['P(saeson = wet) = 1 ± 1'] }, 'column-unknown'],
    [{ likelihood: { logLikelihood: () => Number.NEGATIVE_INFINITY } }, 'likelihood-excludes-all']
  ])('%j is refused', async (request, code) => {
    await expect(known(request)).rejects.toMatchObject({ code })
  })
})

describe('classes of few rows', () => {
  const some = (columns: readonly { readonly name: string; readonly values: readonly (string | number)[] }[]): InferredTable =>
    inferTable({
      rowCount: columns[0]!.values.length,
      columns: columns.map(({ name, values }) =>
        typeof values[0] === 'string'
          ? { name, source: 'text' as const, values: values as string[] }
          : { name, source: 'number' as const, values: Float64Array.from(values as number[]) }
      )
    })

  test('have the spread of all rows about the means of their classes, and a note says so', async () => {
    const sizes = [100, 20, 15]
    const kinds = sizes.flatMap((size, k) => new Array<string>(size).fill('abc'[k]!))
    const z = normals(keyFromSeed(9), 2 * kinds.length)
    const centre = (i: number) => 4 * 'abc'.indexOf(kinds[i]!)
    const table = some([
      { name: 'kind', values: kinds },
      { name: 'x', values: kinds.map((_, i) => centre(i) + z[i]!) },
      { name: 'y', values: kinds.map((_, i) => centre(i) + 0.6 * z[i]! + 0.8 * z[kinds.length + i]!) },
      // One value in each class: no field has it as a number to draw.
      { name: 'constant', values: kinds.map((_, i) => centre(i) / 4) }
    ])
    const few = await fitClasses(table, { local: { kind: 'window', radius: 1 } }, context)
    expect(few.fields).toHaveLength(2)
    expect(few.summary.notes.join()).toContain('2 classes of fewer than 40 rows (kind=b, kind=c)')
    const drawn = await sampleClasses(few, { count: 1350 }, context)
    const kind = drawn.columns[0]!
    if (!isCategorical(kind)) throw new Error(kind.name)
    for (const [k, level] of ['a', 'b', 'c'].entries()) {
      const members = [...kind.codes.keys()].filter((i) => kind.levels[kind.codes[i]!] === level)
      expect(members).toHaveLength(10 * sizes[k]!)
      const [x, y] = ['x', 'y'].map((name) => Float64Array.from(members, (i) => numbers(drawn, name)[i]!)) as [Float64Array, Float64Array]
      // The mean of 15 rows is known to 0.26.
      expect(Math.abs(mean(x) - 4 * k)).toBeLessThan(0.8)
      expect(Math.abs(variance(x) - 1)).toBeLessThan(0.4)
      expect(Math.abs(correlation(x, y) - 0.6)).toBeLessThan(0.2)
      expect(members.every((i) => numbers(drawn, 'constant')[i] === k)).toBe(true)
    }
    const { table: under } = await posteriorClasses(few, { count: 60, given: { constant: 2, x: 8.5 } }, context)
    const own = under.columns[0]!
    if (!isCategorical(own)) throw new Error(own.name)
    expect(own.codes.every((code) => own.levels[code] === 'c')).toBe(true)
    await expect(posteriorClasses(few, { count: 6, given: { constant: 2, kind: 'a' } }, context)).rejects.toMatchObject({
      code: 'condition-impossible'
    })
  })

  test('that hardly recur are refused, and so are missing numbers', async () => {
    const names = Array.from({ length: 90 }, (_, i) => `n${Math.floor(i / 2)}`)
    const values = names.map((_, i) => i % 7)
    const options = { local: { kind: 'window', radius: 1 } } as const
    const rare = some([
      { name: 'name', values: names },
      { name: 'x', values },
      { name: 'y', values: values.map((x) => x * x + 1) }
    ])
    await expect(fitClasses(rare, options, context)).rejects.toMatchObject({ code: 'local-classes' })
    const gaps = inferTable({
      rowCount: 90,
      columns: [
        { name: 'kind', source: 'text', values: names.map((_, i) => (i % 2 ? 'a' : 'b')) },
        { name: 'x', source: 'number', values: Float64Array.from(values), missing: Uint8Array.from(values, (x) => (x === 3 ? 1 : 0)) }
      ]
    })
    await expect(fitClasses(gaps, options, context)).rejects.toMatchObject({ code: 'local-columns' })
  })
})
