import { type Matrix, matrix } from '../../num/matrix.js'
import type { Arena } from './arena.js'
import type { Placed } from './call.js'

/** Numbers at an address, `cols` a query [n, cols]. */
export function rowsAt(arena: Arena, { fields: { queryCount } }: Placed, address: number, cols: number): Matrix {
  return matrix(queryCount, cols, arena.float64(address, queryCount * cols).slice())
}

/** One number a query [n]. */
export const columnAt = (arena: Arena, placed: Placed, address: number): Float64Array => rowsAt(arena, placed, address, 1).data

/** Indices of points, `count` a query [n·count]. */
export const indicesOf = (arena: Arena, { fields: { queryCount, outIndices } }: Placed, count: number): Uint32Array =>
  arena.uint32(outIndices, queryCount * count).slice()
