import { describe, expect, it } from 'vitest'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import { keyFromSeed, normals, uniforms as uniformNumbers } from '../../num/random.js'
import { type RawColumn, type RawTable, takeRawRows } from '../../table/raw.js'
import type { DensityGrid } from './grid.js'
import type { DensityModel } from './model.js'
import type { DensityFit, ScoreRequest } from './options.js'
import { loadDensity, saveDensity } from './save.js'
import type { ScoredRows } from './score.js'
import { density } from './system.js'

const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
const z = normals(keyFromSeed(5), 4000)

const numbers = (name: string, values: ArrayLike<number>): RawColumn => ({ name, source: 'number', values: Float64Array.from(values) })
const texts = (name: string, values: readonly (string | null)[]): RawColumn => ({ name, source: 'text', values })
const table = (...columns: RawColumn[]): RawTable => ({ columns, rowCount: columns[0]!.values.length })

const gaussians = new Map<string, RawTable>()
/** x = 2 + 3 u, y = −1 + 0.5 (0.6 u + 0.8 v): a Gaussian, the same table for the same rows. */
const gaussian = (n: number, from = 0): RawTable => {
  const named = `${n} ${from}`
  const made = gaussians.get(named) ?? gaussianRows(n, from)
  gaussians.set(named, made)
  return made
}
const gaussianRows = (n: number, from: number): RawTable => {
  const at = (i: number) => [z[2 * (i + from)]!, z[2 * (i + from) + 1]!] as const
  const rows = Array.from({ length: n }, (_, i) => at(i))
  return table(
    numbers(
      'x',
      rows.map(([u]) => 2 + 3 * u)
    ),
    numbers(
      'y',
      rows.map(([u, v]) => -1 + 0.5 * (0.6 * u + 0.8 * v))
    )
  )
}
const gaussianLog = (x: number, y: number): number => {
  const [a, b] = [(x - 2) / 3, (y + 1) / 0.5]
  const square = (a * a - 2 * 0.6 * a * b + b * b) / (1 - 0.36)
  return -0.5 * square - Math.log(2 * Math.PI) - Math.log(3 * 0.5 * 0.8)
}

/** A ring, a category that goes with its side, and one that goes with nothing. */
const mixed: RawTable = (() => {
  const n = 300
  const angle = (i: number) => (i * 2.399963) % (2 * Math.PI)
  const points = Array.from(
    { length: n },
    (_, i) => [Math.cos(angle(i)) + 0.1 * z[2 * i]!, Math.sin(angle(i)) + 0.1 * z[2 * i + 1]!] as const
  )
  return table(
    numbers(
      'x',
      points.map(([x]) => x)
    ),
    numbers(
      'y',
      points.map(([, y]) => y)
    ),
    texts(
      'side',
      points.map(([x], i) => (i % 10 === 0 ? 'left' : x < 0 ? 'left' : 'right'))
    ),
    texts(
      'coin',
      points.map((_, i) => ['heads', 'tails', 'edge'][(i * 7) % 3]!)
    )
  )
})()

const known = new Map<RawTable, ReturnType<typeof density.fit>>()
/** A table's density; found once a table. */
const fitted = (raw: RawTable, options: DensityFit = {}) => {
  const model = known.get(raw) ?? density.fit(raw, options, { engine })
  known.set(raw, model)
  return model
}
const scored = async (raw: RawTable, rows: RawTable, request: Omit<ScoreRequest, 'score'> = {}) =>
  scoredBy(await fitted(raw), rows, request)
const scoredBy = async (model: DensityModel, score: RawTable, request: Omit<ScoreRequest, 'score'> = {}): Promise<ScoredRows> => {
  const answer = await density.draw(model, { score, ...request }, { engine })
  if (answer.kind !== 'rows') throw new Error('no rows')
  return answer
}

it('says of keys that they have no density, and nothing of new rows, of which there are none', async () => {
  const words = Array.from({ length: 80 }, (_, i) => (i < 40 ? 'of the north' : `case ${i} of its own kind`))
  const raw = table(
    numbers('x', z.slice(0, 80)),
    texts(
      'id',
      words.map((_, i) => `P-${i}-${(7919 * i) % 997}`)
    ),
    texts('what', words)
  )
  const { notes } = (await fitted(raw)).summary
  expect(notes).toContain('id: names rows, so it has no density and is left out; --types id=category takes it in')
  expect(notes.join()).not.toMatch(/new rows|gaps|what:/)
})

