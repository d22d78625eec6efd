import { expect, test } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { endOfWay, isToldByShare } from './share-of-way.js'

const rows = 400
const dice = (label: string) => Array.from(uniforms(keyFor(keyFromSeed(5), label), rows))
const END = 3000

test('those who are alive at the end of a study have gone the whole way to it; without it each is drawn by how long', () => {
  const begun = dice('begun').map((u) => Math.floor(2500 * u))
  const stay = dice('stay').map((u) => Math.floor(-600 * Math.log(1 - u)))
  const last = begun.map((x, i) => Math.min(END, x + stay[i]!))
  expect(last.filter((x) => x === END).length).toBeGreaterThan(20)
  expect(endOfWay(Float64Array.from(last), (i) => begun[i]!)).toBe(END)
  expect(
    endOfWay(
      Float64Array.from(begun, (x, i) => x + stay[i]!),
      (i) => begun[i]!
    )
  ).toBeUndefined()
})

test('marks that many share as their highest have as many equal distances', () => {
  const first = dice('first').map((u) => 1 + Math.floor(5 * u))
  const second = first.map((x, i) => x + Math.floor(2 * dice('more')[i]!))
  expect(second.filter((x) => x === 6).length).toBeGreaterThan(20)
  expect(endOfWay(Float64Array.from(second), (i) => first[i]!)).toBeUndefined()
})

test('what is at its end in most rows is drawn by its share, though by itself it would be narrower', () => {
  const [way, more] = [dice('way'), dice('end')]
  const isAll = way.map((u) => u < 0.7)
  // Small sums are paid at once, of large ones a little.
  const ends = more.map((u, i) => (isAll[i] ? 10 + 10 * u : 1000 + 1000 * u))
  const told = (x: readonly number[]) =>
    isToldByShare(
      Float64Array.from(x),
      () => 0,
      (i) => ends[i]!
    )
  expect([told(ends.map((x, i) => (isAll[i] ? x : 60 * (way[i]! - 0.7)))), told(way.map((u) => 9 * u))]).toEqual([true, false])
})
