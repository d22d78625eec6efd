import { expect, test } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { endOfWay } from './share-of-way.js'

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
