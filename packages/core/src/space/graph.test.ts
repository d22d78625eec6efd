import { describe, expect, it } from 'vitest'
import { matrix } from '../num/matrix.js'
import { keyFor, keyFromSeed, normals } from '../num/random.js'
import { chooseGivens } from './forward-selection.js'
import { graphFromEdges, greedyOrder, gridGraph, parentsIn, ringGraph, windowGraph } from './graph.js'
import { learnGraph, partialCorrelations } from './partial-correlations.js'

const along = (n: number) => Uint32Array.from({ length: n }, (_, i) => i)
const lists = (sets: readonly Uint32Array[]) => sets.map((set) => Array.from(set))

describe('graphs', () => {
  it('knows windows, rings and grids', () => {
    expect(lists(windowGraph(4, 2).neighbours)).toEqual([
      [1, 2],
      [0, 2, 3],
      [0, 1, 3],
      [1, 2]
    ])
    expect(lists(ringGraph(5, 1).neighbours)).toEqual([
      [1, 4],
      [0, 2],
      [1, 3],
      [2, 4],
      [0, 3]
    ])
    const grid = gridGraph({ rows: 3, cols: 4 }, 1)
    expect(Array.from(grid.neighbours[5]!)).toEqual([0, 1, 2, 4, 6, 8, 9, 10])
    expect(Array.from(grid.neighbours[0]!)).toEqual([1, 4, 5])
  })

  it('refuses windows larger than the line and vertices that are not there', () => {
    expect(() => windowGraph(5, 5)).toThrow(expect.objectContaining({ code: 'window-size' }))
    expect(() => windowGraph(5, 0)).toThrow(expect.objectContaining({ code: 'window-size' }))
    expect(() => ringGraph(5, 3)).toThrow(expect.objectContaining({ code: 'window-size' }))
    expect(() => gridGraph({ rows: 2, cols: 3 }, 3)).toThrow(expect.objectContaining({ code: 'window-size' }))
    expect(() => graphFromEdges(3, [[0, 3]])).toThrow(expect.objectContaining({ code: 'graph-vertex' }))
  })

  it('orders a tree so that nobody needs more than one parent and no fill', () => {
    const tree = graphFromEdges(7, [
      [0, 1],
      [0, 2],
      [1, 3],
      [1, 4],
      [2, 5],
      [2, 6]
    ])
    const order = greedyOrder(tree)
    expect(order[0]).toBe(1)
    const parents = parentsIn(tree, order)
    expect(parents.every(({ neighbours, fill }) => neighbours.length <= 1 && fill.length === 0)).toBe(true)
  })

  it('fills in what separates: the far end of a ring, nothing on a line', () => {
    const ring = parentsIn(ringGraph(6, 1), along(6))
    expect(lists(ring.map((p) => p.neighbours))).toEqual([[], [0], [1], [2], [3], [0, 4]])
    expect(lists(ring.map((p) => p.fill))).toEqual([[], [], [0], [0], [0], []])
    expect(parentsIn(windowGraph(9, 3), along(9)).every(({ fill }) => fill.length === 0)).toBe(true)
  })
})

/** Rows of a stationary AR(1) line. */
function line(rows: number, size: number, phi: number, seed: number) {
  const out = matrix(rows, size)
  for (let i = 0; i < rows; i++) {
    const xi = normals(keyFor(keyFromSeed(seed), 'line'), size, i)
    for (let a = 0; a < size; a++)
      out.data[i * size + a] = a === 0 ? xi[0]! : phi * out.data[i * size + a - 1]! + Math.sqrt(1 - phi * phi) * xi[a]!
  }
  return out
}

describe('partial correlations', () => {
  it('learn the line of an AR(1) field, also with fewer rows than columns', () => {
    const many = learnGraph(line(500, 20, 0.7, 1), { mostNeighbours: 8 })
    expect(lists(many.graph.neighbours)).toEqual(lists(windowGraph(20, 1).neighbours))
    const few = learnGraph(line(100, 150, 0.8, 2), { mostNeighbours: 8 })
    const inside = few.edges.filter(([a, b]) => b - a === 1).length
    expect(few.shrinkage).toBeGreaterThan(0.02)
    expect(inside).toBeGreaterThan(100)
    // Shrinkage leaves some dependence on the next but one; farther pairs are false alarms.
    expect(few.edges.filter(([a, b]) => b - a > 2).length).toBeLessThan(10)
  })

  it('have the closed form of two columns and survive a repeated column', () => {
    const points = line(2000, 2, 0.6, 3)
    const { values, shrinkage } = partialCorrelations(points)
    expect(shrinkage).toBeLessThan(0.01)
    // Standard error (1 − 0.36)/√2000 = 0.014; five of them.
    expect(Math.abs(values.data[1]! - 0.6)).toBeLessThan(0.07)
    const twice = matrix(
      50,
      2,
      Float64Array.from({ length: 100 }, (_, i) => points.data[2 * Math.floor(i / 2)]!)
    )
    expect(Number.isFinite(partialCorrelations(twice).values.data[1]!)).toBe(true)
  })

  it('join nothing among independent columns', () => {
    // At level 0.05 a false alarm 1 time in 20; this seed gives none.
    expect(learnGraph(line(300, 30, 0, 4), { mostNeighbours: 8 }).edges.length).toBe(0)
  })

  it('choose the strongest neighbours, and others only when they matter', () => {
    const points = line(400, 8, 0.8, 5)
    expect(Array.from(chooseGivens(points, Uint32Array.of(5), { near: [1, 2, 4], far: [], most: 1 }))).toEqual([4])
    expect(Array.from(chooseGivens(points, Uint32Array.of(5), { near: [4], far: [0, 1], most: 4 }))).toEqual([4])
    expect(Array.from(chooseGivens(points, Uint32Array.of(5), { near: [0], far: [4], most: 4 }))).toEqual([0, 4])
  })
})
