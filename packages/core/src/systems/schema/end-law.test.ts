import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { endLaw, endsOf } from './end-law.js'

const groups = (at: Float64Array) => ({
  at,
  first: Uint32Array.from({ length: 101 }, (_, g) => 3 * g),
  groupOf: Int32Array.from({ length: 100 }, (_, g) => g)
})

it('times end where they end sooner than a normal law: after a date, at the last of all, or nowhere', () => {
  const [u, z] = [uniforms(keyFor(keyFromSeed(4), 'u'), 300), normals(keyFor(keyFromSeed(4), 'z'), 300)]
  const dates = Float64Array.from({ length: 100 }, (_, g) => 10 * z[g]!)
  const within = u.map((x, i) => dates[Math.floor(i / 3)]! + Math.floor(5 * x))
  const after = endLaw(groups(within), dates)!
  expect(after.after).toBeCloseTo(4, 9)
  expect(endLaw(groups(u), undefined)).toEqual({ after: undefined, last: u.reduce((a, b) => Math.max(a, b)) })
  expect(endLaw(groups(z), undefined)).toBeUndefined()
  expect([...endsOf({ after: 4, last: 9 }, Float64Array.of(1, 7))]).toEqual([5, 9])
})
