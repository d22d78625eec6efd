import { BATCH_ROWS } from '../../draw/batch-rows.js'
import { stackRows, takeRows } from '../../num/matrix.js'
import { sliceTable, stackTables, takeTableRows } from '../../table/rows.js'
import type { SystemContext } from '../host.js'
import type { DrawnRows, Stretch } from './options.js'

/** A draw of a part of the rows. */
export type Draw = (request: Stretch, context: SystemContext) => Promise<DrawnRows>

/** How rows were drawn that some others are to be drawn for. */
export interface Redrawing {
  readonly request: Stretch
  readonly draw: Draw
  readonly context: SystemContext
}

/** What changes rows that are drawn, some at a time and in their order. */
export type Redraw = (drawn: DrawnRows, how: Redrawing) => Promise<DrawnRows>

/** Drawn rows, with their coordinates behind a codec. */
export type Rows = Pick<DrawnRows, 'table' | 'latents'>

/** Rows as they are after a change of each batch, which is numbered from the first of the draw on. */
export async function batchByBatch(
  drawn: DrawnRows,
  how: Redrawing,
  change: (rows: Rows, batch: number, how: Redrawing) => Promise<Rows>
): Promise<DrawnRows> {
  const rows = drawn.table.rowCount
  const batches: Rows[] = []
  for (let start = 0; start < rows; start += BATCH_ROWS) {
    const place = Uint32Array.from({ length: Math.min(BATCH_ROWS, rows - start) }, (_, i) => start + i)
    const table = sliceTable(drawn.table, start, start + place.length)
    const own = { table, ...(drawn.latents ? { latents: takeRows(drawn.latents, place) } : {}) }
    batches.push(await change(own, ((how.request.first ?? 0) + start) / BATCH_ROWS, how))
  }
  const latents = drawn.latents && stackRows(batches.map((batch) => batch.latents!))
  return { ...drawn, table: stackTables(batches.map(({ table }) => table)), ...(latents ? { latents } : {}) }
}

/** Gives rows of those offered, in their order, to those that wait; what still waits. */
export function placed(waiting: readonly number[], offered: number, give: (offer: number, row: number) => boolean): number[] {
  let next = 0
  for (let j = 0; j < offered && next < waiting.length; j++) if (give(j, waiting[next]!)) next++
  return waiting.slice(next)
}

/** Some of the rows that were drawn one after the other, in their places. */
export const rowsOf = (pool: readonly Rows[], chosen: Uint32Array): Rows => ({
  table: takeTableRows(stackTables(pool.map(({ table }) => table)), chosen),
  ...(pool[0]!.latents ? { latents: takeRows(stackRows(pool.map(({ latents }) => latents!)), chosen) } : {})
})
