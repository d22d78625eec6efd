import { beforeAll, describe, expect, test } from 'vitest'
import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Given } from '../../know/conditions.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { mean, variance } from '../../num/statistics.js'
import { inferTable } from '../../table/infer.js'
import { isNumeric } from '../../table/table.js'
import { type ForecastModel, fitForecast } from './forecast.js'
import { drawForecastUnder, type KnownForecast, type KnownForecastRequest } from './known.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine, key: keyFromSeed(3) }
const codeOf = (code: string) => expect.objectContaining({ code })
const [STEPS, MEMBERS] = [6, 800]

/** x_n = 0.8 x_{n−1} + ξ, y_n = x_{n−1} + 0.5 η. */
function series(count: number) {
  const noise = normals(keyFromSeed(8), 2 * count)
  const [x, y] = [new Float64Array(count), new Float64Array(count)]
  for (let n = 1; n < count; n++) {
    x[n] = 0.8 * x[n - 1]! + noise[2 * n]!
    y[n] = x[n - 1]! + 0.5 * noise[2 * n + 1]!
  }
  return { x, y }
}

const { x, y } = series(700)
/** The first rows of the series. */
const first = (rows: number) =>
  inferTable({
    rowCount: rows,
    columns: [
      { name: 'x', source: 'number', values: x.slice(0, rows) },
      { name: 'y', source: 'number', values: y.slice(0, rows) }
    ]
  })

let model: ForecastModel
beforeAll(async () => {
  model = await fitForecast(first(x.length), { memory: 1 }, context)
})

const ask = (known: Omit<KnownForecastRequest, 'members' | 'steps'>) =>
  drawForecastUnder(model, { members: MEMBERS, steps: STEPS, ...known }, context)

/** Values of a column at a step, one a member. */
function at({ table }: KnownForecast, name: string, step: number, steps = STEPS): Float64Array {
  const column = table.columns.find((one) => one.name === name)!
  if (!isNumeric(column)) throw new Error(name)
  return column.values.filter((_, i) => i % steps === step - 1)
}

const last = x[x.length - 1]!
/** Mean and variance of x at a step from the last row alone, and its covariance with another step's. */
const prior = (step: number) => 0.8 ** step * last
const covariance = (s: number, t: number) => {
  let sum = 0
  for (let k = 1; k <= Math.min(s, t); k++) sum += 0.8 ** (s - k) * 0.8 ** (t - k)
  return sum
}

/** Moments of x at a step once x at step k was observed with a deviation. */
function posterior(step: number, k: number, value: number, deviation: number): [number, number] {
  const gain = covariance(step, k) / (covariance(k, k) + deviation ** 2)
  return [prior(step) + gain * (value - prior(k)), covariance(step, step) - gain * covariance(k, step)]
}

