import { describe, expect, it } from 'vitest'
import fc from '../../../../../test/property.js'
import { FactorInterval } from './factor-interval.js'
import { tolerance } from './quantity.js'
import { Sieve } from './sieve.js'

const cell = fc.oneof(
  fc.integer({ min: -40, max: 40 }).map((x) => x / 4),
  fc.constantFrom(0, Number.NaN, 1e9)
)
const rows = 6
const column = fc.record({ unit: fc.constantFrom(0, 0.01, 0.25, 1), values: fc.array(cell, { minLength: rows, maxLength: rows }) })

describe('a sieve of columns', () => {
  it('leaves in all that a factor lets pass in all rows, and but for those that are left out', () => {
    fc.assert(
      fc.property(
        fc.array(column, { minLength: 1, maxLength: 40 }),
        fc.array(fc.oneof(cell, fc.constant(Number.POSITIVE_INFINITY)), { minLength: rows, maxLength: rows }),
        fc.constantFrom('one' as const, 'free' as const),
        fc.nat(39),
        (columns, form, factor, out) => {
          const values = columns.map((one) => Float64Array.from(one.values))
          const sieve = new Sieve(columns, values, rows)
          const passes = sieve.passes(factor, (k) => form[k]!, new Float64Array(rows), Int32Array.of(out < columns.length ? out : -1))
          columns.forEach(({ unit }, c) => {
            const interval = new FactorInterval(factor)
            const holds = values[c]!.every((x, k) => {
              const f = form[k]!
              return Number.isNaN(f) || Number.isNaN(x) || interval.narrow(f, x, tolerance(unit, x))
            })
            if (holds && c !== out) expect(passes && sieve.has(c)).toBe(true)
            if (c === out && passes) expect(sieve.has(c)).toBe(false)
          })
        }
      )
    )
  })
  it('leaves out what one look at two rows refutes', () => {
    const columns = Array.from({ length: 70 }, () => ({ unit: 0.01 }))
    const values = columns.map((_, c) => Float64Array.of(2, 2 * (c + 1)))
    const sieve = new Sieve(columns, values, 2)
    expect(sieve.passes('free', (k) => [10, 330][k]!, new Float64Array(2), Int32Array.of(-1))).toBe(true)
    expect(columns.flatMap((_, c) => (sieve.has(c) ? [c] : []))).toEqual([32])
    expect(sieve.passes('one', (k) => [10, 330][k]!, new Float64Array(2), Int32Array.of(-1))).toBe(false)
  })
})
