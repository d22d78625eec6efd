import { afterEach, describe, expect, test, vi } from 'vitest'
import { InputError, StopError } from '../num/errors.js'
import { matrix, matrixFromRows } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../num/random.js'
import { mean } from '../num/statistics.js'
import { binColumns, thresholdBetween } from './bins.js'
import { areaUnderCurve, classifierAuc, foldAucs } from './classifier.js'
import { outOfBagShares, predictForest, trainForest } from './forest.js'

const key = keyFromSeed(11)
const cloudOf = (label: string, rows: number, cols: number, shift = 0) =>
  matrix(
    rows,
    cols,
    normals(keyFor(key, label), rows * cols).map((x, i) => (i % cols === 0 ? x + shift : x))
  )

describe('areaUnderCurve', () => {
  test('counts pairs in the right order, ties one half', () => {
    const scores = Float64Array.of(0.1, 0.4, 0.4, 0.8, 0.4)
    const labels = [0, 0, 1, 1, 1]
    let wins = 0
    for (let i = 0; i < 5; i++)
      for (let j = 0; j < 5; j++)
        if (labels[i] === 1 && labels[j] === 0) wins += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0
    expect(areaUnderCurve(scores, labels)).toBeCloseTo(wins / 6, 14)
  })

  test('is a half for constant scores and turns into 1 − a under reversed scores', () => {
    expect(areaUnderCurve(new Float64Array(10).fill(0.3), [0, 1, 0, 1, 0, 1, 1, 1, 1, 0])).toBe(0.5)
    const scores = uniforms(key, 50)
    const labels = uniforms(key, 50, 1).map((u) => (u < 0.4 ? 1 : 0))
    expect(
      areaUnderCurve(scores, labels) +
        areaUnderCurve(
          scores.map((s) => -s),
          labels
        )
    ).toBeCloseTo(1, 12)
  })
})

describe('votes of trees that have not seen a row', () => {
  afterEach(() => vi.unstubAllGlobals())

  test('are the same bits with and without WebAssembly, classes mixed, sizes unequal, columns of ties', async () => {
    const points = cloudOf('votes', 600, 5)
    for (let i = 0; i < 600; i++) points.data[5 * i + 3] = Math.round(points.data[5 * i + 3]!)
    const labels = uniforms(key, 600, 2).map((u, i) => (u < (points.data[5 * i]! > 0 ? 0.5 : 0.3) ? 1 : 0))
    const shares = () => outOfBagShares({ points, labels, key, trees: 60 })
    const compiled = await shares()
    vi.stubGlobal('WebAssembly', undefined)
    expect(compiled).toEqual(await shares())
    expect(new Set(compiled).size).toBeGreaterThan(50)
  })
})

describe('bins', () => {
  test('every distinct value has its own bin when there are few', () => {
    const bins = binColumns(matrixFromRows([[3], [1], [2], [1], [3]]))
    expect([...bins.codes]).toEqual([2, 0, 1, 0, 2])
    expect(thresholdBetween(bins, 0, 0, 1)).toBe(1.5)
    expect(thresholdBetween(bins, 0, 0, 2)).toBe(2)
  })

  test('many values share 256 bins in order, and a spike keeps a bin of its own', () => {
    const values = uniforms(key, 4000).map((u, i) => (i % 4 === 0 ? 0.5 : u))
    const bins = binColumns(matrix(4000, 1, values))
    const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!)
    for (let k = 1; k < order.length; k++) expect(bins.codes[order[k]!]!).toBeGreaterThanOrEqual(bins.codes[order[k - 1]!]!)
    const spike = bins.codes[values.indexOf(0.5)]!
    expect(values.every((value, i) => (value === 0.5) === (bins.codes[i] === spike))).toBe(true)
    expect(new Set(bins.codes).size).toBeGreaterThan(200)
  })

  test('neighbouring floats are still parted', () => {
    const above = 1 + Number.EPSILON
    const bins = binColumns(matrix(2, 1, Float64Array.of(1, above)))
    expect(thresholdBetween(bins, 0, 0, 1)).toBe(1)
  })
})