it('rows without weight are left out and counted, and weights have no density', async () => {
  const every = (n: number, x: number, otherwise: number) => Array.from({ length: 40 }, (_, i) => (i % n === 0 ? x : otherwise))
  const raw = table(numbers('x', [...gaussian(40).columns[0]!.values] as number[]), numbers('w', every(4, 0, 1)))
  const model = await fitted(raw, { weights: 'w' })
  expect(model.summary.notes).toContain('10 rows of 40 have no known cell, or no weight: nothing is learned from them')
  const { warnings, logDensity } = await scoredBy(model, raw)
  expect(warnings.map(({ name }) => name)).toEqual([])
  expect(logDensity.every(Number.isFinite)).toBe(true)
})

describe('log-densities', () => {
  it('of a Gaussian are its own, and so are the slopes', { tags: ['slow'] }, async () => {
    const rows = table(numbers('x', [2, 5, -1, 4]), numbers('y', [-1, -0.8, -1.5, -1.6]))
    const { logDensity, gradient } = await scored(gaussian(900), rows, { gradient: true })
    const [x, y] = rows.columns.map(({ values }) => values as Float64Array) as [Float64Array, Float64Array]
    for (const i of [0, 1, 2, 3]) {
      expect(Math.abs(logDensity[i]! - gaussianLog(x[i]!, y[i]!))).toBeLessThan(0.15)
      const h = 1e-4
      // In standard deviations: 0.25 is what 900 rows leave open two of these from the centre.
      const slope = (gaussianLog(x[i]! + h, y[i]!) - gaussianLog(x[i]! - h, y[i]!)) / (2 * h)
      expect(Math.abs(gradient!.data[2 * i]! - slope) * 3).toBeLessThan(0.3)
    }
  })

  it('are in units of the columns: other units shift them by the logarithm of the factor, and no more', { tags: ['slow'] }, async () => {
    const rows = takeRawRows(gaussian(300), [3, 77, 120])
    const scale = (raw: RawTable) => ({
      ...raw,
      columns: raw.columns.map(
        (column) =>
          ({ ...column, values: (column.values as Float64Array).map((x) => (column.name === 'x' ? 1024 * x + 64 : x)) }) as RawColumn
      )
    })
    const before = await scored(gaussian(300), rows, { gradient: true })
    const after = await scored(scale(gaussian(300)), scale(rows), { gradient: true })
    for (const i of [0, 1, 2]) {
      expect(after.logDensity[i]! - before.logDensity[i]!).toBeCloseTo(-Math.log(1024), 9)
      expect(after.gradient!.data[2 * i]! * 1024).toBeCloseTo(before.gradient!.data[2 * i]!, 7)
      expect(after.outlier[i]).toBeCloseTo(before.outlier[i]!, 6)
    }
  })

  it('integrate to 1 over numbers and levels, and unknown cells are integrated out', { tags: ['slow'] }, async () => {
    const model = await fitted(mixed)
    const step = 0.12
    const grid = Array.from({ length: 51 }, (_, k) => -3 + k * step)
    const cells = grid.flatMap((x) => grid.map((y) => [x, y] as const))
    const mass = async (side: string | null, coin: string | null, y?: number) => {
      const at = y === undefined ? cells : grid.map((x) => [x, y] as const)
      const rows = table(
        numbers(
          'x',
          at.map(([x]) => x)
        ),
        numbers(
          'y',
          at.map(([, own]) => own)
        ),
        texts(
          'side',
          at.map(() => side)
        ),
        texts(
          'coin',
          at.map(() => coin)
        )
      )
      const { logDensity } = await scoredBy(model, rows)
      return logDensity.reduce((sum, x) => sum + Math.exp(x) * (y === undefined ? step * step : step), 0)
    }
    expect(await mass(null, null)).toBeCloseTo(1, 2)
    const sides = [await mass('left', null), await mass('right', null)]
    expect(sides[0]! + sides[1]!).toBeCloseTo(1, 2)
    const alone = await scoredBy(
      model,
      table(texts('side', ['left', 'right', null]), {
        name: 'y',
        source: 'number',
        values: Float64Array.of(0, 0, 0.5),
        missing: Uint8Array.of(1, 1, 0)
      })
    )
    expect(Math.exp(alone.logDensity[0]!)).toBeCloseTo(sides[0]!, 2)
    expect(Math.exp(alone.logDensity[1]!)).toBeCloseTo(sides[1]!, 2)
    expect(Math.exp(alone.logDensity[2]!)).toBeCloseTo(await mass(null, null, 0.5), 2)
    expect(alone.warnings.map(({ name }) => name)).toEqual(['columns-absent'])
  })

  it('have the gradient that differences of them have', async () => {
    const model = await fitted(mixed)
    const h = 1e-5
    const at = (x: number, y: number) => [x, y, 'left', 'tails'] as const
    const points = [at(0.9, 0.1), at(0.9 + h, 0.1), at(0.9 - h, 0.1), at(0.9, 0.1 + h), at(0.9, 0.1 - h)]
    const rows = table(
      numbers(
        'x',
        points.map(([x]) => x)
      ),
      numbers(
        'y',
        points.map(([, y]) => y)
      ),
      texts(
        'side',
        points.map((row) => row[2])
      ),
      texts(
        'coin',
        points.map((row) => row[3])
      )
    )
    const { logDensity, gradient } = await scoredBy(model, rows, { gradient: true })
    expect(gradient!.data[0]).toBeCloseTo((logDensity[1]! - logDensity[2]!) / (2 * h), 4)
    expect(gradient!.data[1]).toBeCloseTo((logDensity[3]! - logDensity[4]!) / (2 * h), 4)
  })

  it('of one category alone are the shares of its levels', async () => {
    const raw = table(
      texts(
        'side',
        Array.from({ length: 50 }, (_, i) => (i % 5 === 0 ? 'a' : i % 5 === 1 ? 'b' : 'c'))
      )
    )
    const { logDensity } = await scored(raw, table(texts('side', ['a', 'b', 'c'])))
    for (const [i, share] of [0.2, 0.2, 0.6].entries()) expect(Math.exp(logDensity[i]!)).toBeCloseTo(share, 12)
  })

  it('leave a row of the table out, so that it is not flattered: their mean is that of fresh rows', { tags: ['slow'] }, async () => {
    const [own, fresh] = [await scored(gaussian(300), gaussian(300)), await scored(gaussian(300), gaussian(1500, 400))]
    expect([own.own, fresh.own]).toEqual([300, 0])
    const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x / values.length, 0)
    // Standard error of the difference: 1/√300 and 1/√1500, 0.063.
    expect(Math.abs(mean(own.logDensity) - mean(fresh.logDensity))).toBeLessThan(0.19)
    expect(Math.abs(mean(own.outlierP) - 0.5)).toBeLessThan(0.01)
    expect(Math.abs(mean(fresh.outlierP) - 0.5)).toBeLessThan(0.06)
  })
})

