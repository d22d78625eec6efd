import { expect, it } from 'vitest'
import { exp } from '../../num/elementary.js'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed } from '../../num/random.js'
import { combinationsOf } from '../../table/categories.js'
import type { Encoder } from '../../table/encoder.js'
import { comparedRows, takeCompared } from './compared.js'

const classes = combinationsOf(
  Int32Array.from({ length: 1000 }, (_, i) => (i === 7 ? 2 : i % 10 === 0 ? 1 : 0)),
  1000
)

it('rows that stand for all are as many of every class, and all of rare ones', () => {
  const rows = comparedRows(classes, keyFromSeed(1), 300)!
  const count = (level: number) => rows.filter((i) => (i === 7 ? 2 : i % 10 === 0 ? 1 : 0) === level).length
  expect([count(2), count(1), count(0)]).toEqual([1, 100, 199])
  expect([...rows]).toEqual([...rows].sort((a, b) => a - b))
  expect(comparedRows(classes, keyFromSeed(1), 1000)).toBeUndefined()
})

it('no class is left out, however many there are', () => {
  const many = combinationsOf(
    Int32Array.from({ length: 500 }, (_, i) => i >> 1),
    500
  )
  expect(new Set(Array.from(comparedRows(many, keyFromSeed(1), 100)!, (i) => i >> 1)).size).toBe(250)
})

it('each class weighs what it weighs among all', () => {
  const training = {
    encoder: {} as Encoder,
    rows: { coordinates: matrix(1000, 0), codes: new Int32Array(0) },
    logWeights: new Float64Array(1000).fill(-Math.log(1000))
  }
  const rows = comparedRows(classes, keyFromSeed(1), 300)!
  const { logWeights } = takeCompared(training, classes, rows)
  const weight = (level: number) =>
    logWeights.reduce((sum, log, k) => sum + (classes.ofRow[rows[k]!] === classes.ofRow[level] ? exp(log) : 0), 0)
  expect(weight(0)).toBeCloseTo(0.1, 12)
  expect(weight(1)).toBeCloseTo(0.899, 12)
  expect(weight(7)).toBeCloseTo(0.001, 12)
})
