import { expect, it } from 'vitest'
import { Room, takeRows } from './matrix.js'

it('matrices in a room do not share numbers before it is cleared, also where it grows', () => {
  const room = new Room()
  const filled = (rows: number, value: number) => {
    const made = room.matrix(rows, 3)
    made.data.fill(value)
    return made
  }
  const all = [2, 1, 50, 4].map((rows, k) => filled(rows, k))
  expect(all.map(({ data }) => [data.length, new Set(data).size, data[0]])).toEqual([2, 1, 50, 4].map((rows, k) => [3 * rows, 1, k]))
  room.clear()
  const again = takeRows(all[3]!, [3, 0], room)
  expect([again.rows, again.cols, ...again.data]).toEqual([2, 3, 3, 3, 3, 3, 3, 3])
})