describe('a forecast under what is known of later steps', () => {
  test.each<[string, Omit<KnownForecastRequest, 'members' | 'steps'>, number]>([
    ['a given value', { given: { 'x@4': 3 } }, 0],
    ['a sharp observation', { observe: ['`x@4` = 3 ± 0.01'] }, 0.01],
    ['a mild observation', { observe: ['`x@4` = 3 ± 0.5'] }, 0.5],
    [
      "a likelihood of a user's own",
      {
        likelihood: { logLikelihood: (row) => -2 * ((row['x@4'] as number) - 3) ** 2 }
      },
      0.5
    ]
  ])('%s has the posterior of the closed form at every step', async (_, known, deviation) => {
    const found = await ask(known)
    for (const step of [1, 2, 3, 4, 5, 6]) {
      const [centre, spread] = posterior(step, 4, 3, deviation)
      const values = at(found, 'x', step)
      // 800 members: 0.05 of a mean, 5 % of a variance, half as many by a likelihood; the regression on 700 rows as much again.
      expect(Math.abs(mean(values) - centre), `mean at step ${step}`).toBeLessThan(0.25)
      if (spread > 0.01) expect(Math.abs(Math.log(variance(values) / spread)), `variance at step ${step}`).toBeLessThan(0.3)
    }
    expect(found.report.warnings).toEqual([])
  })

  test('an interval is kept, and pulls the steps before it', { tags: ['slow'] }, async () => {
    const found = await ask({ given: { 'x@3': { from: 2 } } })
    expect(Math.min(...at(found, 'x', 3))).toBeGreaterThanOrEqual(2)
    // E[x_3 | x_3 > 2] of N(m, v), and what x_1 follows of it.
    const [m, v] = [prior(3), covariance(3, 3)]
    const h = (2 - m) / Math.sqrt(v)
    const hazard = Math.exp(-0.5 * h * h) / Math.sqrt(2 * Math.PI) / (0.5 * (1 - erf(h / Math.SQRT2)))
    const centre = m + Math.sqrt(v) * hazard
    expect(Math.abs(mean(at(found, 'x', 3)) - centre)).toBeLessThan(0.2)
    expect(Math.abs(mean(at(found, 'x', 1)) - (prior(1) + (covariance(1, 3) / v) * (centre - m)))).toBeLessThan(0.2)
  })

  test('a column that follows another tells of its past', async () => {
    // y_3 = x_2 + 0.5 η.
    const found = await ask({ given: { 'y@3': 4 } })
    const [centre, spread] = posterior(2, 2, 4, 0.5)
    expect(Math.abs(mean(at(found, 'x', 2)) - centre)).toBeLessThan(0.25)
    expect(Math.abs(Math.log(variance(at(found, 'x', 2)) / spread))).toBeLessThan(0.4)
    expect(new Set(at(found, 'y', 3))).toEqual(new Set([4]))
  })

  test('under several conditions, each has the members that it has alone; one that comes twice has others then', {
    tags: ['slow']
  }, async () => {
    const few = { members: 50, steps: STEPS }
    const conditions: Given[] = [{ 'x@4': 3 }, {}, { 'y@2': { to: 0 }, 'x@5': -1 }, { 'x@4': 3 }]
    const asked = { observe: ['`x@6` = 1 ± 0.3'] }
    const all = await drawForecastUnder(model, { ...few, ...asked, given: conditions }, context)
    const values = ({ table }: KnownForecast) => table.columns.map((column) => (isNumeric(column) ? column.values : []))
    const parts = conditions.map((_, k) =>
      values(all).map((column) => column.slice(k * few.members * STEPS, (k + 1) * few.members * STEPS))
    )
    expect(parts[3]![2]).not.toStrictEqual(parts[0]![2])
    for (const [k, given] of conditions.slice(0, 3).entries()) {
      const alone = await drawForecastUnder(model, { ...few, ...asked, given }, context)
      expect(parts[k]).toStrictEqual(values(alone))
      expect(all.report.conditions[k]).toEqual(alone.report.conditions[0])
    }
  })

  // Which rows a batch has does not hang on the length of the series; what a member costs does.
  let short: Promise<ForecastModel>
  beforeAll(() => {
    short = fitForecast(first(100), { memory: 1 }, context)
  })
  test.each<[string, Partial<KnownForecastRequest>]>([
    ['a value', { given: { 'x@1': 1 } }],
    ['an interval', { given: { 'x@1': { from: 1 } } }],
    ['a likelihood', { likelihood: { logLikelihood: (row) => -2 * ((row['y@1'] as number) - 1) ** 2 } }]
  ])('a whole batch of members is the same whatever their number: under %s', { tags: ['slow'] }, async (_, known) => {
    const draw = async (members: number) => at(await drawForecastUnder(await short, { members, steps: 1, ...known }, context), 'y', 1, 1)
    const [batch, more] = [await draw(BATCH_ROWS), await draw(BATCH_ROWS + 1500)]
    expect(more.length).toBe(BATCH_ROWS + 1500)
    expect(more.subarray(0, BATCH_ROWS)).toStrictEqual(batch)
    // What comes after is another batch: other members, of the same law.
    const rest = more.subarray(BATCH_ROWS)
    expect(rest).not.toStrictEqual(batch.subarray(0, rest.length))
    // The mean of 1,500 members of spread 1.1: 0.028.
    expect(Math.abs(mean(rest) - mean(batch))).toBeLessThan(0.13)
  })

  test('what says nothing changes no moments, and what the series never does is warned of', { tags: ['slow'] }, async () => {
    const found = await ask({ observe: ['`x@4` = 0 ± 1000000'] })
    for (const step of [1, 4, 6]) expect(Math.abs(mean(at(found, 'x', step)) - prior(step))).toBeLessThan(0.25)
    const far = await ask({ given: { 'x@1': 3, 'x@2': 40 } })
    expect(far.report.warnings.map(({ name }) => name)).toContain('condition-outside-data')
  })

  test.each<[string, Omit<KnownForecastRequest, 'members' | 'steps'>, string]>([
    ['nothing', {}, 'posterior-empty'],
    ['a step beyond the horizon', { given: { 'x@7': 1 } }, 'column-unknown'],
    ['a column without a step', { given: { x: 1 } }, 'column-unknown'],
    ['a malformed observation', { observe: ['`x@2` ='] }, 'expression-malformed']
  ])('%s is refused', async (_, known, code) => {
    await expect(ask(known)).rejects.toThrow(codeOf(code))
  })
})

test.each([{ given: { 'x@7': 1 } }, { given: [{ 'x@1': 1 }, { 'y@7': { from: 0 } }] }, { observe: ['`x@1` + `x@7` = 1 ± 1'] }])(
  'what is known of a step after the last one asks for more steps: %j',
  async (known) => {
    await expect(ask(known)).rejects.toThrow(/--steps 7/)
  }
)

test('a step is of the column whose whole name stands before it', async () => {
  const columns = ['x', 'max'].map((name, c) => ({ name, source: 'number' as const, values: normals(keyFromSeed(8 + c), 60) }))
  const own = await fitForecast(inferTable({ rowCount: 60, columns }), { memory: 1 }, context)
  const beyond = drawForecastUnder(own, { members: 4, steps: 3, given: { 'max@9': 1 } }, context)
  await expect(beyond).rejects.toMatchObject({ got: 'max@9, of a forecast of 3 steps' })
})

/** @source Abramowitz and Stegun, 7.1.26: to 1.5e-7. */
function erf(value: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(value))
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-value * value)
  return value < 0 ? tail - 1 : 1 - tail
}
