import { setFlagsFromString } from 'node:v8'
import { afterAll, describe, expect, test } from 'vitest'
import type { Engine, Pair } from '../kernel/engine.js'
import { gaussianKernel, type Kernel, variableKernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import { type Matrix, matrix, takeRows } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals, permutation } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { engineBattery } from './battery.js'
import { ReferenceEngine } from './reference/reference.js'
import { createWasmEngine } from './wasm/engine.js'

// Node 20 keeps relaxed SIMD behind a flag.
if (Number(process.versions.node.split('.')[0]) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd')

const reference = new ReferenceEngine()
const root = keyFromSeed(11)

/** `tolerance`: largest error of logarithms, and of means and draws in units of the data's spread. */
const engines: { title: string; tolerance: number; engine: Engine }[] = [{ title: 'reference', tolerance: 1e-12, engine: reference }]
for (const precision of ['float64', 'float32'] as const) {
  for (const relaxed of [false, true]) {
    engines.push({
      title: `wasm ${precision} ${relaxed ? 'relaxed' : 'plain'}`,
      tolerance: precision === 'float64' ? 1e-12 : 2e-5,
      engine: await createWasmEngine({ precision, relaxed, threads: 1 })
    })
  }
}

afterAll(async () => {
  for (const { engine } of engines) await engine.close()
})

function numbers(label: string, rows: number, cols: number): Matrix {
  return matrix(rows, cols, normals(keyFor(root, label), rows * cols))
}

function shifted(m: Matrix, by: number, scale = 1): Matrix {
  return matrix(
    m.rows,
    m.cols,
    m.data.map((x) => x * scale + by)
  )
}

/** Largest absolute difference; ∞ where only one of two is not finite or both are of other kinds. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  let worst = 0
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue
    const difference = Math.abs(a[i]! - b[i]!)
    worst = difference <= worst ? worst : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference
  }
  return worst
}

function logTerms(m: number): Float64Array {
  return normals(keyFor(root, 'log'), m).map((x, j) => (j % 7 === 3 ? Number.NEGATIVE_INFINITY : x))
}

function widths(label: string, count: number): Float64Array {
  return normals(keyFor(root, label), count).map((x) => exp(x / 3))
}

/** All reductions of all queries, or of those in `rows`, which keep their chains. */
async function everything(engine: Engine, whole: Pair, log: Float64Array, values: Matrix, rows?: Uint32Array) {
  const pair = rows ? takeQueries(whole, rows) : whole
  const noise = { key: keyFor(root, 'noise'), ...(rows ? { chains: rows } : {}) }
  const draw = await engine.draw(pair, log, values, noise)
  const moments = await engine.moments(pair, log, values)
  return {
    logSum: await engine.logSum(pair, log),
    mean: (await engine.mean(pair, log, values)).data,
    drawMean: draw.mean.data,
    drawNoise: draw.noise.data,
    drawLogSum: draw.logSum,
    drawCount: draw.effectiveCount,
    momentsMean: moments.mean.data,
    covariance: moments.covariance.data,
    momentsLogSum: moments.logSum,
    momentsCount: moments.effectiveCount,
    pick: await engine.pick(pair, log, noise)
  }
}

type Reductions = Awaited<ReturnType<typeof everything>>
const made = new Map<string, Promise<unknown>>()

/** What the reference says is asked of it once, for all engines. */
function once<T>(label: string, make: () => Promise<T>): Promise<T> {
  if (!made.has(label)) made.set(label, make())
  return made.get(label) as Promise<T>
}

interface Agreement {
  readonly pair: Pair
  readonly values: Matrix
  readonly tolerance: number
  /** Of the pair and the values, as no others have it. */
  readonly label: string
}

async function expectAgreement(engine: Engine, { pair, values, tolerance, label }: Agreement): Promise<void> {
  const log = logTerms(pair.to.points.rows)
  const expected = await once(label, () => everything(reference, pair, log, values))
  const got = await everything(engine, pair, log, values)
  for (const name of Object.keys(expected) as (keyof Reductions)[]) {
    const scale = name.endsWith('Count') ? Math.max(1, pair.to.points.rows) : 1
    expect(distance(got[name], expected[name]), name).toBeLessThanOrEqual(tolerance * scale)
  }
}

function takeQueries(pair: Pair, rows: Uint32Array): Pair {
  const { from, kernel } = pair
  const own = kernel.kind === 'variable' ? { ...kernel, fromWidth: Float64Array.from(rows, (row) => kernel.fromWidth[row]!) } : kernel
  return { ...pair, from: cloud(takeRows(from.points, rows)), kernel: own }
}

/** Queries among the points, on a few of them, twice the same, and far away: four in a row have little in common. */
function scattered(n: number, d: number): Matrix {
  const spread = [1, 0.05, 3, 40]
  const z = numbers('queries', n, d)
  return matrix(
    n,
    d,
    z.data.map((_, at) => {
      const row = Math.floor(at / d)
      return row % 11 === 5 ? z.data[at % d]! : z.data[at]! * spread[row % 4]!
    })
  )
}

function pieces(rows: Uint32Array, length: number): Uint32Array[] {
  return Array.from({ length: Math.ceil(rows.length / length) }, (_, k) => rows.subarray(k * length, (k + 1) * length))
}

/** Points of which blocks are left out, in part or by all; with a spread of log terms for which shifts are raised. */
const CLOUDS = [
  { title: 'a plane', m: 2000, d: 2, epsilon: 0.002, log: logTerms },
  { title: 'space', m: 1000, d: 3, epsilon: 0.02, log: logTerms },
  { title: 'widths', m: 700, d: 3, epsilon: 0.05, variable: true, log: logTerms },
  { title: 'many dimensions', m: 500, d: 17, epsilon: 0.4, log: logTerms },
  { title: 'one dimension, many rows', m: 300, d: 1, n: 530, epsilon: 1e-4, log: logTerms },
  { title: 'none but one value', m: 200, d: 0, epsilon: 1, log: logTerms },
  {
    title: 'few points with a weight',
    m: 900,
    d: 2,
    epsilon: 0.01,
    log: (m: number) => Float64Array.from({ length: m }, (_, j) => (j % 150 === 7 ? 1 : Number.NEGATIVE_INFINITY))
  },
  {
    title: 'log terms thousands apart',
    m: 900,
    d: 2,
    epsilon: 0.05,
    log: (m: number) => logTerms(m).map((x, j) => (j % 200 < 3 ? x + 3000 : 100 * x))
  }
]

const DIMENSIONS = [0, 1, 2, 3, 5, 8, 17]

describe.each(engines.slice(1))('$title beside the reference', ({ engine, tolerance }) => {
  test.each([0, 1, 11, 63, 64, 65, 200])('agrees with the reference at m = %i in every dimension', async (m) => {
    for (const d of DIMENSIONS) {
      const n = m === 65 ? 130 : 9
      const points = numbers('points', m, d)
      const queries = numbers('queries', n, d)
      for (const epsilon of [0.02, 0.3 + d / 8]) {
        const fixed = { from: cloud(queries), to: cloud(points), kernel: gaussianKernel(epsilon) }
        const variable = { ...fixed, kernel: variableKernel(epsilon, widths('from', n), widths('to', m)) }
        // Absolute errors of log weights grow with the log weights themselves (up to |x − y|²/(4ε), here some hundreds).
        const allowed = tolerance * (epsilon < 0.1 && d > 3 ? 40 : 4)
        const agree = (name: string, pair: Pair, values: Matrix) =>
          expectAgreement(engine, { pair, values, tolerance: allowed, label: `${name} ${m} ${d} ${epsilon}` })
        await agree('fixed', fixed, points)
        await agree('values', fixed, numbers('values', m, 3))
        await agree('variable', variable, points)
      }
    }
  })

  test('blocks that are skipped do not matter, and a cloud against itself needs each pair once', async () => {
    const points = numbers('points', 1500, 2)
    const log = normals(keyFor(root, 'log'), 1500)
    const same = { from: cloud(points), to: cloud(points), kernel: gaussianKernel(0.003) }
    const copy = { ...same, from: cloud(matrix(1500, 2, points.data.slice())) }
    const expected = await once('plane', () => reference.logSum(same, log))
    expect(distance(await engine.logSum(same, log), expected)).toBeLessThanOrEqual(tolerance * 4)
    expect(distance(await engine.logSum(copy, log), expected)).toBeLessThanOrEqual(tolerance * 4)
    const five = numbers('points', 300, 5)
    for (const kernel of [gaussianKernel(0.2), variableKernel(0.2, widths('one', 300), widths('one', 300))]) {
      const shared = kernel.kind === 'variable' ? { ...kernel, toWidth: kernel.fromWidth } : kernel
      const pair = { from: cloud(five), to: cloud(five), kernel: shared }
      const terms = log.slice(0, 300)
      const sums = await once(`space ${kernel.kind}`, () => reference.logSum(pair, terms))
      expect(distance(await engine.logSum(pair, terms), sums)).toBeLessThanOrEqual(tolerance * 4)
      for (const columns of [1, 2, 5]) {
        const values = numbers('values', 300, columns)
        const means = await once(`means ${kernel.kind} ${columns}`, () => reference.mean(pair, terms, values))
        expect(distance((await engine.mean(pair, terms, values)).data, means.data)).toBeLessThanOrEqual(tolerance * 4)
      }
    }
    const three = numbers('values', 1500, 3)
    const means = await once('means of the plane', () => reference.mean(same, log, three))
    expect(distance((await engine.mean(same, log, three)).data, means.data)).toBeLessThanOrEqual(tolerance * 4)
  })

  test('queries far from all points, and points whose log terms differ by thousands', async () => {
    const points = numbers('points', 200, 2)
    const far = { from: cloud(matrix(2, 2, Float64Array.of(1000, 0, 0, -500))), to: cloud(points), kernel: gaussianKernel(0.05) }
    const log = Float64Array.from({ length: 200 }, (_, j) => (j % 3 === 0 ? -4000 : j === 50 ? 3000 : 0))
    const [a, b] = [await everything(engine, far, log, points), await everything(reference, far, log, points)]
    // Exponents of 5 million: their rounding is the error.
    for (let i = 0; i < 2; i++) expect(Math.abs(a.logSum[i]! / b.logSum[i]! - 1)).toBeLessThan(Math.max(tolerance, 1e-9))
    const near = { ...far, from: cloud(numbers('queries', 20, 2)), kernel: gaussianKernel(0.5) }
    await expectAgreementWith(engine, near, log, points, tolerance)
  })

  test('nearest points are exact, ties by row number', async () => {
    for (const d of [1, 2, 4]) {
      const points = matrix(
        300,
        d,
        numbers('points', 300, d).data.map((x) => Math.round(x * 2) / 2)
      )
      const pair = { from: cloud(takeRows(points, permutation(root, 40))), to: cloud(points), kernel: gaussianKernel(1) }
      for (const count of [1, 7, 300]) {
        expect(await engine.nearest(pair, count)).toStrictEqual(await reference.nearest(pair, count))
      }
    }
  })
})

describe.each(engines)('$title', ({ engine, tolerance }) => {
  test('a large offset of the coordinates costs nothing', async () => {
    for (const d of [1, 2, 3, 6]) {
      // 2^-20 is the spacing that float64 leaves at 1e6 when the data are to stay exact.
      const round = (m: Matrix) => matrix(m.rows, m.cols, m.data.map((x) => Math.round(x * 1048576) / 1048576)) // biome-ignore format: one line
      const points = round(numbers('points', 150, d))
      const queries = round(numbers('queries', 20, d))
      const near = { from: cloud(queries), to: cloud(points), kernel: gaussianKernel(0.1) }
      const far = { from: cloud(shifted(queries, 1e6)), to: cloud(shifted(points, 1e6)), kernel: near.kernel }
      const values = numbers('values', 150, 2)
      const [a, b] = [await everything(engine, near, logTerms(150), values), await everything(engine, far, logTerms(150), values)]
      for (const name of ['logSum', 'mean', 'drawNoise', 'covariance'] as const) {
        expect(distance(a[name], b[name]), name).toBeLessThanOrEqual(tolerance * 4)
      }
      const mean = (await engine.mean(far, logTerms(150), far.to.points)).data.map((x) => x - 1e6)
      expect(distance(mean, (await engine.mean(near, logTerms(150), points)).data)).toBeLessThanOrEqual(Math.max(tolerance * 4, 1e-8))
    }
  })

  test('laws: permutation, scale, variable kernel with width 1', async () => {
    const m = 170
    const points = numbers('points', m, 4)
    const pair = { from: cloud(numbers('queries', 33, 4)), to: cloud(points), kernel: gaussianKernel(0.4) }
    const log = logTerms(m)
    const base = await everything(engine, pair, log, points)
    const order = permutation(keyFor(root, 'order'), m)
    const permutedLog = Float64Array.from(order, (j) => log[j]!)
    const permutedPair = { ...pair, to: cloud(takeRows(points, order)) }
    const permuted = await everything(engine, permutedPair, permutedLog, permutedPair.to.points)
    const larger = { from: cloud(shifted(pair.from.points, 0, 3)), to: cloud(shifted(points, 0, 3)), kernel: gaussianKernel(3.6) }
    const scaled = await everything(engine, larger, log, points)
    const ones: Kernel = variableKernel(0.4, new Float64Array(33).fill(1), new Float64Array(m).fill(1))
    const variable = await everything(engine, { ...pair, kernel: ones }, log, points)
    for (const name of ['logSum', 'mean', 'covariance', 'momentsCount'] as const) {
      const scale = name === 'momentsCount' ? m : 1
      for (const other of [permuted, scaled, variable]) expect(distance(base[name], other[name])).toBeLessThanOrEqual(tolerance * 4 * scale)
    }
  })

  test.each(CLOUDS)('a row has the same bytes in any company: $title', async ({ m: most, d, n = 150, epsilon, log, variable }) => {
    // The reference has no blocks to leave out.
    const m = engine === reference ? Math.min(most, 150) : most
    const points = numbers('points', m, d)
    const queries = scattered(n, d)
    const values = numbers('values', m, 2)
    const all = Uint32Array.from({ length: queries.rows }, (_, i) => i)
    const kernel = variable ? variableKernel(epsilon, widths('from', queries.rows), widths('to', m)) : gaussianKernel(epsilon)
    const pair = { from: cloud(queries), to: cloud(points), kernel }
    for (const of of [points, values]) {
      const whole = await everything(engine, pair, log(m), of, all)
      const shuffled = permutation(keyFor(root, 'company'), queries.rows)
      const parts = [shuffled, all.subarray(40, 41), all.subarray(3, 8), shuffled.subarray(0, 70), ...pieces(all, Math.ceil(n / 4))]
      for (const rows of parts) {
        const part = await everything(engine, pair, log(m), of, rows)
        for (const name of Object.keys(whole) as (keyof typeof whole)[]) {
          const width = whole[name].length / queries.rows
          const expected = Array.from(rows).flatMap((row) => [...whole[name].subarray(row * width, (row + 1) * width)])
          expect([...part[name]], `${name} of ${rows.length} rows`).toStrictEqual(expected)
        }
      }
    }
  })

  test('draws have the mean and the covariance of the weights', async () => {
    // Fixed seed; for a random one each of the five |z| < 4.5 fails with probability 7e-6.
    const count = 4000
    const points = numbers('points', 90, 2)
    const pair = { from: cloud(matrix(count, 2, new Float64Array(2 * count).fill(0.3))), to: cloud(points), kernel: gaussianKernel(0.4) }
    const log = logTerms(90)
    const { noise } = await engine.draw(pair, log, points, { key: root })
    const { covariance } = await reference.moments({ ...pair, from: cloud(matrix(1, 2, Float64Array.of(0.3, 0.3))) }, log, points)
    const z = (sample: number[], expected: number): number => {
      const mean = sample.reduce((sum, x) => sum + x, 0) / count
      const variance = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count
      return (mean - expected) / Math.sqrt(variance / count)
    }
    const column = (c: number) => Array.from({ length: count }, (_, i) => noise.data[2 * i + c]!)
    const [x, y] = [column(0), column(1)]
    const products = [x.map((a) => a * a), x.map((a, i) => a * y[i]!), y.map((b) => b * b)]
    const scores = [z(x, 0), z(y, 0), ...products.map((sample, k) => z(sample, covariance.data[k]!))]
    for (const score of scores) expect(Math.abs(score)).toBeLessThan(4.5)
  })

  test('no points, no weights, no queries', async () => {
    const pair = { from: cloud(numbers('queries', 3, 2)), to: cloud(numbers('points', 70, 2)), kernel: gaussianKernel(1) }
    const none = new Float64Array(70).fill(Number.NEGATIVE_INFINITY)
    const result = await everything(engine, pair, none, pair.to.points)
    expect([...result.logSum]).toEqual([-Infinity, -Infinity, -Infinity])
    expect([...result.pick]).toEqual([0xffffffff, 0xffffffff, 0xffffffff])
    expect(result.mean.every(Number.isNaN) && result.drawNoise.every(Number.isNaN) && result.covariance.every(Number.isNaN)).toBe(true)
    expect([...result.drawCount]).toEqual([0, 0, 0])
    const empty = { ...pair, from: cloud(matrix(0, 2)) }
    expect((await everything(engine, empty, none, pair.to.points)).logSum.length).toBe(0)
  })

  test('wrong shapes and numbers are refused', async () => {
    const points = numbers('points', 10, 2)
    const pair = { from: cloud(points), to: cloud(points), kernel: gaussianKernel(1) }
    const log = new Float64Array(10)
    const refused = { code: 'pair-shape' }
    await expect(engine.logSum({ ...pair, from: cloud(numbers('queries', 3, 3)) }, log)).rejects.toMatchObject(refused)
    await expect(engine.logSum(pair, new Float64Array(9))).rejects.toMatchObject(refused)
    await expect(engine.logSum(pair, log.map((_, j) => (j === 4 ? Number.NaN : 0)))).rejects.toMatchObject(refused) // biome-ignore format: one line
    await expect(engine.mean(pair, log, numbers('values', 9, 1))).rejects.toMatchObject(refused)
    await expect(engine.logSum({ ...pair, kernel: variableKernel(1, new Float64Array(9), log) }, log)).rejects.toMatchObject(refused)
    const broken = matrix(2, 2, Float64Array.of(0, 0, Number.POSITIVE_INFINITY, 0))
    await expect(engine.logSum({ ...pair, from: cloud(broken) }, log)).rejects.toMatchObject(refused)
    for (const count of [0, 11, 1.5]) await expect(engine.nearest(pair, count)).rejects.toMatchObject(refused)
  })

  test('a cloud changed in place is noticed, and calls at once do not disturb each other', async () => {
    const points = numbers('points', 100, 2)
    const pair = { from: cloud(numbers('queries', 5, 2)), to: cloud(points), kernel: gaussianKernel(0.5) }
    const log = logTerms(100)
    await engine.logSum(pair, log)
    points.data[12] = points.data[12]! + 0.5
    const [first, second, third] = await Promise.all([
      engine.logSum(pair, log),
      engine.mean({ ...pair, from: pair.to }, log, points),
      engine.logSum(pair, log)
    ])
    expect(distance(first, await reference.logSum(pair, log))).toBeLessThanOrEqual(tolerance * 4)
    expect(distance(second.data, (await reference.mean({ ...pair, from: pair.to }, log, points)).data)).toBeLessThanOrEqual(tolerance * 4)
    expect(third).toStrictEqual(first)
  })
})

/** (a, b, c) → a·b + c by f64x2.relaxed_madd. */
const RELAXED_MADD = Uint8Array.from(
  '0061736d01000000 01080160037c7c7c017c 03020100 0705010166 0000 0a16011400 2000fd14 2001fd14 2002fd14 fd8702 fd2100 0b'
    .replaceAll(' ', '')
    .match(/../g)!,
  (byte) => Number.parseInt(byte, 16)
)

/** Whether relaxed multiplication and addition round once on this machine, as they may, or twice. */
async function fusesMultiplyAdd(): Promise<boolean> {
  const { instance } = await WebAssembly.instantiate(RELAXED_MADD)
  const madd = instance.exports.f as (a: number, b: number, c: number) => number
  const small = 2 ** -30
  // (1 + s)² = 1 + 2s + s²: rounding the product loses s².
  return madd(1 + small, 1 + small, -(1 + 2 * small)) === small * small
}

async function expectAgreementWith(engine: Engine, pair: Pair, log: Float64Array, values: Matrix, tolerance: number): Promise<void> {
  const [a, b] = [await everything(engine, pair, log, values), await everything(reference, pair, log, values)]
  for (const name of ['mean', 'drawNoise', 'covariance'] as const)
    expect(distance(a[name], b[name]), name).toBeLessThanOrEqual(tolerance * 4)
  for (let i = 0; i < a.logSum.length; i++) expect(Math.abs(a.logSum[i]! / b.logSum[i]! - 1)).toBeLessThanOrEqual(tolerance * 4)
}

describe('equal bytes', () => {
  test('the plain float64 engine gives the bytes written down here, on every host', async () => {
    expect(await engineBattery(engines[1]!.engine)).toBe('9bad8f228fb1aa14')
  })

  test('the battery tells engines apart; relaxed and plain float32, one algorithm, where and only where this machine fuses multiply and add', async () => {
    const [own, double, doubleRelaxed, single, singleRelaxed] = await Promise.all(engines.map(({ engine }) => engineBattery(engine)))
    // Relaxed float64 also adds up weights in another way.
    expect(new Set([own, double, doubleRelaxed, single]).size).toBe(4)
    expect(singleRelaxed !== single).toBe(await fusesMultiplyAdd())
  })
})
