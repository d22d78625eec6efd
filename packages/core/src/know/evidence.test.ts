import { describe, expect, test } from 'vitest'
import { matrix, rowOf } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { fitEncoder } from '../table/encoder.js'
import { inferTable } from '../table/infer.js'
import { parseObservation } from '../table/parse-expression.js'
import { blurredStandIn } from './decoded.js'
import { type Evidence, restricted, standInAt, standInValue, tempered, together } from './evidence.js'
import { evidenceOfRows } from './row-evidence.js'
import { observationLikelihood } from './row-likelihoods.js'

const z = normals(keyFromSeed(7), 300)
const { table, formats } = inferTable({
  rowCount: 100,
  columns: ['x', 'y', 'w'].map((name, c) => ({ name, source: 'number', values: z.slice(100 * c, 100 * (c + 1)) }))
})
const encoder = fitEncoder(table, formats, () => 'standard')
const observed = (text: string): Evidence => evidenceOfRows(observationLikelihood(encoder, [parseObservation(text)]))
const [sum, product] = [observed('x + 2*w = 3 ± 0.4'), observed('x*y = 1 ± 0.2')]
const both = together([sum, product])!
const rows = { coordinates: matrix(20, 3, z.slice(0, 60)), codes: new Int32Array(0) }
const chains = Uint32Array.from({ length: 20 }, (_, i) => i)
const rest = matrix(20, 3, z.slice(60, 120))
const some = restricted(both, { coordinates: [2, 0], rest })

describe('evidence', () => {
  test('names the coordinates that it uses', () => {
    expect(sum.touches).toEqual([0, 2])
    expect(product.touches).toEqual([0, 1])
    expect(both.touches).toEqual([0, 1, 2])
    expect(some.touches).toEqual([0, 1])
  })

  const kinds: readonly [string, Evidence, number][] = [
    ['one observation', sum, 3],
    ['two', both, 3],
    ['two at power 0.3', tempered(both, 0.3), 3],
    ['two about some coordinates', some, 2]
  ]
  test.each(kinds)('of %s is half the squares of its residuals, and its stand-in is their linearisation', async (_, evidence, d) => {
    const points = { coordinates: matrix(20, d, rows.coordinates.data.slice(0, 20 * d)), codes: rows.codes }
    const residuals = await evidence.residuals!(points, chains)
    const value = await evidence.value(points, chains)
    const found = await evidence.linearise!(points, chains)
    const step = 1e-6
    for (let i = 0; i < 20; i++) {
      const own = rowOf(residuals, i)
      expect(value[i]).toBeCloseTo(-0.5 * own.reduce((total, r) => total + r * r, 0), 10)
      const local = standInAt(found, i)
      const at = rowOf(points.coordinates, i)
      expect(standInValue(local, at, at)).toBeCloseTo(value[i]!, 10)
      for (let c = 0; c < d; c++) {
        const moved = { ...points, coordinates: matrix(20, d, points.coordinates.data.slice()) }
        moved.coordinates.data[i * d + c]! += step
        const after = rowOf(await evidence.residuals!(moved, chains), i)
        own.forEach((r, o) => {
          expect((after[o]! - r) / step).toBeCloseTo(local.rows.data[o * d + c]!, 3)
        })
      }
    }
  })

  test('has no residuals where a part has none', () => {
    const plain = evidenceOfRows({ linear: false, value: () => 0 })
    expect(together([sum, plain])!.residuals).toBeUndefined()
    expect(together([sum, plain])!.touches).toBeUndefined()
  })
})

test('a stand-in that is blurred is its mean over the normal law that it is blurred by', () => {
  const local = {
    constant: -0.3,
    rows: matrix(2, 2, Float64Array.of(1.5, -0.4, 0.3, 0.8)),
    targets: Float64Array.of(0.6, -1)
  }
  const variances = Float64Array.of(0.5, 1.2)
  const wide = blurredStandIn(local, variances)
  const at = new Float64Array(2)
  // Sums of a smooth function that falls off at both ends are its integral to all digits.
  const step = 0.1
  const grid = Array.from({ length: 161 }, (_, i) => (i - 80) * step)
  for (const point of [at, Float64Array.of(0.4, -0.9), Float64Array.of(-2, 1)]) {
    let total = 0
    for (const a of grid)
      for (const b of grid) {
        const normal =
          Math.exp(-(a * a) / (2 * variances[0]!) - (b * b) / (2 * variances[1]!)) /
          (2 * Math.PI * Math.sqrt(variances[0]! * variances[1]!))
        total += step * step * normal * Math.exp(standInValue(local, at, Float64Array.of(point[0]! + a, point[1]! + b)))
      }
    expect(standInValue(wide, at, point)).toBeCloseTo(Math.log(total), 9)
  }
})
