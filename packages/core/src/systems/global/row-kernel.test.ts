import { describe, expect, it } from 'vitest'
import { Features } from '../../draw/features.js'
import { matrix } from '../../num/matrix.js'
import { keyFromSeed, normals, uniforms } from '../../num/random.js'
import { products, weightedMoments } from '../../num/statistics.js'
import { blockOrder, ordered } from '../../space/blocks.js'
import { Deck } from './impute.js'

/** Numbers as they are, or whole ones, of which many are equal. */
const points = (rows: number, cols: number, whole = false) => {
  const data = normals(keyFromSeed(rows + cols), rows * cols)
  return matrix(rows, cols, whole ? data.map(Math.round) : data)
}

describe('compiled loops over rows give the bits of plain ones', () => {
  it.each([
    [1, 1, false],
    [5, 3, false],
    [64, 2, true],
    [67, 17, true],
    [1000, 16, false],
    [4099, 5, true],
    [40_000, 1, true]
  ])('k-d order of %i × %i', (rows, cols, whole) => {
    const cloud = points(rows, cols, whole)
    expect(blockOrder(cloud)).toEqual(ordered(cloud))
  })

  it.each([
    [0, 3],
    [3, 1],
    [63, 8],
    [4100, 9]
  ])('moments of %i × %i', (rows, cols) => {
    const cloud = points(rows, cols)
    const weights = uniforms(keyFromSeed(1), rows)
    const { mean, covariance } = weightedMoments(cloud, weights)
    expect(covariance).toEqual(products(cloud, weights, mean))
  })

  it.each([
    [1, 1, 0],
    [7, 3, 2],
    [4100, 5, 5],
    [5000, 4, 1]
  ])('features of %i × %i, %i of them also as squares', (rows, cols, squares) => {
    const cloud = points(rows, cols)
    const weights = uniforms(keyFromSeed(1), rows)
    const theta = normals(keyFromSeed(2), cols + squares)
    const found = [true, false].map((compiled) => {
      const as = (features: Features) => (compiled ? features : Object.assign(features, { compiled: () => false }))
      const plain = as(new Features(cloud, squares))
      const features = as(plain.standardised(weights))
      const sums = theta.slice()
      features.addTo(sums, weights)
      return [features.tilted(weights, theta), sums, features.covariance(weights).data]
    })
    expect(found[0]).toEqual(found[1])
    for (const numbers of found[0]!) expect(numbers.every(Number.isFinite)).toBe(true)
  })

  it.each([
    [203, false],
    [203, true],
    [9, false],
    [1, true]
  ])('the nearest of %i donors, some of whose cells are missing', async (rows, whole) => {
    const cloud = points(rows, 5, whole)
    const gaps = Array.from({ length: Math.ceil(rows / 5) }, (_, i) => ({ row: 5 * i, cells: i % 2 === 0 ? [3] : [0, 4] }))
    const near = new Deck(cloud, gaps, keyFromSeed(2))
    const plain = new Deck(cloud, gaps, keyFromSeed(2))
    Object.assign(plain, { compiledNearest: () => undefined })
    expect(await near.nearestDonors(gaps)).toEqual(await plain.nearestDonors(gaps))
  })
})
