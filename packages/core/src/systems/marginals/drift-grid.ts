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
 * The drift in the middle of every cell at a time: place and direction, in shares of the picture [up to cells, 4]; other
 * coordinates stand as in `state` [d], in which those of the picture are overwritten. Under noise that is proportional to the
 * state, cells that are not positive have no drift: no particle is ever there. Cost O(cells) evaluations of the drift.
 */
export function driftOn(
  { family, theta, diffusion }: Pick<MarginalsModel, 'family' | 'theta' | 'diffusion'>,
  { grid, time, state }: { readonly grid: DriftGrid; readonly time: number; readonly state: Float64Array }
): Float64Array {
  const { coordinates, from, to, cells } = grid
  const width = [to[0] - from[0], to[1] - from[1]] as const
  const drift = new Float64Array(state.length)
  const arrows: number[] = []
  for (let k = 0; k < cells[0] * cells[1]; k++) {
    const place = [(Math.floor(k / cells[1]) + 0.5) / cells[0], ((k % cells[1]) + 0.5) / cells[1]] as const
    for (const side of [0, 1] as const) state[coordinates[side]] = from[side] + place[side] * width[side]
    if (diffusion === 'proportional' && !state.every((x) => x > 0)) continue
    family.drift.value(state, time, theta, drift)
    arrows.push(...place, drift[coordinates[0]]! / width[0], drift[coordinates[1]]! / width[1])
  }
  return Float64Array.from(arrows)
}