describe('forest', () => {
  test('learns three classes that no single threshold parts, and its probabilities add to one', async () => {
    const points = matrix(600, 2, uniforms(key, 1200))
    const labels = Int32Array.from({ length: 600 }, (_, i) => {
      const x = points.data[2 * i]! > 0.5
      const y = points.data[2 * i + 1]! > 0.5
      return x === y ? 0 : x ? 1 : 2
    })
    const forest = await trainForest({ points, labels, key, trees: 50 })
    const grid = matrix(
      100,
      2,
      Float64Array.from({ length: 200 }, (_, k) => (k % 2 === 0 ? (k / 2) % 10 : Math.floor(k / 20)) / 10 + 0.05)
    )
    const probabilities = predictForest(forest, grid)
    let right = 0
    for (let i = 0; i < grid.rows; i++) {
      const p = [...probabilities.data.subarray(3 * i, 3 * i + 3)]
      expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
      const x = grid.data[2 * i]! > 0.5
      const y = grid.data[2 * i + 1]! > 0.5
      if (p.indexOf(Math.max(...p)) === (x === y ? 0 : x ? 1 : 2)) right++
    }
    expect(right).toBeGreaterThanOrEqual(96)
  })

  test('constant columns and contradictory rows end in leaves', async () => {
    const forest = await trainForest({ points: matrix(8, 3), labels: [0, 1, 0, 1, 0, 1, 0, 0], key, trees: 200 })
    expect(forest.trees.every((tree) => tree.feature.length === 1)).toBe(true)
    // Bootstrap shares: mean 3/8, standard deviation √(15/64/8/200) = 0.012; 5 of them.
    expect(Math.abs(predictForest(forest, matrix(1, 3)).data[1]! - 3 / 8)).toBeLessThan(0.06)
  })

  test('refuses what it cannot learn from', async () => {
    await expect(trainForest({ points: matrix(0, 2), labels: [], key })).rejects.toThrow(InputError)
    await expect(trainForest({ points: matrix(2, 1), labels: [0], key })).rejects.toThrow(/one label a row/)
    await expect(trainForest({ points: matrix(2, 1), labels: [0, -1], key })).rejects.toThrow(InputError)
    await expect(trainForest({ points: matrix(2, 1, Float64Array.of(1, Number.NaN)), labels: [0, 1], key })).rejects.toThrow(/row 1/)
    await expect(trainForest({ points: matrix(2, 1), labels: [0, 1], key, watch: { stop: { aborted: true } } })).rejects.toThrow(StopError)
  })
})

describe('classifierAuc', () => {
  test('is near a half for one distribution, and high where a mean is shifted', async () => {
    // Null: standard deviation about √(1/(12·150)·2) = 0.033; 4.5 of them, false alarms below 1e-5.
    const same = await classifierAuc({ first: cloudOf('a', 150, 4), second: cloudOf('b', 150, 4), key })
    expect(Math.abs(same - 0.5)).toBeLessThan(0.15)
    // Best possible for a shift of 3: Φ(3/√2) = 0.983.
    const shifted = await classifierAuc({ first: cloudOf('a', 150, 4), second: cloudOf('b', 150, 4, 3), key })
    expect(shifted).toBeGreaterThan(0.93)
    expect(shifted).toBeLessThanOrEqual(1)
  })

  test('rows judged by trees that have not seen them are told apart as by forests of other folds, and no less than a half by chance', async () => {
    const sides = { first: cloudOf('a', 150, 4), second: cloudOf('b', 150, 4, 1), key }
    expect(Math.abs((await classifierAuc(sides)) - mean(await foldAucs(sides)))).toBeLessThan(0.1)
    // A mean of 40 areas of 40 rows a side, each of standard deviation 0.09.
    const null40 = await Promise.all(
      Array.from({ length: 40 }, (_, k) =>
        classifierAuc({ first: cloudOf(`a${k}`, 40, 3), second: cloudOf(`b${k}`, 40, 3), key: keyFor(key, k), trees: 60 })
      )
    )
    expect(Math.abs(mean(null40) - 0.5)).toBeLessThan((3 * 0.09) / Math.sqrt(40))
  })

  test('one seed gives one value; unequal sizes and tiny samples work', async () => {
    const problem = { first: cloudOf('a', 30, 2), second: cloudOf('b', 80, 2), key, trees: 20 }
    expect(await classifierAuc(problem)).toBe(await classifierAuc(problem))
    expect(await classifierAuc({ first: cloudOf('a', 2, 1), second: cloudOf('b', 3, 1, 50), key, trees: 20 })).toBeGreaterThan(0.5)
  })

  test('refuses samples that cannot be compared', async () => {
    await expect(classifierAuc({ first: cloudOf('a', 5, 2), second: cloudOf('b', 5, 3), key })).rejects.toThrow(InputError)
    await expect(classifierAuc({ first: cloudOf('a', 1, 2), second: cloudOf('b', 5, 2), key })).rejects.toThrow(/two rows/)
  })
})
