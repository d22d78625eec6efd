import { describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { exp } from '../../num/elementary.js'
import { keyFromSeed, normals, uniforms } from '../../num/random.js'
import { mean, variance } from '../../num/statistics.js'
import { type InferredTable, inferTable } from '../../table/infer.js'
import type { RawColumn } from '../../table/raw.js'
import { isCategorical, isNumeric, type Table } from '../../table/table.js'
import { fitLatentTable } from '../table/latent.js'
import { sampleLatentConditioned } from '../table/latent-conditions.js'
import { sampleConditional } from './condition-sample.js'
import { fitGlobal } from './model.js'
import { samplePosterior } from './posterior.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine, key: keyFromSeed(3) }
const [M, COUNT] = [240, 600]
/** Share of `wet`, and means of x in both classes; x has variance 1, and y = x + N(0, 0.5²). */
const [SHARE, WET, DRY] = [0.3, 1.2, -0.6]

/** A mixture of two Gaussians, with the moments that it ought to have in each class. */
function mixture(): InferredTable {
  const z = normals(keyFromSeed(8), 2 * M)
  const x = new Float64Array(M)
  const y = new Float64Array(M)
  const wet = Math.round(SHARE * M)
  for (const [from, to, centre] of [
    [0, wet, WET],
    [wet, M, DRY]
  ] as const) {
    const [a, b] = [z.slice(from, to), z.slice(M + from, M + to)]
    const [unit, noise] = [standardised(a), standardised(b)]
    const slope = mean(unit.map((u, i) => u * noise[i]!))
    const apart = standardised(noise.map((n, i) => n - slope * unit[i]!))
    unit.forEach((u, i) => {
      x[from + i] = centre + u
      y[from + i] = centre + u + 0.5 * apart[i]!
    })
  }
  const season = Array.from(x, (_, i) => (i < wet ? 'the "wet" one' : 'dry'))
  return inferTable({
    rowCount: M,
    columns: [
      { name: 'x', source: 'number', values: x },
      { name: 'season', source: 'text', values: season },
      { name: 'y', source: 'number', values: y },
      { name: 'rain', source: 'boolean', values: season.map((one) => one !== 'dry') }
    ]
  })
}

const standardised = (values: Float64Array): Float64Array => {
  const [centre, deviation] = [mean(values), Math.sqrt(variance(values))]
  return values.map((value) => (value - centre) / deviation)
}

const data = mixture()
const model = await fitGlobal(data, { scaling: 'standard' }, context)

interface Summary {
  readonly share: number
  /** Means of y in both classes, and its variance within them. */
  readonly wet: number
  readonly dry: number
  readonly spread: number
}

function summaryOf(table: Table): Summary {
  const [season, y] = [table.columns[1]!, table.columns[2]!]
  if (!isCategorical(season) || !isNumeric(y)) throw new Error('other columns')
  const wet = season.levels.indexOf('the "wet" one')
  const within = (is: boolean) => y.values.filter((_, i) => (season.codes[i] === wet) === is)
  const [first, second] = [within(true), within(false)]
  return {
    share: first.length / table.rowCount,
    wet: mean(first),
    dry: mean(second),
    spread: [first, second].reduce((sum, own) => (own.length === 0 ? sum : sum + own.length * variance(own)), 0) / table.rowCount
  }
}

/** log N(value; mean, variance) but for 2π. */
const logNormal = (value: number, centre: number, spread: number): number =>
  -0.5 * Math.log(spread) - (0.5 * (value - centre) ** 2) / spread

/** The mixture under y + shift·1(wet) = value ± deviation, by Bayes. */
function exact(shift: number, value: number, deviation: number): Summary {
  const noise = deviation * deviation
  const [wet, dry] = [value - shift, value]
  const odds = (SHARE / (1 - SHARE)) * exp(logNormal(wet, WET, 1.25 + noise) - logNormal(dry, DRY, 1.25 + noise))
  const gain = 1.25 / (1.25 + noise)
  return { share: odds / (1 + odds), wet: WET + gain * (wet - WET), dry: DRY + gain * (dry - DRY), spread: 1.25 * (1 - gain) }
}

/** 600 draws know a share to 0.02 and a mean within a class of 150 to a twelfth of its spread. */
function expectSummary(found: Summary, wanted: Summary): void {
  expect(Math.abs(found.share - wanted.share)).toBeLessThan(0.055)
  const own = Math.sqrt(wanted.spread)
  if (wanted.share > 0.1) expect(Math.abs(found.wet - wanted.wet)).toBeLessThan(0.1 + 0.25 * own)
  if (wanted.share < 0.9) expect(Math.abs(found.dry - wanted.dry)).toBeLessThan(0.1 + 0.25 * own)
  expect(Math.abs(Math.log(found.spread / wanted.spread))).toBeLessThan(0.3)
}

const WORD = 'P(season = the "wet" one)'
const posterior = async (...observe: string[]) => samplePosterior(model, { observe, rows: COUNT }, context)
/** At the model's own ε, which `posterior` looks for and finds. */
const { epsilon } = model.kernel
const posteriorAt = async (observe: string) => samplePosterior(model, { observe: [observe], rows: COUNT, epsilon }, context)

describe('observations that name categories', { tags: ['slow'] }, () => {
  test.each([
    [`y + 2*${WORD} = 3 ± 0.1`, exact(2, 3, 0.1)],
    [`y + 2*${WORD} = 0.5 ± 0.5`, exact(2, 0.5, 0.5)],
    ['y - 3*P(rain) = -1 ± 0.3', exact(-3, -1, 0.3)],
    [`y + 2*P(season=dry) = 1 ± 0.2`, exact(-2, -1, 0.2)]
  ])('%s: classes are weighed by their evidence, and rows within them observe y', async (text, wanted) => {
    const { table, report } = await posteriorAt(text)
    expectSummary(summaryOf(table), wanted)
    expect(report.acceptance).toBeGreaterThan(0.8)
  })

  test('a product with an indicator observes one class and leaves the other as it is', async () => {
    const { table } = await posteriorAt(`(y - 2)*${WORD} = 0 ± 0.2`)
    const found = summaryOf(table)
    // Of the dry rows it says nothing: L = 1. Of the wet ones N(2; 1.2, 1.25 + 0.04) √(2π) 0.2.
    const odds = (SHARE / (1 - SHARE)) * 0.2 * exp(logNormal(2, WET, 1.29))
    expect(Math.abs(found.share - odds / (1 + odds))).toBeLessThan(0.04)
    expect(Math.abs(found.wet - (WET + (1.25 / 1.29) * (2 - WET)))).toBeLessThan(0.15)
    expect(Math.abs(found.dry - DRY)).toBeLessThan(0.2)
  })

  test('an indicator alone multiplies the odds: 1 ± 1 by e^½', async () => {
    const { table, report } = await posteriorAt(`${WORD} = 1 ± 1`)
    const odds = (SHARE / (1 - SHARE)) * exp(0.5)
    expectSummary(summaryOf(table), { share: odds / (1 + odds), wet: WET, dry: DRY, spread: 1.25 })
    expect(report.observations[0]!.prior.mean).toBeCloseTo(SHARE - 1, 6)
  })

  test('what is known to be in a class is drawn as what is given it', async () => {
    const observed = summaryOf((await posteriorAt(`${WORD} = 1 ± 0.001`)).table)
    const { table } = await sampleConditional(model, { given: { season: 'the "wet" one' }, rows: COUNT }, context)
    const given = summaryOf(table)
    expect(observed.share).toBe(1)
    expect(Math.abs(observed.wet - given.wet)).toBeLessThan(0.2)
    expect(Math.abs(Math.log(observed.spread / given.spread))).toBeLessThan(0.25)
  })

  test('what says nothing changes nothing, not even ε', async () => {
    const without = await posterior('y = 1 ± 0.3')
    const beside = await posterior('y = 1 ± 0.3', `x + ${WORD} = 0 ± 1000000`)
    expect(beside.report.epsilon).toBe(without.report.epsilon)
    expectSummary(summaryOf(beside.table), exact(0, 1, 0.3))
    expect(without.report.epsilon).toBe(epsilon)
    const alone = await posterior(`${WORD} = 0 ± 1000000`)
    expectSummary(summaryOf(alone.table), { share: SHARE, wet: WET, dry: DRY, spread: 1.25 })
  })

  test.each([
    ['season = 1 ± 1', 'observation-column', 'P(season = dry), which is 1'],
    ['rain = 1 ± 1', 'observation-column', 'P(rain), which is 1'],
    ['P(season) = 1 ± 1', 'observation-level', 'P(season = dry)'],
    ['P(saeson = dry) = 1 ± 1', 'column-unknown', 'season'],
    ['P(season = dri) = 1 ± 1', 'level-unknown', 'P(season = dry)'],
    ['P(season = "dry") = 1 ± 1', 'level-unknown', 'P(season = dry)'],
    ['P(season = autumn) = 1 ± 1', 'level-unknown', 'a value that occurs in the data'],
    ['P(rain = maybe) = 1 ± 1', 'level-unknown', 'a value that occurs in the data'],
    ['P(x = 1) = 1 ± 1', 'observation-column', 'x without P, or --types x=category']
  ])('%s is refused and says how', async (text, code, remedy) => {
    await expect(posterior(text)).rejects.toMatchObject({ code, remedy: expect.stringContaining(remedy) })
  })
})

describe.each([
  ['a linear codec', false],
  ['a codec that nobody knows to be linear', true]
])('behind %s', { tags: ['slow'] }, (_, hidden) => {
  test('classes are weighed by the same evidence', { tags: ['slow'] }, async () => {
    const raw = {
      rowCount: M,
      columns: data.table.columns.flatMap((column): RawColumn[] =>
        isNumeric(column)
          ? [{ name: column.name, source: 'number' as const, values: column.values }]
          : column.name === 'season' && isCategorical(column)
            ? [{ name: column.name, source: 'text' as const, values: Array.from(column.codes, (code) => column.levels[code]!) }]
            : []
      )
    }
    // Behind the linear one ε is looked for.
    const bandwidth = hidden ? 0.05 : 'auto'
    const fitted = await fitLatentTable(raw, { latent: 'pca:2', scaling: 'standard', seed: 1, bandwidth }, { engine })
    const { linear, ...codec } = fitted.codec
    expect(linear).toBeDefined()
    const latent = hidden ? { ...fitted, codec } : fitted
    const { table } = await sampleLatentConditioned(latent, { observe: [`y + 2*${WORD} = 0.5 ± 0.5`], rows: COUNT }, context)
    expectSummary(summaryOf(table), exact(2, 0.5, 0.5))
  })
})

describe('classes that are swept', { tags: ['slow'] }, () => {
  test('a level of many columns of categories follows its evidence', async () => {
    const u = uniforms(keyFromSeed(4), 5 * M)
    const raw = {
      rowCount: M,
      columns: [
        ...Array.from({ length: 5 }, (_, c) => ({
          name: `c${c}`,
          source: 'text' as const,
          values: Array.from({ length: M }, (_, i) => 'abcd'[Math.floor(4 * u[c * M + i]!)]!)
        })),
        { name: 'x', source: 'number' as const, values: normals(keyFromSeed(6), M) }
      ]
    }
    const swept = await fitGlobal(inferTable(raw), { scaling: 'standard', bandwidth: 0.3 }, context)
    expect(swept.summary.categories).toBe('sweep')
    const { table } = await samplePosterior(swept, { observe: ['P(c3 = b) = 1 ± 1', 'x = 1 ± 0.5'], rows: COUNT }, context)
    const c3 = table.columns[3]!
    if (!isCategorical(c3)) throw new Error(c3.name)
    const before = raw.columns[3]!.values as string[]
    const share = before.filter((one) => one === 'b').length / M
    const odds = (share / (1 - share)) * exp(0.5)
    expect(Math.abs(c3.codes.filter((code) => c3.levels[code] === 'b').length / COUNT - odds / (1 + odds))).toBeLessThan(0.07)
  })
})