describe('a density on a grid', () => {
  const told = async (raw: RawTable, request: ScoreRequest): Promise<DensityGrid> => {
    const answer = await density.draw(await fitted(raw), request, { engine })
    if (answer.kind !== 'grid') throw new Error('no grid')
    return answer
  }
  const line = gaussian(300)

  it('of one column, of two, and of one given another is whole', async () => {
    for (const request of [{ grid: ['x'] }, { grid: ['x', 'y'] }, { grid: ['y'], given: 'x=5' }]) {
      const { mass, density: p, points } = await told(line, request)
      // What lies a standard deviation beyond 300 rows: 3.8 of a Gaussian, and a fiftieth of what a wide law of the stack has.
      expect(Math.abs(mass - 1)).toBeLessThan(0.01)
      expect([p.length, points.rowCount]).toEqual(request.grid.length === 2 ? [51 * 51, 51 * 51] : [201, 201])
    }
  })

  it('given another column has the mean and the spread of the conditional law', async () => {
    const { density: p, points } = await told(line, { grid: ['y'], given: 'x=5' })
    const y = points.columns[0]!.values as Float64Array
    const total = p.reduce((a, b) => a + b, 0)
    const mean = p.reduce((sum, q, k) => sum + (q * y[k]!) / total, 0)
    const deviation = Math.sqrt(p.reduce((sum, q, k) => sum + (q * (y[k]! - mean) ** 2) / total, 0))
    // −1 + 0.5·0.6·1 and 0.5·0.8: three standard errors of a regression on 300 rows are 0.1.
    expect(Math.abs(mean + 0.7)).toBeLessThan(0.12)
    expect(Math.abs(deviation - 0.4)).toBeLessThan(0.06)
  })

  it('of a category has its shares', async () => {
    const { density: p, points, mass } = await told(mixed, { grid: ['coin'] })
    expect([Array.from(points.columns[0]!.values as readonly string[]).toSorted(), mass]).toEqual([
      ['edge', 'heads', 'tails'],
      expect.closeTo(1, 9)
    ])
    for (const q of p) expect(q).toBeCloseTo(1 / 3, 9)
  })

  it.each<[ScoreRequest, string]>([
    [{ grid: ['x', 'y', 'side'] }, 'grid'],
    [{ grid: ['nothing'] }, 'grid'],
    [{ grid: ['x'], given: 'x=1' }, 'grid'],
    [{ grid: ['x'], given: 'y=0..1' }, 'grid'],
    [{ grid: ['x'], given: 'side=middle' }, 'level-unknown']
  ])('refuses %j', async (request, code) => {
    await expect(told(mixed, request)).rejects.toMatchObject({ code })
  })
})

