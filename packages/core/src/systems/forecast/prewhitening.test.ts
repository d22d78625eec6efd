import { expect, test } from 'vitest'
import { matrix, takeColumns } from '../../num/matrix.js'
import { keyFromSeed, normals } from '../../num/random.js'
import { prewhitening, whitened } from './prewhitening.js'

const N = 200
const inputs = matrix(N, 2, normals(keyFromSeed(1), 2 * N))
const noise = normals(keyFromSeed(2), 2 * N)
const outputs = matrix(
  N,
  2,
  Float64Array.from({ length: 2 * N }, (_, at) => {
    const [x, y] = inputs.data.subarray(at - (at % 2), at - (at % 2) + 2)
    return at % 2 === 0 ? 3 + 2 * x! : 5 - y! + 4 * x! + 0.1 * noise[at]!
  })
)
const unit = (target: number, ...givens: readonly number[]) => ({ targets: Uint32Array.of(target), givens: Uint32Array.from(givens) })

test('takes away what a line of its own inputs says of each output, and gives it back', () => {
  const by = prewhitening({ inputs, outputs }, [unit(0, 2), unit(1, 3)])
  expect(by.slopes.data[0]).toBeCloseTo(2, 9)
  expect(by.intercepts[0]).toBeCloseTo(3, 9)
  // Of inputs that are not its own an output hears nothing.
  expect([by.slopes.data[1], by.slopes.data[2]]).toEqual([0, 0])
  const left = whitened({ inputs, outputs }, { by, sign: -1 })
  for (const value of takeColumns(left, [0]).data) expect(Math.abs(value)).toBeLessThan(1e-9)
  const again = whitened({ inputs, outputs: left }, { by, sign: 1 })
  for (const [at, value] of again.data.entries()) expect(value).toBeCloseTo(outputs.data[at]!, 9)
})

test('what is left goes with no input that was regressed on, also where one input tells another', () => {
  const twice = matrix(
    N,
    2,
    Float64Array.from({ length: 2 * N }, (_, at) => inputs.data[at - (at % 2)]!)
  )
  const by = prewhitening({ inputs: twice, outputs }, [unit(0, 2, 3), unit(1, 2, 3)])
  const left = whitened({ inputs: twice, outputs }, { by, sign: -1 })
  for (const c of [0, 1]) {
    const own = takeColumns(left, [c]).data
    const product = own.reduce((sum, value, i) => sum + value * twice.data[2 * i]!, 0)
    expect(Math.abs(product) / N).toBeLessThan(1e-6)
  }
})
