import { expect, test } from 'vitest'
import { stackNumbers } from './stack-numbers.js'

test('gaps of one column stay at its own rows, and columns without gaps have none', () => {
  const [whole, gapped] = [{ values: Float64Array.of(1, 2) }, { values: Float64Array.of(3, 0), missing: Uint8Array.of(0, 1) }]
  expect(stackNumbers([whole, gapped])).toEqual({ values: Float64Array.of(1, 2, 3, 0), missing: Uint8Array.of(0, 0, 0, 1) })
  expect(stackNumbers([whole, whole])).toEqual({ values: Float64Array.of(1, 2, 1, 2) })
})
