import { expect, test } from 'vitest'
import fc from '../../../../test/property.js'
import { hybridRuns } from './hybrid-runs.js'

/** One packed run of the numbers, filled up to eights, bit by bit. */
function packed(numbers: readonly number[], width: number): Uint8Array {
  const groups = Math.ceil(numbers.length / 8)
  const bytes = new Uint8Array(groups * width)
  for (const [i, number] of numbers.entries()) {
    for (let bit = 0; bit < width; bit++) {
      if (Math.floor(number / 2 ** bit) % 2 === 1) bytes[(i * width + bit) >> 3]! |= 1 << ((i * width + bit) & 7)
    }
  }
  return Uint8Array.of(2 * groups + 1, ...bytes)
}

test('numbers of any width, packed and repeated', () => {
  const cases = fc.integer({ min: 1, max: 32 }).chain((width) => {
    const number = fc.integer({ min: 0, max: 2 ** width - 1 })
    return fc.tuple(fc.constant(width), fc.array(number, { minLength: 1, maxLength: 50 }), number, fc.integer({ min: 1, max: 63 }))
  })
  fc.assert(
    fc.property(cases, ([width, numbers, again, times]) => {
      const value = Array.from({ length: Math.ceil(width / 8) }, (_, i) => Math.floor(again / 2 ** (8 * i)) & 255)
      const bytes = Uint8Array.of(2 * times, ...value, ...packed(numbers, width))
      const expected = [...new Array<number>(times).fill(again), ...numbers]
      expect([...hybridRuns(bytes, width, expected.length)]).toEqual(expected)
    })
  )
})

test('numbers of no width are zeros', () => {
  expect([...hybridRuns(Uint8Array.of(10), 0, 5)]).toEqual([0, 0, 0, 0, 0])
})

test.each([
  ['nothing', []],
  ['a run of none', [0]],
  ['a packed run of none', [1]],
  ['a run that repeats too often', [2 * 9, 1]],
  ['a run without its number', [2 * 8]],
  ['a packed run without its numbers', [3]],
  ['a run that is cut', [2 * 3, 1]],
  ['a length of more than 35 bits', [255, 255, 255, 255, 255, 255]],
  ['a length of 2³⁴', [254, 255, 255, 255, 127, 1]]
])('%s is refused at once', (_, bytes) => {
  expect(() => hybridRuns(Uint8Array.from(bytes), 1, 8)).toThrow()
})