describe('scores', () => {
  it('of a row are its own: order and company change nothing', { tags: ['slow'] }, async () => {
    const model = await fitted(mixed)
    const request = { gradient: true, denoise: true }
    const whole = await scoredBy(model, mixed, { ...request })
    const order = Array.from({ length: 300 }, (_, i) => (i * 7) % 300)
    const turned = await scoredBy(model, takeRawRows(mixed, order), { ...request })
    const single = await scoredBy(model, takeRawRows(mixed, [14]), { ...request })
    expect(order.map((i) => whole.logDensity[i])).toEqual(Array.from(turned.logDensity))
    expect(order.map((i) => whole.outlier[i])).toEqual(Array.from(turned.outlier))
    expect(single.logDensity[0]).toBe(whole.logDensity[14])
    expect(single.gradient!.data[1]).toBe(whole.gradient!.data[29])
    expect(single.denoised!.numbers.data[0]).toBe(whole.denoised!.numbers.data[28])
  })

  it('find rows planted where no others are', async () => {
    const planted = table(
      numbers('x', [0, 0.02, 2.5]),
      numbers('y', [0, -0.03, 2.5]),
      texts('side', ['left', 'right', 'left']),
      texts('coin', ['edge', 'heads', 'heads'])
    )
    const { outlierP, logDensity } = await scored(mixed, planted)
    for (const p of outlierP) expect(p).toBeLessThan(0.02)
    // In the middle of the ring a Gaussian is densest.
    for (const x of logDensity) expect(x).toBeLessThan(-5)
  })

  it('denoised rows go towards the data: a point beside the ring comes nearer to it', async () => {
    const off = table(
      numbers('x', [1.25, 0]),
      numbers('y', [0, -0.7]),
      texts('side', ['right', 'right']),
      texts('coin', ['heads', 'tails'])
    )
    const { denoised } = await scored(mixed, off, { denoise: true })
    const radius = (i: number) => Math.hypot(denoised!.numbers.data[2 * i]!, denoised!.numbers.data[2 * i + 1]!)
    expect(Math.abs(radius(0) - 1)).toBeLessThan(0.2)
    expect(Math.abs(radius(1) - 1)).toBeLessThan(0.25)
  })

  it('say what single rows are: levels that nobody has, numbers far outside, nothing known', async () => {
    const rows: RawTable = table(
      { name: 'x', source: 'number', values: Float64Array.of(0, 1e6, 0), missing: Uint8Array.of(0, 0, 1) },
      { name: 'y', source: 'number', values: Float64Array.of(1, 0, 0), missing: Uint8Array.of(0, 0, 1) },
      texts('side', ['middle', 'left', null]),
      texts('coin', ['heads', 'tails', null])
    )
    const model = await fitted(mixed)
    const answer = await scoredBy(model, rows)
    expect(answer.warnings.map(({ name, message }) => [name, /row[s ][^:,]*/.exec(message)?.[0]?.trim()])).toEqual([
      ['level-unknown', 'row 1 has middle'],
      ['outside', 'row 2 lies outside the data'],
      ['rows-unknown', 'row 3']
    ])
    expect(answer.logDensity[1]).toBeLessThan(-1e6)
    expect([Number.isFinite(answer.logDensity[0]!), answer.logDensity[2]]).toEqual([true, Number.NaN])
    const shown = density.present(model, answer, 'typed').columns.find(({ name }) => name === 'log_density')!
    expect(Array.from((shown as Extract<RawColumn, { source: 'number' }>).missing!)).toEqual([0, 0, 1])
  })

  it('never are −Infinity without a word: what no number holds is empty, and said', async () => {
    const small = table(
      numbers(
        'x',
        Array.from({ length: 40 }, (_, i) => 1e-10 * z[i]!)
      )
    )
    const model = await fitted(small)
    const answer = await density.draw(model, { score: table(numbers('x', [1e149, 0])) }, { engine })
    expect(answer.warnings.map(({ name }) => name)).toEqual(['outside', 'density-underflow'])
    const shown = density.present(model, answer, 'typed').columns.find(({ name }) => name === 'log_density')!
    expect(Array.from((shown as Extract<RawColumn, { source: 'number' }>).missing!)).toEqual([1, 0])
  })

  it('refuse rows that share no column, names that are taken, and a table in which nothing varies', async () => {
    const model = await fitted(gaussian(60))
    await expect(density.draw(model, { score: table(numbers('other', [1, 2])) }, { engine })).rejects.toMatchObject({
      code: 'columns-none'
    })
    const taken = table(numbers('x', [1, 2]), numbers('outlier', [1, 2]))
    await expect(density.draw(model, { score: taken }, { engine })).rejects.toMatchObject({ code: 'column-duplicate' })
    await expect(fitted(table(numbers('x', new Array(40).fill(3))))).rejects.toMatchObject({ code: 'columns-none' })
    await expect(density.draw(model, { score: table(texts('x', ['red', 'blue'])) }, { engine })).rejects.toMatchObject({
      name: 'InputError'
    })
  })
})

