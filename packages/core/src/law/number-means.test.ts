import { describe, expect, it } from 'vitest'
import { type Matrix, matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { variance } from '../num/statistics.js'
import { encodeTable, fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import type { RawColumn } from '../table/raw.js'
import { embedEncoded } from '../table/standing.js'
import { numberMeans, residualsOf, termsOf, withMeans } from './number-means.js'
import { slopesOnPlaces } from './place-slopes.js'

const ROWS = 400
const key = keyFromSeed(8)
const noise = (name: string) => normals(keyFor(key, name), ROWS)
const level = (name: string, count: number) => Array.from(uniforms(keyFor(key, name), ROWS), (u) => `${name}${Math.floor(count * u)}`)
const [a, b, c] = [level('a', 2), level('b', 3), level('c', 4)]
const x = noise('x')
const text = (name: string, values: string[]): RawColumn => ({ name, source: 'text', values })
const number = (name: string, values: Float64Array): RawColumn => ({ name, source: 'number', values })

async function fitted(...numbers: RawColumn[]) {
  const { table, formats } = inferTable({ columns: [...numbers, text('a', a), text('b', b), text('c', c)], rowCount: ROWS })
  const encoder = fitEncoder(table, formats, () => 'standard')
  const rows = encodeTable(encoder, table)
  const weights = new Float64Array(ROWS).fill(1 / ROWS)
  const points = embedEncoded(encoder, rows)
  return { encoder, rows, points, weights, means: await numberMeans({ encoder, rows }, points, weights) }
}

const columnOf = ({ data, rows, cols }: Matrix, at: number) => Float64Array.from({ length: rows }, (_, i) => data[i * cols + at]!)
/** Part of the variance of what is left that a number is, in its own standard deviations. */
const leftOf = ({ rows, means }: Awaited<ReturnType<typeof fitted>>, at: number) => variance(columnOf(residualsOf(means, rows), at))

describe('means of numbers', () => {
  it('are those by levels alone where nothing else is to be found', async () => {
    // Where levels lie apart, what goes along a number within each of them does not along all of it.
    const apart = x.map((one, i) => one + (b[i] === 'b1' ? 4 : 0))
    const along = noise('y').map((e, i) => e + x[i]! + (a[i] === 'a1' ? 1 : 0))
    const { points, weights, means } = await fitted(number('x', apart), number('y', along))
    const slopes = slopesOnPlaces(points, 2, weights)
    expect(means.map(({ slopes: own }) => own)).toEqual([columnOf(slopes, 0), columnOf(slopes, 1)])
  })

  it('are those of the other levels beside a category of one level', async () => {
    const numbers = [number('x', x), number('y', noise('y'))]
    const { table, formats } = inferTable({
      columns: [
        text(
          'all',
          a.map(() => 'one')
        ),
        ...numbers,
        text('b', b),
        text('c', c)
      ],
      rowCount: ROWS
    })
    const encoder = fitEncoder(table, formats, () => 'standard')
    const rows = encodeTable(encoder, table)
    const means = await numberMeans({ encoder, rows }, embedEncoded(encoder, rows), new Float64Array(ROWS).fill(1 / ROWS))
    expect(residualsOf(means, rows).data.every(Number.isFinite)).toBe(true)
  })

  // Of each, noise has a standard deviation of 0.5 beside an effect of about one; levels and straight lines leave nearly all.
  it.each([
    ['two categories together', (i: number) => ((a[i] === 'a1') === (b[i] === 'b1') ? 1 : -1)],
    ['a curve', (i: number) => 2 * Math.abs(x[i]!)],
    ['a slope that differs by level', (i: number) => (a[i] === 'a1' ? x[i]! : -x[i]!)]
  ])('tell of %s what can be told', async (_, effect) => {
    const told = Float64Array.from(x, (_, i) => effect(i))
    const y = noise('noise').map((e, i) => e / 2 + told[i]!)
    // Scaled numbers have a variance of one. Some twenty slopes take a twentieth, and a ridge leaves as much.
    const untold = variance(noise('noise')) / 4 / variance(y)
    const own = await fitted(number('y', y), number('x', x))
    // Where a slope differs by level each tells the other, to the same part, and one of them comes first.
    const left = Math.min(leftOf(own, 0), leftOf(own, 1))
    expect(left / untold).toBeGreaterThan(0.85)
    expect(left / untold).toBeLessThan(1.15)
  })

  it('put numbers together again with what they leave, each after those that it goes by', async () => {
    // Each goes by the other along a curve: one of them has to come first.
    const y = noise('noise').map((e, i) => e / 3 + x[i]! ** 2)
    const z = noise('more').map((e, i) => e / 3 + Math.abs(y[i]! - 1) + (a[i] === 'a1' ? x[i]! : 0))
    const { rows, means } = await fitted(number('z', z), number('y', y), number('x', x))
    const order = means.map((one) => one.number)
    expect([...order].sort()).toEqual([0, 1, 2])
    expect(order.indexOf(2)).toBeLessThan(order.indexOf(1))
    const again = withMeans(means, rows.codes, residualsOf(means, rows))
    again.data.forEach((value, at) => {
      expect(value).toBeCloseTo(rows.coordinates.data[at]!, 12)
    })
    // Of others too, beyond the range of the rows: no curve goes on there.
    const far = matrix(
      ROWS,
      3,
      rows.coordinates.data.map((value) => 3 * value)
    )
    const back = withMeans(means, rows.codes, residualsOf(means, { coordinates: far, codes: rows.codes }))
    back.data.forEach((value, at) => {
      expect(value).toBeCloseTo(far.data[at]!, 12)
    })
  })

  it('are the same where their terms are known, and of rows without some of them are those of the others', async () => {
    const y = noise('noise').map((e, i) => e / 3 + x[i]! ** 2 + ((a[i] === 'a1') === (b[i] === 'b1') ? 1 : -1))
    const z = noise('more').map((e, i) => e / 3 + (a[i] === 'a1' ? x[i]! : -x[i]!))
    const { encoder, rows, points, weights, means } = await fitted(number('z', z), number('y', y), number('x', x))
    const known = termsOf(means, encoder)
    expect(known.find((one) => one.number === 'y')!.terms).toEqual(expect.arrayContaining([[{ number: 'x' }]]))
    expect(known.flatMap(({ terms }) => terms).some((term) => term.length === 2)).toBe(true)
    expect(await numberMeans({ encoder, rows }, points, weights, known)).toEqual(means)
    // Nobody has x.
    const less = await fitted(number('y', y), number('z', z))
    const left = await numberMeans(less, less.points, less.weights, known)
    expect(left.map((one) => one.number).sort()).toEqual([0, 1])
    expect(termsOf(left, less.encoder).flatMap(({ terms }) => terms.flat())).not.toContainEqual({ number: 'x' })
  })

  it('are not bent by what stands in missing cells', async () => {
    const gap = uniforms(keyFor(key, 'gap'), ROWS)
    const y = noise('noise').map((e, i) => e / 2 + 2 * Math.abs(x[i]!))
    const cells = Array.from(y, (value, i) => (gap[i]! < 0.3 ? '' : String(value)))
    const own = await fitted(number('x', x), text('y', cells))
    const there = [...gap.keys()].filter((i) => gap[i]! >= 0.3)
    const left = columnOf(residualsOf(own.means, own.rows), 1)
    const known = Float64Array.from(there, (i) => y[i]!)
    expect(own.means.find((one) => one.number === 0)!.terms).toHaveLength(4)
    // Standard error of a variance of 280 rows: a twelfth.
    expect(variance(Float64Array.from(there, (i) => left[i]!))).toBeLessThan((1.25 * 0.25) / variance(known))
  })
})
