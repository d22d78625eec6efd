import { type Matrix, matrix } from '../../num/matrix.js'

/** What came before and what came next, row by row. */
export interface Pairs {
  /** [M, memory·d], newest row first. */
  readonly inputs: Matrix
  /** [M, d] */
  readonly outputs: Matrix
}

/** The `memory` rows before row `end`, newest first, side by side. */
export function historyAt({ data, cols }: Matrix, end: number, memory: number): Matrix {
  const out = matrix(1, memory * cols)
  for (let lag = 0; lag < memory; lag++) out.data.set(data.subarray((end - 1 - lag) * cols, (end - lag) * cols), lag * cols)
  return out
}

/** Rows that have `memory` rows before them with nothing missing in between. */
export const pairEnds = (places: Float64Array, memory: number): number[] =>
  Array.from(places.keys()).filter((row) => row >= memory && places[row]! - places[row - memory]! === memory)

/** How many rows at the end follow each other up to the last place of a series, 0. */
export function lastRun(places: Float64Array): number {
  let run = 0
  while (run < places.length && places[places.length - 1 - run] === -run) run++
  return run
}

/** (last `memory` rows, next row) for each of some rows. */
export function pairsOf(series: Matrix, memory: number, ends: readonly number[]): Pairs {
  const d = series.cols
  const inputs = matrix(ends.length, memory * d)
  const outputs = matrix(ends.length, d)
  for (const [j, end] of ends.entries()) {
    inputs.data.set(historyAt(series, end, memory).data, j * inputs.cols)
    outputs.data.set(series.data.subarray(end * d, (end + 1) * d), j * d)
  }
  return { inputs, outputs }
}