describe('what a density is learned from', () => {
  it('fewer than 30 rows make one Gaussian, and it is said', async () => {
    const model = await fitted(gaussian(12))
    expect(model.stack.map(({ epsilon, weight }) => [epsilon, weight])).toEqual([[Number.POSITIVE_INFINITY, 1]])
    expect(model.summary.notes.join()).toContain('12 rows: too few to choose a bandwidth;')
  })
  it('a column that others give has no density of its own', async () => {
    const raw = gaussian(100)
    const round = (values: RawColumn['values']) => Array.from(values as Float64Array, (x) => x.toFixed(2))
    const [x, y] = raw.columns.map(({ values }) => round(values)) as [string[], string[]]
    const sum = table(
      texts('x', x),
      texts('y', y),
      texts(
        'total',
        x.map((cell, i) => (Number(cell) + Number(y[i])).toFixed(2))
      )
    )
    const model = await fitted(sum)
    expect(model.summary.derived).toEqual(['total'])
    expect(model.summary.measure).toBe('density per unit of x and unit of y')
    const without = await fitted({ ...sum, columns: sum.columns.slice(0, 2) })
    const [a, b] = await Promise.all([model, without].map((one) => scoredBy(one, sum)))
    expect(Array.from(a!.logDensity)).toEqual(Array.from(b!.logDensity))
  })
  it('gaps are filled by draws, and rows with gaps are scored by what they know', { tags: ['slow'] }, async () => {
    const holed: RawTable = {
      ...mixed,
      columns: mixed.columns.map((column, c) => {
        if (column.source === 'text') return { ...column, values: column.values.map((cell, i) => ((i + c) % 9 === 0 ? null : cell)) }
        return { ...column, missing: Uint8Array.from({ length: column.values.length }, (_, i) => ((i + c) % 8 === 0 ? 1 : 0)) } as RawColumn
      })
    }
    const { logDensity, own } = await scored(holed, holed)
    expect(own).toBeGreaterThan(250)
    expect(logDensity.every(Number.isFinite)).toBe(true)
  })

  describe('of an amount that is zero in two rows of five, and of an x that has nothing to do with it', () => {
    const rowsFrom = (first: number, n: number) => {
      const rows = Array.from({ length: n }, (_, k) => first + k)
      return table(
        numbers(
          'amount',
          rows.map((i) => (z[i + 1300]! < -0.2533 ? 0 : Number(Math.exp(0.5 * z[i + 2600]!).toFixed(3))))
        ),
        numbers(
          'x',
          rows.map((i) => z[i]!)
        )
      )
    }
    const raw = rowsFrom(0, 500)
    const fresh = rowsFrom(500, 300)
    const [amount, x] = fresh.columns.map(({ values }) => values as Float64Array)
    const normalLog = (u: number): number => -0.5 * (u * u + Math.log(2 * Math.PI))

    it('zeros have their probability, others their density, x its slope at both', { tags: ['slow'] }, async () => {
      const { logDensity, gradient } = await scored(raw, fresh, { gradient: true })
      for (const zero of [true, false]) {
        const rows = Array.from(amount!.keys()).filter((i) => (amount![i] === 0) === zero)
        const mean = (of: (i: number) => number) => rows.reduce((sum, i) => sum + of(i) / rows.length, 0)
        const own = (i: number) => Math.log(0.4) + normalLog(x![i]!)
        const other = (i: number) =>
          Math.log(0.6) + normalLog(Math.log(amount![i]!) / 0.5) - Math.log(0.5 * amount![i]!) + normalLog(x![i]!)
        // Shares of 500 rows err by 0.05 of a nat, smooth laws of 200 or 300 of them by as much again; as spread over steps of 0.001 zeros were 3 nats off.
        expect(Math.abs(mean((i) => logDensity[i]! - (zero ? own(i) : other(i))))).toBeLessThan(0.2)
        // The slope of a normal is −x, of mean square 1.
        expect(Math.sqrt(mean((i) => (gradient!.data[2 * i + 1]! + x![i]!) ** 2))).toBeLessThan(1.4)
        expect(rows.every((i) => Number.isNaN(gradient!.data[2 * i]!) === zero)).toBe(true)
      }
    })

    // Of more than 1,000 rows some are left out: rows with a zero were taken for others, and scored by a density of zeros.
    it('of many rows the mean of those left out is that of all, each left out', { tags: ['slow'] }, async () => {
      const many = Float64Array.from({ length: 1500 }, (_, i) => (i % 5 < 2 ? 0 : Math.exp(z[i]! / 2)))
      const rows = table(numbers('amount', many), numbers('x', z.slice(2000, 3500)))
      const model = await fitted(rows)
      const { logDensity } = await scoredBy(model, rows)
      const all = logDensity.reduce((sum, one) => sum + one / 1500, 0)
      const spread = Math.sqrt(logDensity.reduce((sum, one) => sum + (one - all) ** 2 / 1500, 0))
      // 1,000 of 1,500: by four deviations; they were 2 nats apart.
      expect(Math.abs(model.summary.logLikelihood - all)).toBeLessThan(4 * spread * Math.sqrt(1 / 1000 - 1 / 1500))
    })

    it('the grid has what is no zero, and says so; given zero, x has its density', { tags: ['slow'] }, async () => {
      const model = await fitted(raw)
      const [whole, given] = [
        await density.draw(model, { grid: ['amount'] }, { engine }),
        await density.draw(model, { grid: ['x'], given: 'amount=0' }, { engine })
      ]
      if (whole.kind !== 'grid' || given.kind !== 'grid') throw new Error('no grid')
      const zeros = (raw.columns[0]!.values as Float64Array).filter((value) => value === 0).length / 500
      expect(Math.abs(whole.mass - (1 - zeros))).toBeLessThan(0.02)
      expect(whole.warnings).toEqual([
        { name: 'spike', message: expect.stringContaining(`amount: ${Math.round(100 * zeros)} % of the rows have 0`) }
      ])
      expect([Math.abs(given.mass - 1) < 0.02, given.warnings]).toEqual([true, []])
      expect(model.summary.measure).toBe(
        'probability of amount at 0 times density of numbers given these, per unit of amount and unit of x'
      )
    })

    it('a file keeps it', async () => {
      const model = await fitted(raw)
      const again = loadDensity(saveDensity(model))
      expect(await scoredBy(again, fresh)).toEqual(await scoredBy(model, fresh))
    })
  })

  it('values that recur are spread over their steps: levels of a count have its shares', { tags: ['slow'] }, async () => {
    const counts = Array.from({ length: 400 }, (_, i) => [0, 0, 0, 1, 1, 2, 5, 0][(i * 5) % 8]!)
    const raw = table(
      numbers('count', counts),
      numbers(
        'x',
        Array.from({ length: 400 }, (_, i) => z[i]!)
      )
    )
    const model = await fitted(raw)
    expect(model.summary.rounded).toEqual([{ name: 'count', step: 1 }])
    const { logDensity } = await scoredBy(model, table(numbers('count', [0, 1, 2, 3, 4, 5])))
    const shares = Array.from(logDensity, Math.exp)
    const wanted = [0.5, 0.25, 0.125, 0, 0, 0.125]
    shares.forEach((share, k) => {
      expect(Math.abs(share - wanted[k]!)).toBeLessThan(0.06)
    })
  })
})

