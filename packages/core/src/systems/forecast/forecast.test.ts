import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { matrix } from '../../num/matrix.js'
import { keyAtStep, keyFor, keyFromSeed, normals } from '../../num/random.js'
import { type InferredTable, inferTable } from '../../table/infer.js'
import { isNumeric, type Table } from '../../table/table.js'
import { drawForecast } from './draw.js'
import { type ForecastModel, fitForecast, trainingSeries } from './forecast.js'
import { loadForecast, saveForecast } from './save.js'
import { type DrawnSeries, series } from './system.js'
import { fitTransition, Transition } from './transition.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const context = { engine, key: keyFromSeed(3) }
const codeOf = (code: string) => expect.objectContaining({ code })

function seriesOf(columns: Readonly<Record<string, Float64Array>>): InferredTable {
  const entries = Object.entries(columns)
  return inferTable({
    rowCount: entries[0]![1].length,
    columns: entries.map(([name, values]) => ({ name, source: 'number' as const, values }))
  })
}

/** x_n = a x_{n−1} + b x_{n−2} + ξ. */
function autoregressive(count: number, a: number, b: number, seed: number): Float64Array {
  const xi = normals(keyFromSeed(seed), count)
  const out = new Float64Array(count)
  for (let n = 0; n < count; n++) out[n] = a * (out[n - 1] ?? 0) + b * (out[n - 2] ?? 0) + xi[n]!
  return out
}

function valuesOf(table: Table, name: string): Float64Array {
  const column = table.columns.find((c) => c.name === name)
  if (!column || !isNumeric(column)) throw new Error(name)
  return column.values
}

it('numbers of few values go on among these', async () => {
  const state = autoregressive(400, 0.8, 0, 21)
  const noise = normals(keyFromSeed(22), 800)
  const stars = state.map((a, i) => Math.min(5, Math.max(1, Math.round(3 + 0.6 * a + 0.4 * noise[i]!))))
  const calls = state.map((a, i) => Math.floor(Math.exp(1 + 0.3 * a + 0.3 * noise[400 + i]!)))
  const model = await fitForecast(seriesOf({ stars, calls }), {}, context)
  const { table } = await drawForecast(model, { members: 500, steps: 10 }, context)
  for (const [name, values] of Object.entries({ stars, calls })) {
    const all = new Set(values)
    expect(valuesOf(table, name).filter((x) => !all.has(x))).toHaveLength(0)
  }
})

describe('a series with a spike, as rain that is often none', () => {
  // Dry days stay dry with probability 0.9, wet ones become dry with 0.3: three of four are dry. Amounts are e^(1 + z/2).
  const days = 600
  const [chance, size] = [normals(keyFromSeed(41), days), normals(keyFromSeed(42), days)]
  const rain = new Float64Array(days)
  for (let n = 1; n < days; n++) {
    const wet = chance[n]! > (rain[n - 1] === 0 ? 1.2816 : -0.5244)
    rain[n] = wet ? Number(Math.exp(1 + size[n]! / 2).toFixed(2)) : 0
  }
  const share = (values: readonly number[]) => values.reduce((sum, x) => sum + Number(x === 0), 0) / values.length
  const [members, steps] = [500, 15]

  it('goes on with the spike as often as it comes, longer where it is, and with the amounts beside it', async () => {
    const model = await fitForecast(seriesOf({ rain }), {}, context)
    const x = valuesOf((await drawForecast(model, { members, steps }, context)).table, 'rain')
    const late = Array.from(x).filter((_, i) => i % steps >= 9)
    // The series itself is of some 90 spells: its own share errs by 0.04. As Gaussians, one value in a hundred was zero.
    expect(Math.abs(share(late) - share([...rain]))).toBeLessThan(0.1)
    const after = (dry: boolean) => share(Array.from(x).filter((_, i) => i % steps > 0 && (x[i - 1] === 0) === dry))
    expect(after(true) - after(false)).toBeGreaterThan(0.15)
    const logMean = (values: readonly number[]) => values.filter((v) => v > 0).reduce((sum, v, _, all) => sum + Math.log(v) / all.length, 0)
    expect(Math.abs(logMean(late) - 1)).toBeLessThan(0.2)
    const again = loadForecast(unpackModel(packModel(saveForecast(model))))
    const few = async (of: typeof model) => valuesOf((await drawForecast(of, { members: 20, steps }, context)).table, 'rain')
    expect(await few(again)).toEqual(await few(model))
  })
})

