import { expect, it } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import { defined } from '../num/defined.js'
import type { Crew } from '../num/iterate.js'
import { uniformLogWeights } from '../num/log-space.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { mean, variance } from '../num/statistics.js'
import { encodeTable, fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import type { RawColumn } from '../table/raw.js'
import { Generator } from './generator.js'

const ROWS = 150
const key = keyFromSeed(4)

/** Share of the variance of a number that lies between two levels. */
function explained(values: Float64Array, levels: Int32Array): number {
  const [a, b] = [0, 1].map((level) => mean(values.filter((_, i) => levels[i] === level))) as [number, number]
  const share = levels.reduce((sum, level) => sum + level, 0) / levels.length
  return (share * (1 - share) * (a - b) ** 2) / variance(values)
}

const level = (name: string, count: number) => Array.from(uniforms(keyFor(key, name), ROWS), (x) => `${name}${Math.floor(count * x)}`)

/** A table whose combinations hardly recur, of these columns and two names of so many levels. */
async function generatorOf(columns: readonly RawColumn[], crew?: Crew, levels = 12) {
  const texts = ['p', 'q'].map((name) => ({ name, source: 'text' as const, values: level(name, levels) }))
  const { table, formats } = inferTable({ columns: [...columns, ...texts], rowCount: ROWS })
  const encoder = fitEncoder(table, formats, () => 'standard')
  const training = { encoder, rows: encodeTable(encoder, table), logWeights: uniformLogWeights(ROWS) }
  const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1, ...defined({ crew }) })
  // A bandwidth that sees past categories.
  const generator = await Generator.create(training, new Float64Array(ROWS), { kind: 'fixed', epsilon: 4 }, engine)
  const factor = (codes: Int32Array, f: number) => codes.filter((_, at) => at % encoder.factors.length === f)
  return { generator, rows: training.rows, factor, engine }
}

it('numbers go with categories that are drawn in turn as in the data', async () => {
  const sex = level('sex', 2)
  const y = Float64Array.from(normals(keyFor(key, 'y'), ROWS), (x, i) => x + (sex[i] === 'sex1' ? 2 : 0))
  const {
    generator,
    rows: training,
    factor
  } = await generatorOf([
    { name: 'y', source: 'number', values: y },
    { name: 'sex', source: 'text', values: sex }
  ])
  const rows = await generator.generate({ count: 600, steps: 2, noise: 'covariance', key })
  const real = explained(training.coordinates.data, factor(training.codes, 0))
  expect(real).toBeGreaterThan(0.4)
  // Standard error of 600 rows 0.03; by the kernel alone it is a third of it.
  expect(Math.abs(explained(rows.coordinates.data, factor(rows.codes, 0)) - real)).toBeLessThan(0.1)
})

it('numbers go with two categories that tell them together alone, and along curves', async () => {
  const [sex, arm] = [level('sex', 2), level('arm', 2)]
  const sign = (i: number) => ((sex[i] === 'sex1') === (arm[i] === 'arm1') ? 1 : -1)
  const x = normals(keyFor(key, 'x'), ROWS)
  const columns: RawColumn[] = [
    { name: 'y', source: 'number', values: normals(keyFor(key, 'y'), ROWS).map((e, i) => e / 2 + sign(i)) },
    { name: 'x', source: 'number', values: x },
    { name: 'z', source: 'number', values: normals(keyFor(key, 'z'), ROWS).map((e, i) => e / 2 + 2 * Math.abs(x[i]!)) },
    { name: 'sex', source: 'text', values: sex },
    { name: 'arm', source: 'text', values: arm }
  ]
  // Ten rows a slope: 6 of levels, and 8 of a curve.
  const { generator, factor } = await generatorOf(columns, undefined, 3)
  const { coordinates, codes } = await generator.generate({ count: 600, steps: 2, noise: 'covariance', key })
  const number = (c: number) => coordinates.data.filter((_, at) => at % coordinates.cols === c)
  const [one, other] = [factor(codes, 0), factor(codes, 1)]
  // Four fifths of the variance in the data; the kernel alone sees next to nothing of it.
  const share = explained(
    number(0),
    one.map((level, i) => (level === other[i] ? 1 : 0))
  )
  expect(share).toBeGreaterThan(0.65)
  expect(share).toBeLessThan(0.9)
  // Numbers are standardised: of what is 2|x| + e/2 nine tenths lie along |x|, of which two thirds between those far from 0 and those near.
  const far = explained(
    number(2),
    Int32Array.from(number(1), (value) => (Math.abs(value) > 0.8 ? 1 : 0))
  )
  expect(far).toBeGreaterThan(0.4)
})

it('categories that are drawn in turn go with each other as in the data, as often as there', async () => {
  const own = level('a', 2)
  const other = Array.from(uniforms(keyFor(key, 'other'), ROWS), (u, i) => (u < 0.1 ? 'b0' : own[i]!.replace('a', 'b')))
  const {
    generator,
    rows: training,
    factor
  } = await generatorOf([
    { name: 'a', source: 'text', values: own },
    { name: 'b', source: 'text', values: other }
  ])
  const rows = await generator.generate({ count: 4 * ROWS, steps: 4, noise: 'covariance', key })
  const levels = (codes: Int32Array) => [0, 1].map((f) => factor(codes, f)) as [Int32Array, Int32Array]
  const agreeing = (codes: Int32Array) => {
    const [a, b] = levels(codes)
    return mean(Array.from(a, (x, i) => (x === b[i] ? 1 : 0)))
  }
  const counts = (codes: Int32Array) => levels(codes).map((one) => one.filter((x) => x === 0).length)
  expect(Math.abs(agreeing(rows.codes) - agreeing(training.codes))).toBeLessThan(0.06)
  expect(counts(rows.codes)).toEqual(counts(training.codes).map((count) => 4 * count))
})

it('chains that are taken in two halves, where other threads work, are the same as all at once', async () => {
  const columns = [{ name: 'y', source: 'number', values: normals(keyFor(key, 'y'), ROWS) }] as const
  const asked = { count: 5000, steps: 2, noise: 'covariance', key } as const
  const crew: Crew = {
    engines: false,
    least: () => Number.POSITIVE_INFINITY,
    run: () => Promise.reject(new Error('unasked')),
    later: () => () => {},
    rest: () => {}
  }
  const [alone, beside] = [await generatorOf(columns), await generatorOf(columns, crew)]
  const sizes = new Set<number>()
  const pick = beside.engine.pick.bind(beside.engine)
  beside.engine.pick = (pair, log, noise) => {
    sizes.add(pair.from.points.rows)
    return pick(pair, log, noise)
  }
  const [expected, rows] = [await alone.generator.generate(asked), await beside.generator.generate(asked)]
  expect(sizes).toContain(2500)
  expect(rows).toEqual(expected)
})
