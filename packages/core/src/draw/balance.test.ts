import { beforeAll, expect, it } from 'vitest'
import { createWasmEngine } from '../engine/wasm/engine.js'
import type { Engine, Pair } from '../kernel/engine.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { exp } from '../num/elementary.js'
import { type Matrix, matrix } from '../num/matrix.js'
import { keyFromSeed, normals } from '../num/random.js'
import { symmetricScaling } from '../scaling/symmetric.js'
import { cloud } from '../space/cloud.js'
import { balancedTerms } from './balance.js'

let engine: Engine
beforeAll(async () => {
  engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
})

const M = 600
const EPSILON = 0.1

/** Two numbers and, behind them, the place of a category that one row in ten has. */
const points = ((): Matrix => {
  const [x, y] = [normals(keyFromSeed(1), M), normals(keyFromSeed(2), M)]
  const out = matrix(M, 3)
  for (let i = 0; i < M; i++) out.data.set([x[i]!, 0.6 * x[i]! + 0.8 * y[i]!, i % 10 === 0 ? 1 : 0], i * 3)
  return out
})()

/** Log terms of rows of those weights under the symmetric scaling. */
async function termsOf(logWeights: Float64Array): Promise<Float64Array> {
  const { potentials } = await symmetricScaling({
    cloud: cloud(points, logWeights),
    kernel: gaussianKernel(EPSILON),
    engine,
    tolerance: 1e-10
  })
  return potentials.map((f, j) => f + logWeights[j]!)
}

const pairFrom = (chains: Matrix): Pair => ({ from: cloud(chains), to: cloud(points), kernel: gaussianKernel(EPSILON) })

/** Under given terms: mean square of the first number, mean of the second, share of the category among the rows that are used. */
async function used(chains: Matrix, terms: Float64Array): Promise<[square: number, mean: number, share: number]> {
  const columns = matrix(M, 3)
  for (let j = 0; j < M; j++) columns.data.set([points.data[j * 3]! ** 2, points.data[j * 3 + 1]!, points.data[j * 3 + 2]!], j * 3)
  const means = await engine.mean(pairFrom(chains), terms, columns)
  const sums: [number, number, number] = [0, 0, 0]
  for (let at = 0; at < means.data.length; at++) sums[at % 3]! += means.data[at]! / means.rows
  return sums
}

it('changes nothing of chains that stand at the rows: their potentials use each as often as it weighs', async () => {
  const logWeights = cloud(points).logWeights
  const terms = await termsOf(logWeights)
  const balanced = await balancedTerms(pairFrom(points), terms, { logWeights, numberCount: 2 }, engine)
  balanced.forEach((term, j) => {
    expect(Math.abs(term - terms[j]!)).toBeLessThan(1e-6)
  })
})

it('chains that have drawn together, moved and lost half of a category come from rows with the spread, mean and shares of the data', async () => {
  const logWeights = cloud(points).logWeights
  const terms = await termsOf(logWeights)
  const chains = matrix(
    M,
    3,
    points.data.map((x, at) => (at % 3 === 2 ? (at % 60 === 2 ? x : 0) : 0.85 * x + 0.1))
  )
  const balanced = await balancedTerms(pairFrom(chains), terms, { logWeights, numberCount: 2 }, engine)
  const [square, mean, share] = await used(points, terms)
  const before = await used(chains, terms)
  const after = await used(chains, balanced)
  // What is left of each difference after so few turns: half of what was off, or less.
  const left = (k: 0 | 1 | 2, truth: number): number => Math.abs(after[k] - truth) / Math.abs(before[k] - truth)
  expect(before[0] / square).toBeLessThan(0.85)
  expect(before[1] - mean).toBeGreaterThan(0.05)
  expect(before[2]).toBeLessThan(0.7 * share)
  expect(left(0, square)).toBeLessThan(0.6)
  expect(left(1, mean)).toBeLessThan(0.75)
  expect(left(2, share)).toBeLessThan(0.25)
})

it('rows of weight zero stay unused, and weights are what shares are held to', async () => {
  const logWeights = Float64Array.from({ length: M }, (_, j) => (j < 50 ? Number.NEGATIVE_INFINITY : -Math.log(M - 50)))
  const terms = await termsOf(logWeights)
  const balanced = await balancedTerms(pairFrom(points), terms, { logWeights, numberCount: 2 }, engine)
  expect(balanced.subarray(0, 50).every((term) => exp(term) === 0)).toBe(true)
  expect(balanced.subarray(50).every(Number.isFinite)).toBe(true)
})

it('one chain is hardly tilted: it says nothing of spreads', async () => {
  const logWeights = cloud(points).logWeights
  const terms = await termsOf(logWeights)
  const balanced = await balancedTerms(pairFrom(matrix(1, 3)), terms, { logWeights, numberCount: 2 }, engine)
  const tilt = balanced.map((term, j) => Math.abs(term - terms[j]!))
  expect(Math.max(...tilt)).toBeLessThan(1)
})