describe('a column with ends', () => {
  const uniforms = uniformNumbers(keyFromSeed(8), 2000)
  const amounts = (n: number, from = 0) => Array.from({ length: n }, (_, i) => -Math.log(uniforms[i + from]!))
  const shares = (n: number, from = 0) => Array.from({ length: n }, (_, i) => 5 + uniforms[i + from]!)
  const lossOf = async (raw: RawTable, rows: RawTable, truth: (i: number) => number) => {
    const { logDensity } = await scored(raw, rows)
    return logDensity.reduce((sum, x, i) => sum + truth(i) - x, 0) / rows.rowCount
  }

  it('loses little to the truth: an exponential 0.3 nats a row without, a uniform 0.1', { tags: ['slow'] }, async () => {
    const fresh = amounts(600, 400)
    expect(await lossOf(table(numbers('x', amounts(300))), table(numbers('x', fresh)), (i) => -fresh[i]!)).toBeLessThan(0.08)
    expect(await lossOf(table(numbers('x', shares(300))), table(numbers('x', shares(600, 400))), () => 0)).toBeLessThan(0.06)
  })

  it('has a density whose integral is 1, by itself and beside another, and slopes that differences have', { tags: ['slow'] }, async () => {
    const raw = table(
      numbers('x', amounts(300)),
      numbers(
        'y',
        amounts(300).map((x, i) => Math.sqrt(x) + 0.5 * z[i]!)
      )
    )
    const model = await fitted(raw)
    expect(model.ends.map(({ number }) => number)).toContain(0)
    // In the square root of x, whose density is smooth at the end: dx = 2 r dr.
    const [roots, step] = [Array.from({ length: 160 }, (_, k) => (k + 0.5) * 0.02), 0.02]
    const alone = await scoredBy(model, table(numbers('x', roots.map((r) => r * r)))) // biome-ignore format: one line
    // Laws that know no end run over it.
    const beyond = await scoredBy(model, table(numbers('x', roots.map((r) => -r * r)))) // biome-ignore format: one line
    const mass = (side: ScoredRows) => side.logDensity.reduce((sum, log, k) => sum + Math.exp(log) * 2 * roots[k]! * step, 0)
    expect(mass(beyond)).toBeLessThan(0.02)
    expect(mass(alone) + mass(beyond)).toBeCloseTo(1, 2)
    const ys = Array.from({ length: 70 }, (_, k) => -2 + k * 0.1)
    const cells = roots.filter((_, k) => k % 2 === 0).flatMap((r) => ys.map((y) => [r + 0.01, y] as const))
    const both = await scoredBy(model, table(numbers('x', cells.map(([r]) => r * r)), numbers('y', cells.map(([, y]) => y)))) // biome-ignore format: one line
    expect(both.logDensity.reduce((sum, log, k) => sum + Math.exp(log) * 2 * cells[k]![0] * 0.04 * 0.1, 0)).toBeCloseTo(1, 1)
    const h = 1e-5
    const at = await scoredBy(model, table(numbers('x', [0.3, 0.3 + h, 0.3 - h]), numbers('y', [0.5, 0.5, 0.5])), { gradient: true })
    expect(at.gradient!.data[0]! / ((at.logDensity[1]! - at.logDensity[2]!) / (2 * h))).toBeCloseTo(1, 4)
  })

  it('is kept by a file, and rows beyond it have the density of a tail', async () => {
    const raw = table(numbers('x', amounts(200)))
    const model = await fitted(raw)
    expect(model.ends.length).toBe(1)
    const rows = table(numbers('x', [-0.5, 0.01, 1]))
    const before = await scoredBy(model, rows)
    expect(before.logDensity.every(Number.isFinite)).toBe(true)
    expect(before.logDensity[0]!).toBeLessThan(before.logDensity[1]! - 3)
    expect((await scoredBy(loadDensity(saveDensity(model)), rows)).logDensity).toEqual(before.logDensity)
  })

  it('that has none is as it is', async () => {
    expect((await fitted(gaussian(300))).ends).toEqual([])
  })
})