describe('a transition', () => {
  it('is the law of an AR(1) series: mean φ x, variance 1', async () => {
    const x = autoregressive(500, 0.8, 0, 1)
    const pairs = { inputs: matrix(499, 1, x.slice(0, 499)), outputs: matrix(499, 1, x.slice(1)) }
    const transition = new Transition(await fitTransition(pairs, {}, context), engine)
    const drawn = (await transition.step(matrix(800, 1, new Float64Array(800).fill(2)), keyFromSeed(1))).data
    const mean = drawn.reduce((s, v) => s + v / 800, 0)
    const variance = drawn.reduce((s, v) => s + (v - mean) ** 2 / 800, 0)
    // φ from 500 pairs is known to 0.03, twice that at x = 2; four of them.
    expect(Math.abs(mean - 1.6)).toBeLessThan(0.3)
    expect(Math.abs(variance - 1)).toBeLessThan(0.3)
  })

  it('bends with the data where twiced, every unit apart', async () => {
    const x = normals(keyFromSeed(5), 800)
    const noise = normals(keyFromSeed(6), 1600)
    const outputs = matrix(800, 2)
    for (let i = 0; i < 800; i++) {
      outputs.data[2 * i] = x[i]! ** 2 + 0.1 * noise[2 * i]!
      outputs.data[2 * i + 1] = -x[i]! + 0.1 * noise[2 * i + 1]!
    }
    const pairs = { inputs: matrix(800, 1, x), outputs }
    const units = [0, 1].map((c) => ({ outputs: [c], inputs: [0] }))
    const wide = { units, outputFactor: 'free', inputBandwidth: 0.5 } as const
    const errors: number[] = []
    for (const twicing of [false, true]) {
      const transition = new Transition(await fitTransition(pairs, { ...wide, twicing }, context), engine)
      const drawn = (await transition.step(matrix(4000, 1), keyFromSeed(7))).data
      const mean = (c: number) => drawn.reduce((sum, v, i) => sum + (i % 2 === c ? v / 4000 : 0), 0)
      // x² at 0; the line is at 0 there in both.
      errors.push(Math.abs(mean(0)))
      expect(Math.abs(mean(1))).toBeLessThan(0.03)
    }
    expect(errors[1]).toBeLessThan(0.7 * errors[0]!)
  })

  it('follows a deterministic map closely, and repeats itself with the same key', { tags: ['slow'] }, async () => {
    const x = new Float64Array(400)
    x[0] = 0.3
    for (let n = 1; n < 400; n++) x[n] = 3.8 * x[n - 1]! * (1 - x[n - 1]!)
    const pairs = { inputs: matrix(399, 1, x.slice(0, 399)), outputs: matrix(399, 1, x.slice(1)) }
    const transition = new Transition(await fitTransition(pairs, {}, context), engine)
    const inputs = matrix(3, 1, Float64Array.of(0.3, 0.5, 0.8))
    const drawn = (await transition.step(inputs, keyFromSeed(2))).data
    for (const [i, v] of drawn.entries()) expect(Math.abs(v - 3.8 * inputs.data[i]! * (1 - inputs.data[i]!))).toBeLessThan(0.02)
    expect((await transition.step(inputs, keyFromSeed(2))).data).toEqual(drawn)
  })

  it('a row of outputs is the same whatever the number of rows, where they have several modes too', { tags: ['slow'] }, async () => {
    const xi = normals(keyFromSeed(6), 800)
    const x = new Float64Array(400)
    for (let n = 1; n < 400; n++) x[n] = 0.3 * x[n - 1]! + (xi[2 * n]! > 0 ? 2 : -2) + 0.2 * xi[2 * n + 1]!
    const model = await fitTransition({ inputs: matrix(399, 1, x.slice(0, 399)), outputs: matrix(399, 1, x.slice(1)) }, {}, context)
    // A kernel on the outputs, too: rows start at picked ones.
    expect(model.choices[0]!.targetFactor).not.toBe('free')
    const transition = new Transition(model, engine)
    const [few, many] = await Promise.all([20, 700].map((rows) => transition.step(matrix(rows, 1), keyFromSeed(2))))
    expect(many!.data.subarray(0, 20)).toStrictEqual(few!.data)
    expect(new Set(many!.data).size).toBe(700)
  })

  it('stays bounded for many steps', async () => {
    const x = autoregressive(200, 0.99, 0, 4)
    const pairs = { inputs: matrix(199, 1, x.slice(0, 199)), outputs: matrix(199, 1, x.slice(1)) }
    const transition = new Transition(await fitTransition(pairs, { inputBandwidth: 0.1, outputFactor: 'free' }, context), engine)
    const largest = x.reduce((m, v) => Math.max(m, Math.abs(v)), 0)
    let state = matrix(5, 1)
    for (let n = 1; n <= 1000; n++) state = await transition.step(state, keyAtStep(keyFor(context.key, 'run'), n))
    for (const v of state.data) expect(Math.abs(v)).toBeLessThan(3 * largest)
  })

  it('refuses pairs and units that cannot be', async () => {
    const pairs = { inputs: matrix(20, 1), outputs: matrix(19, 1) }
    await expect(fitTransition(pairs, {}, context)).rejects.toThrow(codeOf('transition-pairs'))
    const good = { inputs: matrix(20, 1, normals(keyFromSeed(1), 20)), outputs: matrix(20, 1, normals(keyFromSeed(2), 20)) }
    await expect(fitTransition(good, { units: [{ outputs: [1], inputs: [0] }] }, context)).rejects.toThrow(codeOf('transition-units'))
    await expect(fitTransition(good, { twicing: true }, context)).rejects.toThrow(codeOf('transition-twicing'))
    await expect(fitTransition(good, { twicing: true, outputFactor: 1 }, context)).rejects.toThrow(codeOf('transition-twicing'))
    const transition = new Transition(await fitTransition(good, {}, context), engine)
    await expect(transition.step(matrix(2, 3), keyFromSeed(1))).rejects.toThrow(codeOf('transition-inputs'))
  })
})

