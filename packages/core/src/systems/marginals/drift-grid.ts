import type { MarginalsModel } from './model.js'

/** A picture of two coordinates, and the cells that it is parted into, to the right and upwards. */
interface DriftGrid {
  readonly coordinates: readonly [number, number]
  /** Values at the edges of the picture. */
  readonly from: readonly [number, number]
  readonly to: readonly [number, number]
  readonly cells: readonly [number, number]
}

/**
 * The drift in the middle of every cell at a time: place and direction, in shares of the picture [cells, 4]; other coordinates
 * stand as in `state` [d], in which those of the picture are overwritten. Cost O(cells) evaluations of the drift.
 */
export function driftOn(
  { family, theta }: Pick<MarginalsModel, 'family' | 'theta'>,
  { grid, time, state }: { readonly grid: DriftGrid; readonly time: number; readonly state: Float64Array }
): Float64Array {
  const { coordinates, from, to, cells } = grid
  const width = [to[0] - from[0], to[1] - from[1]] as const
  const drift = new Float64Array(state.length)
  const arrows = new Float64Array(cells[0] * cells[1] * 4)
  for (let k = 0; k < cells[0] * cells[1]; k++) {
    const place = [(Math.floor(k / cells[1]) + 0.5) / cells[0], ((k % cells[1]) + 0.5) / cells[1]] as const
    for (const side of [0, 1] as const) state[coordinates[side]] = from[side] + place[side] * width[side]
    family.drift.value(state, time, theta, drift)
    arrows.set([...place, drift[coordinates[0]]! / width[0], drift[coordinates[1]]! / width[1]], 4 * k)
  }
  return arrows
}
