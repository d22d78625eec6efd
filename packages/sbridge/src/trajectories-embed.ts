import {
  coordinateTable,
  type DrawnTrajectories,
  drawTrajectories,
  type EmbeddingModel,
  type EmbedJob,
  embedTable,
  presentTrajectories,
  type RawTable,
  type SnapshotColumns,
  snapshotsOf,
  type TrajectoriesJob
} from '@sbridge/core'
import { type RunOptions, withEngine } from './fit-sample.js'

/** Trajectories with their table, ready for `writeTable` to any format. */
export interface TrajectoriesResult extends DrawnTrajectories {
  /** `particle`, then the columns of the input; sorted by particle, then time. */
  readonly rows: RawTable
}

/**
 * Whole trajectories through snapshots, a long table with one particle a row and a column of times.
 * Options are those of `sbridge trajectories`, and where to run. Cells are text in the input's spelling (for CSV, the
 * default) or typed. Throws `InputError` for bad data or options, `StopError` when stopped.
 */
export async function trajectories(
  table: RawTable,
  options: SnapshotColumns & TrajectoriesJob & RunOptions & { readonly cells?: 'text' | 'typed' }
): Promise<TrajectoriesResult> {
  const { time, weights, columns, exclude, engine, threads, stop, progress, cells = 'text', ...job } = options
  const snapshots = snapshotsOf(table, { time, weights, columns, exclude })
  const drawn = await withEngine(options, (own) => drawTrajectories(snapshots, job, { engine: own, stop, progress }))
  return { ...drawn, rows: presentTrajectories(drawn.trajectories, snapshots, cells) }
}

/**
 * Diffusion-map coordinates of the rows of a table, in their order: columns coordinate_1, coordinate_2, …
 * Options are those of `sbridge embed`, and where to run. Throws `InputError` for bad data or options, `StopError` when stopped.
 */
export async function embed(
  table: RawTable,
  options: EmbedJob & RunOptions = {}
): Promise<{ readonly model: EmbeddingModel; readonly rows: RawTable }> {
  const { engine, threads, stop, progress, ...job } = options
  const { model, coordinates } = await withEngine(options, (own) => embedTable(table, job, { engine: own, stop, progress }))
  return { model, rows: coordinateTable(coordinates) }
}