describe('a forecast', () => {
  it('uses its memory: variance of the next value of an AR(2) series', async () => {
    const series = seriesOf({ x: autoregressive(600, 0, 0.9, 5) })
    const spread = async (memory: number) => {
      const model = await fitForecast(series, { memory }, context)
      const values = valuesOf((await drawForecast(model, { members: 300, steps: 1 }, context)).table, 'x')
      const mean = values.reduce((s, v) => s + v / 300, 0)
      return values.reduce((s, v) => s + (v - mean) ** 2 / 300, 0)
    }
    // One step is blind to the law: variance 1/(1 − 0.81) = 5.3; two steps see it: 1.
    expect(await spread(2)).toBeLessThan(1.7)
    expect(await spread(1)).toBeGreaterThan(2.5)
  })

  it('draws each member by itself: the same among few and among many', async () => {
    const model = await fitForecast(seriesOf({ x: autoregressive(120, 0.7, 0, 8), y: autoregressive(120, 0.5, 0, 9) }), {}, context)
    const drawn = async (members: number) => (await drawForecast(model, { members, steps: 3 }, context)).table
    const [few, many] = [await drawn(3), await drawn(50)]
    for (const name of ['x', 'y']) expect(valuesOf(many, name).subarray(0, 9)).toStrictEqual(valuesOf(few, name))
  })

  it('writes member, step, then the columns, and continues the times', async () => {
    const x = autoregressive(100, 0.5, 0, 6)
    const series = seriesOf({ t: Float64Array.from({ length: 100 }, (_, i) => 10 + 0.5 * i), x, still: new Float64Array(100).fill(3) })
    const model = await fitForecast(series, { time: 't' }, context)
    const { table } = await drawForecast(model, { members: 2, steps: 3 }, context)
    expect(table.columns.map((c) => c.name)).toEqual(['member', 'step', 't', 'x', 'still'])
    expect(Array.from(valuesOf(table, 'member'))).toEqual([1, 1, 1, 2, 2, 2])
    expect(Array.from(valuesOf(table, 'step'))).toEqual([1, 2, 3, 1, 2, 3])
    expect(valuesOf(table, 't')[0]).toBeCloseTo(60, 6)
    expect(Array.from(valuesOf(table, 'still'))).toEqual([3, 3, 3, 3, 3, 3])
  })

  it.each([
    ['2020-01-01', 0, ['2024-03-01', '2024-04-01', '2024-05-01']],
    ['2020-01-01', -1, ['2024-02-29', '2024-03-31', '2024-04-30']]
  ])('continues months by the calendar from %s, %i days', async (_, days, wanted) => {
    const at = (month: number) => Date.UTC(2020, month, 1 + days)
    const data = inferTable({
      rowCount: 50,
      columns: [
        { name: 'when', source: 'datetime', values: Float64Array.from({ length: 50 }, (_, i) => at(i)) },
        { name: 'x', source: 'number', values: autoregressive(50, 0.5, 0, 6) }
      ]
    })
    const model = await fitForecast(data, { time: 'when' }, context)
    expect(model.summary.notes).toEqual([])
    const again = loadForecast(unpackModel(packModel(saveForecast(model))))
    const { table } = await drawForecast(again, { members: 1, steps: 3 }, context)
    expect(Array.from(valuesOf(table, 'when'), (time) => new Date(time).toISOString().slice(0, 10))).toEqual(wanted)
  })

  it('says of even steps that they could be the time, and what a series is made of', { tags: ['slow'] }, async () => {
    const x = autoregressive(60, 0.5, 0, 6)
    const year = Float64Array.from({ length: 60 }, (_, i) => 1960 + i)
    const notes = async (columns: Readonly<Record<string, Float64Array>>) =>
      (await fitForecast(seriesOf(columns), {}, context)).summary.notes
    expect((await notes({ year, x })).join()).toMatch(/--time year/)
    expect((await notes({ total: year.map((t, i) => t + 0.2 * Math.abs(x[i]!)), x })).join()).not.toMatch(/--time/)
    const { table, formats, notes: inferred } = seriesOf({ x })
    const gap = { ...table, columns: [{ ...table.columns[0]!, missing: Uint8Array.from(x, (_, i) => (i === 9 ? 1 : 0)) } as never] }
    const asked = { memory: x.length - 9 }
    await expect(fitForecast({ table: gap, formats, notes: inferred }, asked, context)).rejects.toThrow(codeOf('series-short'))
  })

  it('takes rows of which the newest comes first from the last one up, and says so', async () => {
    const x = autoregressive(60, 0.9, 0, 6)
    const t = Float64Array.from(x, (_, i) => 2 * i)
    const of = (model: ForecastModel) => drawForecast(model, { members: 4, steps: 3 }, context)
    const options = { time: 't', memory: 1 }
    const model = await fitForecast(seriesOf({ x: x.slice().reverse(), t: t.slice().reverse() }), options, context)
    const wanted = await of(await fitForecast(seriesOf({ x, t }), options, context))
    expect((await of(model)).table).toEqual(wanted.table)
    expect(valuesOf(wanted.table, 't')[0]).toBe(120)
    expect(model.summary.notes).toContain('rows are taken from the last one up: t descends from row to row')
    const { summary } = await fitForecast(seriesOf({ x, t: t.slice().reverse() }), { memory: 1 }, context)
    expect(summary.notes.join()).toMatch(/t descends .* with --time t rows are taken from the last one up/)
  })

  it('localises: each column from its neighbours on a ring', async () => {
    const columns = Object.fromEntries(Array.from({ length: 6 }, (_, c) => [`x${c}`, autoregressive(150, 0.7, 0, 20 + c)]))
    const model = await fitForecast(seriesOf(columns), { local: { kind: 'ring', radius: 1 } }, context)
    expect(model.summary.inputs!.x0!.length).toBeLessThanOrEqual(3)
    expect(model.summary.inputs!.x0).toContain('x0 1 back')
    const { table } = await drawForecast(model, { members: 4, steps: 2 }, context)
    expect(table.rowCount).toBe(8)
  })

  it('comes back from a model file, draws the same bytes and still knows its series', async () => {
    const columns = Object.fromEntries(Array.from({ length: 5 }, (_, c) => [`x${c}`, autoregressive(120, 0.7, 0, 40 + c)]))
    const series = seriesOf({ ...columns, t: Float64Array.from({ length: 120 }, (_, i) => 2 * i) })
    for (const options of [
      { memory: 2, changes: 'off' as const },
      { memory: 2, changes: ['x1', 'x3'] },
      { local: { kind: 'ring' as const, radius: 1 }, time: 't' }
    ]) {
      const model = await fitForecast(series, options, context)
      const again = loadForecast(unpackModel(packModel(saveForecast(model))))
      const draw = (m: typeof model) => drawForecast(m, { members: 3, steps: 4 }, context)
      expect(await draw(again)).toEqual(await draw(model))
      const known = trainingSeries(again)
      const first = model.memory + (model.changes ? 1 : 0)
      expect(known.rowCount).toBe(120 - first)
      const own = valuesOf(known, 'x3')
      for (const [i, x] of own.entries()) expect(x).toBeCloseTo(columns.x3![i + first]!, 9)
    }
    expect(() => loadForecast({ kind: 'local', meta: {}, arrays: {} })).toThrow(codeOf('model-kind'))
  })

  it('refuses series that cannot be continued', async () => {
    const x = autoregressive(20, 0.5, 0, 7)
    const fit = (series: InferredTable, options = {}) => fitForecast(series, options, context)
    await expect(fit(seriesOf({ x }), { memory: 15 })).rejects.toThrow(codeOf('series-short'))
    await expect(fit(seriesOf({ x }), { memory: 0 })).rejects.toThrow(codeOf('memory'))
    await expect(fit(seriesOf({ x }), { time: 'nope' })).rejects.toThrow(codeOf('time-column'))
    await expect(fit(seriesOf({ x, t: x }), { time: 't' })).rejects.toThrow(codeOf('time-order'))
    await expect(fit(seriesOf({ x, t: x }), { time: 't' })).rejects.toThrow(/sorting the series/)
    // Several series in one table, row by row or one below the other.
    for (const again of [x.map((_, i) => i >> 1), x.map((_, i) => i % (x.length >> 1))])
      await expect(fit(seriesOf({ x, t: again }), { time: 't' })).rejects.toThrow(/one row for each time/)
    await expect(fit(seriesOf({ x, step: x }))).rejects.toThrow(codeOf('columns-clash'))
    await expect(fit(seriesOf({ x: new Float64Array(20).fill(1) }))).rejects.toThrow(codeOf('series-constant'))
    await expect(fit(seriesOf({ x }), { local: { kind: 'window', radius: 1 } })).rejects.toThrow(codeOf('window-size'))
  })
})

