import { type Matrix, matrix } from '../../num/matrix.js'
import type { Arena } from './arena.js'
import type { Placed } from './call.js'

/** Puts rows of `cols` elements, which stand in query order, where they were asked. */
function spread<T extends Float64Array | Uint32Array>(sorted: T, { order }: Placed, into: T, cols: number): T {
  if (!order) {
    into.set(sorted)
    return into
  }
  for (let i = 0, from = 0; i < order.length; i++) {
    let to = order[i]! * cols
    for (const end = from + cols; from < end; from++, to++) into[to] = sorted[from]!
  }
  return into
}

/** Numbers at an address, `cols` a query [n, cols]. */
export function rowsAt(arena: Arena, placed: Placed, address: number, cols: number): Matrix {
  const length = placed.fields.queryCount
  const out = matrix(length, cols)
  spread(arena.float64(address, length * cols), placed, out.data, cols)
  return out
}

/** One number a query [n]. */
export const columnAt = (arena: Arena, placed: Placed, address: number): Float64Array => rowsAt(arena, placed, address, 1).data

/** Indices of points, `count` a query [n·count]. */
export function indicesOf(arena: Arena, placed: Placed, count: number): Uint32Array {
  const length = placed.fields.queryCount * count
  return spread(arena.uint32(placed.fields.outIndices, length), placed, new Uint32Array(length), count)
}
