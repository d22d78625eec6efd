import highsLoader from 'highs'
import munkres from 'munkres'
import { describe, expect, it } from 'vitest'
import { type Matrix, matrix } from '../num/matrix.js'
import { keyFromSeed, normals, uniforms } from '../num/random.js'
import { exactTransport } from './exact-transport.js'

const points = (n: number, d: number, seed: number): Matrix => matrix(n, d, normals(keyFromSeed(seed), n * d))
const equal = (n: number): Float64Array => new Float64Array(n).fill(1 / n)
const random = (n: number, seed: number): Float64Array => {
  const u = uniforms(keyFromSeed(seed), n)
  const total = u.reduce((a, b) => a + b, 0)
  return u.map((x) => x / total)
}
const cost = (a: Matrix, b: Matrix, power: 1 | 2): number[][] =>
  Array.from({ length: a.rows }, (_, i) =>
    Array.from({ length: b.rows }, (_, j) => {
      let s = 0
      for (let c = 0; c < a.cols; c++) s += (a.data[i * a.cols + c]! - b.data[j * a.cols + c]!) ** 2
      return power === 2 ? s : Math.sqrt(s)
    })
  )

describe('exact transport', () => {
  it('agrees with an assignment solver for equal weights', () => {
    for (const [n, power, seed] of [
      [1, 1, 1],
      [7, 2, 2],
      [40, 1, 3],
      [60, 2, 4]
    ] as const) {
      const from = points(n, 2, seed)
      const to = points(n, 2, 100 + seed)
      const c = cost(from, to, power)
      const best = munkres(c).reduce((sum: number, [i, j]: [number, number]) => sum + c[i]![j]! / n, 0)
      const plan = exactTransport({ from, to, power, fromWeights: equal(n), toWeights: equal(n) })
      expect(plan.cost).toBeCloseTo(best, 11)
      expect(plan.masses.length).toBe(n)
    }
  })
  it('several sources a target: the same cost as of the same problem turned round', () => {
    for (const [n, m, power] of [
      [120, 25, 1],
      [100, 33, 2]
    ] as const) {
      const [from, to] = [points(n, 2, 7), points(m, 2, 8)]
      const [fromWeights, toWeights] = [random(n, 9), random(m, 10)]
      const plan = exactTransport({ from, to, power, fromWeights, toWeights })
      const turned = exactTransport({ from: to, to: from, power, fromWeights: toWeights, toWeights: fromWeights })
      expect(plan.cost).toBeCloseTo(turned.cost, 11)
    }
  })
  it('agrees with a linear programme for unequal weights and counts, and keeps both marginals', async () => {
    const highs = await highsLoader()
    for (const [n, m, power] of [
      [6, 9, 1],
      [13, 8, 2],
      [5, 1, 1]
    ] as const) {
      const problem = { from: points(n, 3, n), to: points(m, 3, 50 + m), power, fromWeights: random(n, 5), toWeights: random(m, 6) }
      const c = cost(problem.from, problem.to, power)
      const names = c.map((row, i) => row.map((_, j) => `x${i}_${j}`))
      const sum = (terms: string[]): string => terms.join(' + ')
      const lp = `Minimize\n obj: ${sum(names.flatMap((row, i) => row.map((name, j) => `${c[i]![j]!.toFixed(15)} ${name}`)))}\nSubject To\n${names
        .map((row, i) => ` r${i}: ${sum(row)} = ${problem.fromWeights[i]!.toFixed(17)}`)
        .join('\n')}\n${problem.toWeights
        .slice(0, m - 1)
        .reduce((text, w, j) => `${text} c${j}: ${sum(names.map((row) => row[j]!))} = ${w.toFixed(17)}\n`, '')}End\n`
      const plan = exactTransport(problem)
      expect(plan.cost).toBeCloseTo(highs.solve(lp).ObjectiveValue, 9)
      const rows = new Float64Array(n)
      const cols = new Float64Array(m)
      plan.masses.forEach((w, k) => {
        rows[plan.sources[k]!] = rows[plan.sources[k]!]! + w
        cols[plan.targets[k]!] = cols[plan.targets[k]!]! + w
      })
      rows.forEach((w, i) => {
        expect(w).toBeCloseTo(problem.fromWeights[i]!, 11)
      })
      cols.forEach((w, j) => {
        expect(w).toBeCloseTo(problem.toWeights[j]!, 11)
      })
    }
  })
  it('in one dimension it is the distance of the quantile functions', () => {
    const a = points(150, 1, 8)
    const b = points(150, 1, 9)
    const sortedA = a.data.slice().sort()
    const sortedB = b.data.slice().sort()
    const truth = sortedA.reduce((s, x, i) => s + Math.abs(x - sortedB[i]!) / 150, 0)
    expect(exactTransport({ from: a, to: b, power: 1, fromWeights: equal(150), toWeights: equal(150) }).cost).toBeCloseTo(truth, 11)
  })
  it('refuses weights that do not sum to one', () => {
    const a = points(2, 1, 1)
    expect(() => exactTransport({ from: a, to: a, power: 1, fromWeights: equal(3), toWeights: equal(2) })).toThrow(/sum/)
  })
})
