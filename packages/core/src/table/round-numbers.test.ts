import { expect, it } from 'vitest'
import { keyFromSeed, normals, uniforms } from '../num/random.js'
import { sorted } from '../num/statistics.js'
import { latticeOf } from './lattice.js'
import { recurringValues } from './recurring.js'
import { roundNumbers } from './round-numbers.js'

const N = 600

/** Salaries, of which so many are given in thousands, and fewer in hundreds. */
function salaries(seed: number, thousands: number, hundreds = 0): Float64Array {
  const [z, u] = [normals(keyFromSeed(seed), N), uniforms(keyFromSeed(seed + 1), N)]
  return sorted(
    Array.from(z, (x, i) => {
      const step = u[i]! < thousands ? 1000 : u[i]! < thousands + hundreds ? 100 : 1
      return step * Math.round((40_000 * Math.exp(0.4 * x)) / step)
    })
  )
}

function roundnessOf(ascending: Float64Array) {
  const values = Float64Array.from(new Set(ascending))
  const counts = Array.from(values, (value) => ascending.filter((x) => x === value).length)
  return { values, found: roundNumbers(values, counts, latticeOf(values, { first: values[0]! })!) }
}

it('a number was rounded to as many digits as more numbers have than chance explains', () => {
  expect(roundnessOf(salaries(1, 0)).found).toBeUndefined()
  const { values, found } = roundnessOf(salaries(1, 0.3, 0.2))
  const sharesOf = (value: number) => found!.sharesOf(values.indexOf(value))
  const at = (step: number) => found!.steps.indexOf(step)
  const thousand = values.find((x) => x % 1000 === 0 && x % 5000 !== 0)!
  const hundred = values.find((x) => x % 100 === 0 && x % 500 !== 0)!
  const other = values.find((x) => x % 5 !== 0)!
  // One in ten of what is rounded to hundreds is a thousand by chance.
  expect(sharesOf(thousand)[at(1000)]).toBeGreaterThan(0.85)
  expect(sharesOf(hundred)[at(100)]).toBeGreaterThan(0.9)
  expect(sharesOf(other)[0]).toBe(1)
  for (const k of values.keys()) expect(found!.sharesOf(k).reduce((a, b) => a + b)).toBeCloseTo(1, 12)
})

it('as many drawn numbers are round as of the rows, where values of few rows are spread', () => {
  const ascending = salaries(5, 0.35)
  const law = recurringValues(ascending, 5)!
  const DRAWN = 40_000
  const drawn = Float64Array.from({ length: DRAWN }, (_, i) => law.valueAt(((i + 0.5) / DRAWN) * N))
  expect(drawn.every((x, i) => i === 0 || x >= drawn[i - 1]!)).toBe(true)
  const roundPart = (values: Float64Array) => values.filter((x) => x % 1000 === 0).length / values.length
  expect(Math.abs(roundPart(drawn) - roundPart(ascending))).toBeLessThan(0.02)
  // A value is found at its own ranks, and beside them no smaller one.
  const lost = [...new Set(drawn)].filter((x) => {
    const { from, to } = law.ranksOf(x)
    return law.valueAt((from + to) / 2) !== x || law.below(x) > law.upTo(x)
  })
  expect(lost).toEqual([])
})

it('a round value of few rows comes about as often as others as round that no row has', () => {
  // A third are thousands, of which each has a row or none.
  const [u, v] = [uniforms(keyFromSeed(7), N), uniforms(keyFromSeed(8), N)]
  const ascending = sorted(Array.from(u, (x, i) => (v[i]! < 0.33 ? 1000 * Math.round(400 * x) : Math.round(400_000 * x))))
  const own = new Set(ascending)
  const thousands = Array.from({ length: 340 }, (_, k) => 1000 * (30 + k))
  const cellsOf = (few: number) => {
    const law = recurringValues(ascending, few)!
    const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + law.upTo(x) - law.below(x), 0) / values.length
    return [mean(thousands.filter((x) => own.has(x))), mean(thousands.filter((x) => !own.has(x)))] as const
  }
  const [some, others] = cellsOf(5)
  expect(some / others).toBeLessThan(1.4)
  const [kept, fresh] = cellsOf(0)
  expect(kept / fresh).toBeGreaterThan(4)
})