it('more columns than one problem takes are refused before a plan tells how long they would take', () => {
  const wide = (count: number) => ({
    rowCount: 60,
    columns: Array.from({ length: count }, (_, c) => ({ name: `x${c}`, source: 'number' as const, values: autoregressive(60, 0.5, 0, c) }))
  })
  const asked = (count: number, options = {}) => series.optionsFor(wide(count), { rules: 'off', ...options }, { rows: 2, steps: 3 })
  expect(() => asked(41)).toThrow(codeOf('transition-size'))
  expect(() => asked(30, { memory: 2 })).toThrow(codeOf('transition-size'))
  expect(asked(40)).toEqual({ rules: 'off' })
  expect(asked(41, { local: { kind: 'auto' } })).toEqual({ rules: 'off', local: { kind: 'auto' } })
})

it('rules of the series that nobody wants are counted where its continuations break them, and none that they keep', async () => {
  const walk = autoregressive(400, 0.8, 0, 31)
  const width = autoregressive(400, 0.2, 0, 32).map((x) => x * x)
  // In tenths.
  const tenths = (values: Float64Array) => values.map((x) => Math.round(10 * x) / 10)
  const [low, spread] = [tenths(walk), tenths(width)]
  const columns = { low, high: low.map((x, i) => Math.round(10 * (x + spread[i]!)) / 10), other: tenths(autoregressive(400, 0.5, 0, 33)) }
  const input = { rowCount: 400, columns: Object.entries(columns).map(([name, values]) => ({ name, source: 'number' as const, values })) }
  const model = await series.fit(input, { memory: 1, rules: 'off' }, context)
  const request = { rows: 50, steps: 20 }
  const drawn = (await series.draw(model, request, context)) as DrawnSeries
  const [lows, highs] = [valuesOf(drawn.table, 'low'), valuesOf(drawn.table, 'high')]
  const broken = lows.filter((x, i) => Math.round(10 * highs[i]!) < Math.round(10 * x)).length
  expect(broken).toBeGreaterThan(10)
  // Where the width is none both are the same.
  expect(drawn.warnings.map(({ name }) => name)).toEqual(['rules-broken', 'equal-lost'])
  expect(drawn.warnings[0]!.message.split(',')[0]).toBe(`${broken} of 1`)
  expect(drawn.warnings[0]!.message).toContain('000 rows break high >= low')
  expect(series.tell(model, { answer: drawn, request }).warnings).toEqual(drawn.warnings)
  const apart = { ...input, columns: input.columns.map((one) => (one.name === 'high' ? { ...one, name: 'spread', values: spread } : one)) }
  const other = await series.fit(apart, { memory: 1, rules: 'off' }, context)
  expect((await series.draw(other, request, context)).warnings).toEqual([])
})
